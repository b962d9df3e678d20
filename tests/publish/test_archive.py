"""A site as one file."""

from __future__ import annotations

import tarfile
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
    end = content.rindex(b"}}\n")
    for length in range(0, end, 512):
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
    packed.truncate(600)
    with pytest.raises(tarfile.ReadError, match=r"ends within c/a/index\.html"):
        site.read("c/a/index.html")


def test_what_holds_other_files_than_it_lists_is_not_whole():
    content = archive({"a": b"x"}).getvalue().replace(b"a\0", b"b\0", 1)
    header = bytearray(content[:512])
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    with pytest.raises(ValueError, match="does not hold"):
        Archive(BytesIO(bytes(header) + content[512:]))
