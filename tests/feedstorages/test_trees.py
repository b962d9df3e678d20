"""Feeds of many files, through real crawls."""

from __future__ import annotations

from io import BytesIO

import pytest

from sessioncrawler.publish.archive import pack
from tests.support.publishing import community, publish


def files(items, crawler):
    for item in items:
        yield f"{item.identifier}/index.html", item.room.name.encode()


def broken(items, crawler):
    yield "../../escape", b"x"


def tree(folder, name="files"):
    kwargs = {"files": globals()[name]}
    return {str(folder / "c"): {"format": "tree", "unpack": True, "item_export_kwargs": kwargs}}


EXPORTERS = {"tree": "sessioncrawler.exporters.tree.TreeItemExporter"}


def test_each_file_of_a_tree_is_stored(tmp_path):
    one, two = community("one"), community("two")
    done = publish([one, two], tree(tmp_path), tmp_path, FEED_EXPORTERS=EXPORTERS)
    assert done.stats["feedexport/success_count/AtomicFileFeedStorage"] == 1
    found = {path.parent.name: path.read_text() for path in (tmp_path / "c").rglob("index.html")}
    assert found == {one.identifier: one.room.name, two.identifier: two.room.name}


def test_what_is_no_longer_published_is_removed_and_the_rest_is_left_alone(tmp_path):
    one, two = community("one"), community("two")
    publish([one, two], tree(tmp_path), tmp_path, FEED_EXPORTERS=EXPORTERS)
    before = (tmp_path / "c" / one.identifier / "index.html").stat()
    publish([one], tree(tmp_path), tmp_path, FEED_EXPORTERS=EXPORTERS)
    after = (tmp_path / "c" / one.identifier / "index.html").stat()
    assert [path.name for path in (tmp_path / "c").iterdir()] == [one.identifier]
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_tree_that_cannot_be_made_publishes_nothing(tmp_path):
    done = publish([community("one")], tree(tmp_path, "broken"), tmp_path, FEED_EXPORTERS=EXPORTERS)
    assert done.stats["publish/errors"] == 1
    assert not (tmp_path / "c").exists()
    assert not (tmp_path.parent / "escape").exists()


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../a", "a/../b", "a//b", ".hidden", "a/./b", "a b", "a\n", "é"])
def test_paths_that_lead_elsewhere_are_refused(path):
    with pytest.raises(ValueError, match="no path"):
        pack(BytesIO(), [(path, b"")])


def test_a_path_comes_once():
    with pytest.raises(ValueError, match="comes twice"):
        pack(BytesIO(), [("a", b""), ("a", b"")])


def test_the_same_files_make_the_same_archive():
    one, two = BytesIO(), BytesIO()
    assert pack(one, [("a/b", b"x"), ("c", b"")]) == pack(two, [("a/b", b"x"), ("c", b"")]) == 2
    assert one.getvalue() == two.getvalue()
