"""The list of a site's files."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.publish.manifest import Fingerprint, decode, encode, fingerprint, is_path

DIGEST = "ab" * 32
PATHS = st.from_regex(r"[a-z0-9_+~-][a-z0-9_.+~-]*(/[a-z0-9_+~-][a-z0-9_.+~-]*)*", fullmatch=True)


def test_it_is_compact_and_sorted():
    content = encode({"b/index.html": fingerprint(b"page"), "a": Fingerprint(0, DIGEST)})
    assert content.decode() == (
        f'{{"files":{{"a":{{"bytes":0,"sha256":"{DIGEST}"}},'
        f'"b/index.html":{{"bytes":4,"sha256":"{sha256(b"page").hexdigest()}"}}}}}}\n'
    )


@given(st.dictionaries(PATHS, st.binary().map(fingerprint)))
def test_what_is_encoded_is_decoded(files):
    assert decode(encode(files)) == files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"files": []}',
        b'{"files": {"a": 1}}',
        b'{"files": {"a": {"bytes": 1}}}',
        b'{"files": {"a": {"bytes": 1, "sha256": "x"}}}',
        json.dumps({"files": {"a": {"bytes": "1", "sha256": DIGEST}}}).encode(),
        json.dumps({"files": {"a": {"bytes": 1, "sha256": 1}}}).encode(),
        json.dumps({"files": {"a": {"bytes": 1, "sha256": DIGEST, "more": 1}}}).encode(),
        json.dumps({"files": {"../a": {"bytes": 1, "sha256": DIGEST}}}).encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_none_is_refused(content):
    with pytest.raises(ValueError, match=r".+"):
        decode(content)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../a", "a/../b", "a//b", ".hidden", "a/./b", "a b", "a\n", "é"])
def test_paths_that_lead_elsewhere(path):
    assert not is_path(path)
