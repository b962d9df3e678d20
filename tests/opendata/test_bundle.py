"""All open data in one file."""

from __future__ import annotations

import io
import zipfile

from sessioncrawler.opendata.bundle import TABLES, Bundle
from sessioncrawler.opendata.history import TABLE
from tests.support.open_data import data_of_everything, keys, log


def packed(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_the_data_and_the_tables(site):
    held = packed(site["v1/open-data.zip"])
    assert held == {name: site[name] for name in held}
    later = {"v1/manifest.json", "v1/open-data.zip"}
    assert set(held) == TABLES | {
        name
        for name in site
        if name.startswith("v1/") and name not in later and not name.startswith(("v1/history/c", "v1/history/s"))
    } | {"v1/history/communities.schema.json", "v1/history/servers.schema.json"}
    assert TABLE in held


def test_the_same_data_make_the_same_bytes(site):
    assert data_of_everything(keys=keys(), log=log())["v1/open-data.zip"] == site["v1/open-data.zip"]


def test_of_too_much_there_is_none():
    for most, contents, there in ((10, [b"x" * 10], True), (10, [b"x" * 5, b"y" * 6], False), (0, [b"x"], False)):
        bundle = Bundle(most)
        for number, content in enumerate(contents):
            bundle.add(f"v1/{number}", content)
        assert bundle.too_much is not there
        assert len(list(bundle.files())) == there
    assert list(Bundle().files()) == []


def test_what_is_packed_is_small_and_what_comes_later_is_not_in_it():
    bundle = Bundle()
    bundle.add("v1/a.json", b"a" * 100_000)
    bundle.add("history.csv.gz", b"packed already")
    ((name, content),) = bundle.files()
    bundle.add("v1/b.json", b"b")
    assert name == "open-data.zip"
    assert len(content) < 1_000
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = [(one.filename, one.compress_type, one.date_time[0]) for one in archive.infolist()]
    assert told == [("v1/a.json", zipfile.ZIP_DEFLATED, 1980), ("history.csv.gz", zipfile.ZIP_STORED, 1980)]
