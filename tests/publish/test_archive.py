"""A site as one file."""

from __future__ import annotations

from io import BytesIO

import pytest

from sessioncrawler.publish.archive import Archive, Members, pack, write_members
from sessioncrawler.publish.manifest import FILES, decode, fingerprint
from tests.support.packed_sites import NEW, archive, manifest


def test_a_site_is_read_as_it_was_packed():
    site = Archive(archive(NEW))
    assert {path: site.read(path) for path in NEW} == NEW
    assert site.files == {path: fingerprint(content) for path, content in NEW.items()}
    assert site.read(FILES) == site.manifest == manifest(NEW)
    assert decode(site.manifest) == site.files


def test_the_same_files_make_the_same_archive():
    assert archive(NEW).getvalue() == archive(NEW).getvalue()


@pytest.mark.parametrize("path", ["", "../a", ".hidden", FILES])
def test_paths_that_lead_elsewhere_are_refused(path):
    with pytest.raises(ValueError, match="no path"):
        pack(BytesIO(), [(path, b"")])


def test_a_path_comes_once():
    with pytest.raises(ValueError, match="comes twice"):
        pack(BytesIO(), [("a", b""), ("a", b"")])


def test_what_raises_on_the_way_leaves_no_whole_archive():
    def failing():
        yield from NEW.items()
        raise LookupError

    packed = BytesIO()
    with pytest.raises(LookupError):
        pack(packed, failing())
    with pytest.raises(ValueError, match="no manifest"):
        Archive(packed)


def test_what_is_cut_is_not_whole():
    content = archive(NEW).getvalue()
    for length in range(len(content)):
        with pytest.raises(ValueError, match=r".+"):
            Archive(BytesIO(content[:length]))


def test_what_was_written_elsewhere_is_part_of_it():
    files, rest, packed = BytesIO(), dict(list(NEW.items())[2:]), BytesIO()
    members = Members(files, write_members(files, list(NEW.items())[:2]))
    pack(packed, rest.items(), [members])
    site = Archive(packed)
    assert {path: site.read(path) for path in NEW} == NEW
    assert site.manifest == manifest(NEW)
    with pytest.raises(ValueError, match=r"'c/a/index\.html' comes twice"):
        pack(BytesIO(), NEW.items(), [members])


def test_what_is_cut_later_is_told():
    packed = archive(NEW)
    site = Archive(packed)
    packed.truncate(1)
    with pytest.raises(OSError, match=r"ends within c/a/index\.html"):
        site.read("c/a/index.html")


@pytest.mark.parametrize(
    ("was", "is_now", "words"),
    [
        (b'["a"]', b'["b"]', "does not hold"),
        (b'"bytes":1', b'"bytes":2', "not as long"),
        (b"0000", b"9000", "shorter than its manifest"),
        (b"0000", b"x000", "no manifest"),
        (b'{"files"', b'["files"', r".+"),
    ],
)
def test_what_holds_something_else_than_it_lists_is_not_whole(was, is_now, words):
    content = archive({"a": b"x"}).getvalue()
    assert was in content
    with pytest.raises(ValueError, match=words):
        Archive(BytesIO(content.replace(was, is_now, 1)))
