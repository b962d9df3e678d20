import errno
import io
import os
import stat

import pytest

from sessioncrawler.feedstorages import AtomicFileFeedStorage
from sessioncrawler.feedstorages.file import write_beside
from tests.support.publishing import community, publish

FEED = {"format": "servers.json"}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_folders_are_made_and_a_file_uri_is_understood(tmp_path):
    target = tmp_path / "a b" / "c" / "servers.json"
    publish([community()], {target.as_uri(): FEED}, tmp_path)
    assert names(target.parent) == ["servers.json"]


def test_everybody_may_read(tmp_path):
    target = tmp_path / "servers.json"
    umask = os.umask(0o077)
    try:
        publish([community()], {str(target): FEED}, tmp_path)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_who_reads_meanwhile_reads_the_old_file_to_its_end(tmp_path):
    target = tmp_path / "page"
    target.write_text("old")
    with target.open() as reader:
        AtomicFileFeedStorage(str(target))._store_in_thread(io.BytesIO(b"new"))
        assert reader.read() == "old"
    assert target.read_text() == "new"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "servers.json").symlink_to(tmp_path / "current.json")
    publish([community()], {str(tmp_path / "site" / "servers.json"): FEED}, tmp_path)
    assert (tmp_path / "real" / "servers.json").is_symlink()
    assert (tmp_path / "current.json").read_text().startswith("[")


class Full(io.BytesIO):
    """Breaks after its first bytes, as a full disk would."""

    def read(self, size=-1):
        if self.tell():
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().read(3)


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "page"
    target.write_text("old")
    with pytest.raises(OSError, match="No space left"):
        write_beside(target, Full(b"new and longer"))
    assert target.read_text() == "old"
    assert names(tmp_path) == ["page"]


def test_append_is_refused_with_a_mend(caplog):
    AtomicFileFeedStorage("x", feed_options={"overwrite": False})
    assert caplog.messages == ["x is always replaced, never appended to: remove overwrite=False from its feed."]
    AtomicFileFeedStorage("x", feed_options={"overwrite": True})
    assert len(caplog.messages) == 1
