"""One run at a time publishes a site into a folder."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from io import BytesIO
from threading import Timer

import pytest

from sessioncrawler.feedstorages._site import NotPublished, store_file, store_site
from sessioncrawler.feedstorages.folder import UNPUBLISHED, Folder
from sessioncrawler.publish.manifest import decode, fingerprint
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


@pytest.fixture
def another(site):
    """The lock of another run, of this kind, until it is closed."""
    opened = []

    def lock(kind):
        opened.append(os.open(site, os.O_RDONLY))
        fcntl.flock(opened[0], kind)
        return opened[0]

    yield lock
    with suppress(OSError):
        os.close(opened[0])


@pytest.mark.parametrize("kind", [fcntl.LOCK_SH, fcntl.LOCK_EX])
def test_a_site_waits_for_whoever_writes_there(site, another, kind):
    waiting = site / "c" / f"{UNPUBLISHED}x"
    waiting.write_text("in a moment")
    other = another(kind)
    began = time.monotonic()
    Timer(0.3, lambda: (waiting.unlink(), os.close(other))).start()
    publish(site)
    assert time.monotonic() - began >= 0.3
    assert found(site) == whole(NEW)


def test_one_file_waits_for_a_site_only(site, another):
    waiting = site / f"{UNPUBLISHED}x"
    waiting.write_text("in a moment")
    other = another(fcntl.LOCK_SH)
    store_file(BytesIO(b"{}"), Folder(site, deep=False), "health.json")
    assert waiting.exists()
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(NotPublished, match=r"another run is publishing there, and was not done after 0 s\)"):
        store_file(BytesIO(b"[]"), Folder(site, deep=False, wait=0.2), "health.json")
    os.close(other)
    assert (site / "health.json").read_bytes() == b"{}"


def test_a_site_that_waits_in_vain_says_so(site, another):
    another(fcntl.LOCK_EX)
    with pytest.raises(NotPublished, match=r"stays as it was\. Run it again when that one has ended, or set PUBLISH_"):
        store_site(archive(NEW), Folder(site, deep=True, wait=0.2))
    assert found(site) == whole(OLD)


def test_two_processes_never_mix_their_sites(site):
    """Without the lock, one round in four ends with files of both."""
    for number in range(30):
        sites = [{f"{path}/{name}": f"{number} of {one}".encode() for path in "abcd" for name in "xyz"} for one in "AB"]
        children = []
        for files in sites:
            if not (child := os.fork()):
                with suppress(BaseException):
                    publish(site, files)
                    os._exit(0)
                os._exit(1)
            children.append(child)
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
        left = found(site)
        told = decode(left.pop("files.json"))
        assert {path: fingerprint(content) for path, content in left.items()} == told
        assert left in sites
