from __future__ import annotations

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.publish.archive import pack
from sessioncrawler.text.slugs import slug


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("linux", r"linux"),
        ("read-only", r"read-only"),
        ("uploads off", r"uploads-off~[0-9a-f]{12}"),
        ("café", r"cafe~[0-9a-f]{12}"),
        ("свобода", r"~[0-9a-f]{12}"),
        ("..", r"~[0-9a-f]{12}"),
        ("Linux", r"linux~[0-9a-f]{12}"),
        ("-a-", r"a~[0-9a-f]{12}"),
        ("a" * 41, r"a{40}~[0-9a-f]{12}"),
        ("", r"~[0-9a-f]{12}"),
    ],
)
def test_slugs(word, expected):
    assert re.fullmatch(expected, slug(word))


@given(st.sets(st.text(max_size=50), max_size=10))
def test_slugs_are_names_of_files_and_differ(words):
    names = [slug(word) for word in words]
    assert len({name.lower() for name in names}) == len(words)
    pack(BytesIO(), [(f"tag/{name}.xml", b"") for name in names])
