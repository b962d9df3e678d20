"""Feeds of one crawl are published together, or none of them is."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from sessioncrawler.feedstorages import AtomicFileFeedStorage
from sessioncrawler.feedstorages._publication import rank_of
from sessioncrawler.feedstorages.file import UNPUBLISHED
from tests.support.publishing import community, publish

FEED = {"format": "servers.json"}
EXPORTERS = {
    "servers.json": "sessioncrawler.exporters.ServersJsonItemExporter",
    "tree": "sessioncrawler.exporters.tree.TreeItemExporter",
}
OLD = "what was there"


def pages(items, crawler):
    yield "a/index.html", b"a"
    yield "b/index.html", b"b"


TREE = {"format": "tree", "unpack": True, "item_export_kwargs": {"files": pages}}


@pytest.fixture
def site(tmp_path):
    """A site that was published before."""
    folder = tmp_path / "site"
    (folder / "c" / "gone").mkdir(parents=True)
    for name in ("index.html", "data.json", "c/gone/index.html"):
        (folder / name).write_text(OLD)
    return folder


@pytest.fixture
def run(site, tmp_path):
    """Publish two files and a tree."""

    def run(**more):
        feeds = {f"{site}/{name}": feed for name, feed in {"index.html": FEED, "data.json": FEED, "c": TREE}.items()}
        return publish([community()], feeds, tmp_path, FEED_EXPORTERS=EXPORTERS, **more)

    return run


def found(site):
    return {str(path.relative_to(site)): path.read_text() for path in site.rglob("*") if path.is_file()}


def test_all_are_published(site, run):
    assert run().errors == []
    assert found(site).keys() == {"index.html", "data.json", "c/a/index.html", "c/b/index.html"}
    assert OLD not in found(site).values()
    assert not (site / "c" / "gone").exists()


def test_the_front_page_comes_last():
    names = ["site/index.html", "site/c/x/index.html", "site/v1", "site/data.json"]
    assert sorted(names, key=rank_of) == ["site/v1", "site/data.json", "site/c/x/index.html", "site/index.html"]


@pytest.mark.parametrize("blocked", ["data.json", "c/b/index.html"])
def test_one_that_cannot_be_stored_holds_all_others_back(site, run, blocked):
    (site / blocked).unlink(missing_ok=True)
    (site / blocked).mkdir(parents=True)
    before = found(site)
    published = run()
    assert published.stats["feedexport/failed_count/AtomicFileFeedStorage"] == 3
    (error,) = published.errors
    assert f"{blocked} could not be stored (Is a directory), so what is published stays as it was." in error
    assert "Something else is in its place: move it away" in error
    assert found(site) == before
    assert not (site / "c" / "a").exists()


def test_a_feed_that_a_person_asks_for_stands_alone(site, run, tmp_path):
    (site / "data.json").unlink()
    (site / "data.json").mkdir()
    feeds = {f"{site}/data.json": FEED, f"{tmp_path}/mine.json": {**FEED, "site": False}}
    published = publish([community()], feeds, tmp_path)
    assert len(published.errors) == 1
    assert "sogs.example" in (tmp_path / "mine.json").read_text()


@pytest.mark.parametrize(
    ("number", "mend"),
    [(errno.ENOSPC, "Free some space there, and in FEED_TEMPDIR"), (errno.EIO, "Check the disk and run it again.")],
)
def test_a_disk_that_fails_while_files_are_renamed_is_told(site, run, monkeypatch, number, mend):
    def replace(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", replace)
    (error,) = run().errors
    assert f"could not be stored ({os.strerror(number)}), so the site is partly new. {mend}" in error
    assert OLD in found(site)["index.html"]
    assert not any(UNPUBLISHED in name for name in found(site))


def test_what_cannot_be_removed_is_told(site, run, monkeypatch):
    def unlink(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "unlink", unlink)
    (error,) = run().errors
    assert "gone/index.html could not be stored (Permission denied), so the site is new, but this should no" in error
    assert OLD not in found(site)["index.html"]


def test_what_a_killed_run_left_goes(site, run):
    for folder in (site, site / "c", site / "c" / "gone"):
        (folder / f"{UNPUBLISHED}x").write_text("half")
    run()
    assert not any(UNPUBLISHED in name for name in found(site))


def test_what_another_run_is_writing_stays(site, run):
    (site / "c" / f"{UNPUBLISHED}x").write_text("half")
    other = os.open(site / "c", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_SH)
    try:
        assert run().errors == []
    finally:
        os.close(other)
    assert f"c/{UNPUBLISHED}x" in found(site)


def test_a_file_system_without_locks_will_do(site, run, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    assert run().errors == []
    assert OLD not in found(site).values()


class Unwilling(AtomicFileFeedStorage):
    """A storage whose temporary files cannot be closed: what was written last found no room."""

    def feed(self, file, *, tree):
        feed = super().feed(file, tree=tree)
        close = file.close

        def closing():
            close()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        file.close = closing
        return feed


def test_a_temporary_file_that_cannot_be_closed_is_no_failure(tmp_path):
    class Plain(Unwilling):
        def open(self, spider):
            return (tmp_path / "temporary").open("w+b", buffering=0)

    published = publish([community()], {f"{tmp_path}/x.json": FEED}, tmp_path, FEED_STORAGES={"": Plain})
    assert "sogs.example" in (tmp_path / "x.json").read_text()
    assert published.errors == []


def test_temporary_files_have_no_names(tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    seen = []

    class Looking(AtomicFileFeedStorage):
        def open(self, spider):
            file = super().open(spider)
            file.write(b" ")
            file.flush()
            seen.append(list(temporary.iterdir()))
            return file

    publish([community()], {f"{tmp_path}/x": FEED}, tmp_path, FEED_STORAGES={"": Looking}, FEED_TEMPDIR=str(temporary))
    assert seen == [[]]
