"""A site is checked: what its manifest names, who signed it, and what a hostile mirror may make of it."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest

from sessioncrawler.opendata.signatures import SigningKey
from sessioncrawler.publish.checking import LARGEST_MANIFEST, TRIES, Demands, UnreadableError, check
from tests.support.minisign import ANOTHER, PUBLIC, SECRET
from tests.support.open_data import data_of_everything
from tests.support.publishing import NOW

KEY = SigningKey.parse(SECRET)
MOST = 10_000_000
FILE = {"path": "a.json", "bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}
HEAD = {"version": 1, "generated_at": "2026-01-22T12:00:00Z"}


def signature(manifest: bytes) -> bytes:
    return KEY.sign(manifest, NOW, "manifest.json", "https://rooms.example/")


def site_of(*named, **more) -> dict[str, bytes]:
    """A site with a manifest of these files, signed."""
    manifest = json.dumps({**HEAD, "files": named, **more}).encode()
    return {"v1/manifest.json": manifest, "v1/manifest.json.minisig": signature(manifest), "v1/a.json": b"{}"}


def checked(site, key=PUBLIC, now=NOW, hours=None, asked=None):
    """What is found in ``site``; ``asked`` gets every path that was read."""

    async def read(path, most):
        if asked is not None:
            asked.append(path)
        if path not in site:
            raise UnreadableError("is not there")
        content = site[path] if isinstance(site[path], bytes) else next(site[path])
        if len(content) > most:
            raise UnreadableError(f"has more than {most} bytes")
        return content

    return asyncio.run(check(read, Demands(key, now, hours, MOST)))


@pytest.fixture(scope="module")
def published():
    site = data_of_everything()
    return {**site, "v1/manifest.json.minisig": signature(site["v1/manifest.json"])}


def test_a_site_as_it_was_published(published):
    found = checked(published, now=NOW + 3 * 3600 + 360)
    assert found.wrong == []
    named = json.loads(published["v1/manifest.json"])["files"]
    whose = "was signed by the holder of the key, for https://rooms.example/"
    assert found.holds == [
        f"v1/manifest.json {whose}; it is of 22 January 2026, 12:00 UTC, 3.1 hours ago.",
        f"{len(named)} files are as the manifest names them: {sum(one['bytes'] for one in named):,} bytes.",
    ]
    assert checked(published, key="").wrong == []


@pytest.mark.parametrize("key", [PUBLIC, ""])
def test_each_file_that_differs_is_a_sentence(published, key):
    site = {**published, "v1/polls.json": b"{}", "v1/keys.json": published["v1/keys.json"].replace(b"e", b"f")}
    site["v1/servers.json"] += b" "
    del site["v1/open-data.zip"]
    size = len(published["v1/polls.json"])
    assert checked(site, key).wrong == [
        "v1/keys.json is another file than the manifest names: its SHA-256 differs.",
        "v1/open-data.zip is not there.",
        f"v1/polls.json has 2 bytes, and {size:,} by the manifest.",
        f"v1/servers.json has more than {len(published['v1/servers.json'])} bytes.",
    ]


def test_who_did_not_sign_it_is_not_believed(published):
    for site, key in (
        (published, ANOTHER),
        ({**published, "v1/manifest.json": published["v1/manifest.json"].replace(b"CC0", b"CC1")}, PUBLIC),
        ({**published, "v1/manifest.json.minisig": b"x"}, PUBLIC),
        ({**published, "v1/manifest.json.minisig": b"x" * 1_000_000}, PUBLIC),
        ({name: content for name, content in published.items() if not name.endswith(".minisig")}, PUBLIC),
    ):
        (sentence,) = checked(site, key).wrong
        assert sentence.startswith("v1/manifest.json.minisig ")
        assert sentence.endswith(": do not believe these data.")


def test_old_data_are_told_by_their_signed_time(published):
    assert checked(published, now=NOW + 24 * 3600, hours=24).wrong == []
    (sentence,) = checked(published, now=NOW + 25 * 3600, hours=24).wrong
    assert sentence.startswith("The data are of 22 January 2026, 12:00 UTC, 25.0 hours ago, which is more than 24: ")


@pytest.mark.parametrize(
    "path",
    [
        "../a.json",
        "/etc/passwd",
        ".htaccess",
        "x/../../a",
        "a//b",
        "a\\b",
        "",
        "a\n",
        "http://x/",
        "manifest.json",
        "%2e",
    ],
)
def test_no_path_leads_out_of_the_folder(path):
    asked = []
    (sentence,) = checked(site_of({**FILE, "path": path}), asked=asked).wrong
    assert "leads out of its folder" in sentence
    assert set(asked) == {"v1/manifest.json"}


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (b"", "is no manifest"),
        (b"[" * 90_000, "is no manifest"),
        (b"\xff", "is no manifest"),
        (json.dumps({**HEAD, "files": []}).encode(), "is no manifest"),
        (json.dumps({**HEAD, "files": [{**FILE, "bytes": -1}]}).encode(), "is no manifest"),
        (json.dumps({**HEAD, "files": [{**FILE, "sha256": "x"}]}).encode(), "is no manifest"),
        (json.dumps({**HEAD, "generated_at": "9999-99-99T99:99:99Z", "files": [FILE]}).encode(), "is no manifest"),
        (json.dumps({**HEAD, "generated_at": "0000-00-00", "files": [FILE]}).encode(), "is no manifest"),
        (json.dumps({**HEAD, "version": 2, "files": [FILE]}).encode(), "is of version 2"),
        (json.dumps({**HEAD, "files": [FILE, FILE]}).encode(), "or one twice"),
        (json.dumps({**HEAD, "files": [{**FILE, "bytes": MOST + 1}]}).encode(), "more than VERIFY_BYTES"),
        (json.dumps({**HEAD, "files": [{**FILE, "bytes": 10**400}]}).encode(), ""),
        (
            json.dumps({**HEAD, "files": [{**FILE, "path": f"{n}", "bytes": MOST // 9} for n in range(10)]}).encode(),
            "more than VERIFY_BYTES",
        ),
    ],
)
def test_manifests_that_are_none(manifest, words):
    asked = []
    (sentence,) = checked({"v1/manifest.json": manifest, "v1/a.json": b"{}"}, asked=asked).wrong
    assert words in sentence
    assert sentence.endswith("nothing else was checked.")
    assert set(asked) == {"v1/manifest.json"}


def test_times_beyond_the_calendar():
    assert checked(site_of(FILE, generated_at="0001-01-01T00:00:00Z")).wrong == []
    assert checked(site_of(FILE, generated_at="9999-12-31T23:59:59Z")).wrong == []


def test_what_later_versions_add_is_no_mistake():
    assert checked(site_of({**FILE, "more": 1}, more={})).wrong == []


@pytest.mark.parametrize("site", [{}, {"v1/manifest.json": b" " * (LARGEST_MANIFEST + 1)}])
def test_no_manifest_at_all(site):
    with pytest.raises(UnreadableError, match=r"^has no v1/manifest.json that can be read: it "):
        checked(site)


def test_a_site_that_is_published_meanwhile_is_read_again():
    old, new = site_of(FILE), site_of({**FILE, "sha256": hashlib.sha256(b"[]").hexdigest()})
    site = {
        **new,
        "v1/a.json": b"[]",
        "v1/manifest.json": iter([old["v1/manifest.json"], *[new["v1/manifest.json"]] * 2]),
    }
    assert checked(site).wrong == []


def test_a_site_that_changes_all_the_time_is_read_some_times():
    asked = []
    manifests = (site_of({**FILE, "path": f"{number}"})["v1/manifest.json"] for number in range(10**6))
    with pytest.raises(UnreadableError, match="changes all the time"):
        checked({"v1/manifest.json": manifests}, asked=asked)
    assert asked.count("v1/manifest.json") == 2 * TRIES
