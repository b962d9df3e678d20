"""Folders: each file is replaced in one step, and what breaks off leaves nothing half."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import stat
import sys
from io import BytesIO
from pathlib import Path

import pytest
from scrapy import Spider
from scrapy.utils.test import get_crawler

from sessioncrawler.feedstorages._site import NotPublished, store_file, store_site
from sessioncrawler.feedstorages.folder import UNPUBLISHED, Folder, FolderStorage, write_beside
from sessioncrawler.publish.manifest import FILES
from tests.support.packed_sites import NEW, OLD, archive, whole


def found(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def publish(site, files=NEW):
    store_site(archive(files), Folder(site, deep=True))


@pytest.fixture
def site(tmp_path):
    """A site that was published before."""
    folder = tmp_path / "site"
    publish(folder, OLD)
    return folder


def marks(site):
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in site.rglob("*")}


def test_a_site_is_replaced(site):
    publish(site)
    assert found(site) == whole(NEW)
    assert not (site / "c" / "gone").exists()


def test_the_same_site_again_writes_nothing(site):
    before = marks(site)
    publish(site, OLD)
    assert marks(site) == before


def test_what_did_not_change_is_left_alone(site):
    before = marks(site)
    publish(site)
    assert marks(site)[site / "c/a/index.html"] == before[site / "c/a/index.html"]


@pytest.mark.parametrize("content", [None, b"longer than it was"])
def test_a_file_that_somebody_took_or_changed_comes_back(site, content):
    (site / "data.json").unlink()
    if content:
        (site / "data.json").write_bytes(content)
    publish(site, OLD)
    assert found(site) == whole(OLD)


def test_without_a_manifest_files_are_compared_by_their_bytes(site):
    (site / FILES).unlink()
    (site / "data.json").write_bytes(b"bad")  # of the same size
    before = marks(site)
    publish(site, OLD)
    assert found(site) == whole(OLD)
    changed = {path.name for path, mark in marks(site).items() if path.is_file() and before.get(path) != mark}
    assert changed == {"data.json", FILES}


def test_files_of_others_stay(site):
    mine = {"robots.txt": b"mine", "health.json": b"{}", "mine/notes": b"mine", "c/notes": b"mine"}
    for name, content in mine.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_bytes(content)
    publish(site)
    assert found(site) == whole(NEW) | mine


def test_everybody_may_read(tmp_path):
    umask = os.umask(0o077)
    try:
        publish(tmp_path)
    finally:
        os.umask(umask)
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in whole(NEW)} == {0o644}


def test_who_reads_meanwhile_reads_the_old_file_to_its_end(site):
    with (site / "data.json").open() as reader:
        publish(site)
        assert reader.read() == "old"
    assert (site / "data.json").read_text() == "new"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "data.json").symlink_to(tmp_path / "current.json")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "real" / "c").symlink_to(tmp_path / "elsewhere")
    storage = FolderStorage(get_crawler(Spider), str(tmp_path / "site"), is_site=True)
    for files in (OLD, NEW):
        storage._store_in_thread(archive(files)) if files is OLD else store_site(
            archive(files), storage.place(storage.uri)
        )
        assert (tmp_path / "real" / "data.json").is_symlink()
        assert (tmp_path / "current.json").read_bytes() == files["data.json"]
        assert (tmp_path / "elsewhere" / "b" / "index.html").read_bytes() == files["c/b/index.html"]
    assert not (tmp_path / "elsewhere" / "gone").exists()


@pytest.mark.parametrize("blocked", ["data.json", "c/b/index.html"])
def test_a_folder_in_the_place_of_a_file_holds_all_back(site, blocked):
    (site / blocked).unlink()
    (site / blocked).mkdir()
    before = found(site)
    with pytest.raises(NotPublished) as told:
        publish(site)
    assert f"{blocked} could not be stored (Is a directory), so what is published stays as it was." in str(told.value)
    assert "Something else is in its place: move it away" in str(told.value)
    assert found(site) == before
    assert not (site / "c" / "come").exists()


def test_a_file_in_the_place_of_a_folder_holds_all_back(site):
    shutil.rmtree(site / "c")
    (site / "c").write_text("a file")
    before = found(site)
    with pytest.raises(NotPublished, match="Something else is in its place"):
        publish(site)
    assert found(site) == before


def test_a_file_in_the_place_of_the_site(tmp_path):
    (tmp_path / "site").write_text("a file")
    with pytest.raises(NotPublished, match="Something else is in its place"):
        publish(tmp_path / "site")


def test_a_manifest_that_is_a_folder_is_told(site):
    (site / FILES).unlink()
    (site / FILES).mkdir()
    with pytest.raises(NotPublished, match=r"files\.json could not be stored \(Is a directory\)"):
        publish(site)


@pytest.mark.parametrize(
    ("number", "mend"),
    [(errno.ENOSPC, "Free some space there, and in FEED_TEMPDIR"), (errno.EIO, "Check the disk and run it again.")],
)
def test_a_disk_that_fails_while_files_are_renamed_is_told(site, monkeypatch, number, mend):
    def replace(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(NotPublished) as told:
        publish(site)
    assert f"could not be stored ({os.strerror(number)}), so the site is partly new. {mend}" in str(told.value)
    assert found(site) == OLD
    monkeypatch.undo()
    publish(site)
    assert found(site) == whole(NEW) | {"gone.txt": b"old"}


def test_a_disk_that_is_full_changes_nothing(site, monkeypatch):
    def fchmod(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fchmod", fchmod)
    with pytest.raises(NotPublished, match=r"\(No space left on device\), so what is published stays as it was\."):
        publish(site)
    assert found(site) == whole(OLD)


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "page"
    target.write_text("old")
    with pytest.raises(TypeError):
        write_beside(target, None)
    assert found(tmp_path) == {"page": b"old"}


def test_what_a_killed_run_left_goes(site):
    (site / "c" / "half").mkdir()
    for folder in (site, site / "c", site / "c" / "half"):
        (folder / f"{UNPUBLISHED}x").write_text("half")
    publish(site)
    assert found(site) == whole(NEW)
    assert not (site / "c" / "half").exists()


def test_a_file_system_without_locks_will_do(site, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    publish(site)
    assert found(site) == whole(NEW)


def killed_at(moment: int, site: Path) -> bool:
    """Publish in a process that is killed when it opens, renames, makes or removes something for the n-th time."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    seen = 0

    def hook(event, arguments):
        nonlocal seen
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}:
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    try:
        publish(site)
    finally:
        os._exit(0)


def test_whenever_it_is_killed_nothing_is_half_and_the_next_run_mends_it(site, tmp_path):
    for moment in range(1, 100):
        copy = tmp_path / str(moment)
        shutil.copytree(site, copy)
        if not killed_at(moment, copy):
            break
        left = {path: content for path, content in found(copy).items() if UNPUBLISHED not in path}
        for path, content in left.items():
            assert content in (whole(OLD).get(path), whole(NEW).get(path)), path
        if left["index.html"] == b"new":
            assert left.items() >= NEW.items()
        if FILES not in left:
            assert left.keys() >= OLD.keys() & NEW.keys()
        publish(copy)
        assert {path: content for path, content in found(copy).items() if path != "gone.txt"} == whole(NEW)
    assert 15 < moment < 100
    assert found(copy) == whole(NEW)


@pytest.mark.parametrize("uri", ["{0}/a b/c/rooms.csv", "file://{0}/a%20b/c/rooms.csv", "rooms.csv"])
def test_one_file_by_path_or_uri(tmp_path, monkeypatch, uri):
    monkeypatch.chdir(tmp_path)
    storage = FolderStorage.from_crawler(get_crawler(Spider), uri.format(tmp_path))
    storage._store_in_thread(BytesIO(b"rooms"))
    target = tmp_path / ("rooms.csv" if uri == "rooms.csv" else "a b/c/rooms.csv")
    assert target.read_text() == "rooms"
    before = marks(tmp_path)
    storage._store_in_thread(BytesIO(b"rooms"))
    assert marks(tmp_path) == before


def test_a_file_at_the_top_of_all(monkeypatch):
    seen = []
    monkeypatch.setattr(Folder, "__init__", lambda self, root, **_: seen.append(root))
    FolderStorage(get_crawler(Spider), "/rooms.csv", is_site=False).place("")
    assert seen == [Path("/")]


def test_one_file_leaves_the_rest_of_its_folder_alone(site):
    (site / "c" / f"{UNPUBLISHED}x").write_text("half")
    store_file(BytesIO(b"{}"), Folder(site, deep=False), "health.json")
    assert found(site) == whole(OLD) | {"health.json": b"{}", f"c/{UNPUBLISHED}x": b"half"}
