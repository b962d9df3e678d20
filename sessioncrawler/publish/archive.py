"""A site on its way from the exporter to a storage: one file, with the site's manifest at its end.

Scrapy's feeds are one file each, and a site has thousands. So there are the contents of all files, one after another;
the manifest; the paths in the order of the contents; and how long these two are. An archive without its end is not
whole: what makes the files has failed on the way, or the disk was full. A tar file would hold the same, but its headers
cost more than the contents to write and to read.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import IO

from sessioncrawler.publish.manifest import FILES, Fingerprint, decode, encode, fingerprint, is_path

_MARK = b" end of site\n"
_LENGTH = 32 + len(_MARK)
_COPIED = 1024 * 1024
"""Bytes that are copied at once."""


@dataclass(frozen=True, slots=True)
class Members:
    """Contents in a file of their own, from its beginning to its end, in the order of ``fingerprints``."""

    file: IO[bytes]
    fingerprints: Mapping[str, Fingerprint]


def pack(archive: IO[bytes], files: Iterable[tuple[str, bytes]], elsewhere: Iterable[Members] = ()) -> None:
    """Write ``(path, content)`` pairs, what was written ``elsewhere``, and the manifest when there is no more.

    ``elsewhere`` is asked for when all ``files`` are written.
    Raises whatever ``files`` raises, and ValueError for a path that could lead out of the site or that comes twice.
    The archive is not whole then.
    """
    packed = write_members(archive, files)
    for members in elsewhere:
        if twice := packed.keys() & members.fingerprints.keys():
            raise ValueError(f"{min(twice)!r} comes twice")
        members.file.seek(0)
        shutil.copyfileobj(members.file, archive, _COPIED)
        packed.update(members.fingerprints)
    manifest, order = encode(packed), json.dumps(list(packed)).encode()
    archive.write(manifest + order + b"%016d%016d" % (len(manifest), len(order)) + _MARK)


def write_members(archive: IO[bytes], files: Iterable[tuple[str, bytes]]) -> dict[str, Fingerprint]:
    """Write ``(path, content)`` pairs without an end; gives the fingerprints. Raises as :func:`pack` does."""
    packed: dict[str, Fingerprint] = {}
    for path, content in files:
        if path == FILES or path in packed or not is_path(path):
            raise ValueError(f"{path!r} is no path of a file in a site, or comes twice")
        packed[path] = fingerprint(content)
        archive.write(content)
    return packed


class Archive:
    """A whole archive that is being read, by one thread at a time. Raises ValueError where it is not whole."""

    def __init__(self, archive: IO[bytes]) -> None:
        self._file = archive
        end = archive.seek(0, os.SEEK_END) - _LENGTH
        told = self._part(end, _LENGTH) if end >= 0 else b""
        if told[32:] != _MARK or not told[:32].isdigit():
            raise ValueError("the archive has no manifest")
        length, order = int(told[:16]), int(told[16:32])
        if length + order > end:
            raise ValueError("the archive is shorter than its manifest")
        self.manifest = self._part(end - order - length, length)
        self.files = decode(self.manifest)
        """What the site holds, without the manifest, in order of path."""
        paths = json.loads(self._part(end - order, order))
        if sorted(paths) != sorted(self.files):
            raise ValueError("the archive does not hold what its manifest lists")
        sizes = [self.files[path].bytes for path in paths]
        if sum(sizes) != end - order - length:
            raise ValueError("the archive is not as long as what its manifest lists")
        self._places = dict(zip(paths, zip(accumulate(sizes, initial=0), sizes, strict=False), strict=False))

    def read(self, path: str) -> bytes:
        """The content of a file; OSError where the archive is cut."""
        if path == FILES:
            return self.manifest
        content = self._part(*self._places[path])
        if len(content) != self._places[path][1]:
            raise OSError(errno.EIO, f"the archive ends within {path}")
        return content

    def _part(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)
