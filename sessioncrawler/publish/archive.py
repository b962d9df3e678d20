"""A site on its way from the exporter to a storage: a tar archive whose last member is the site's manifest.

Scrapy's feeds are one file each, and a site has thousands. An archive without its manifest is not whole: what makes
the files has failed on the way, or the disk was full.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from sessioncrawler.publish.manifest import FILES, Fingerprint, decode, encode, fingerprint, is_path

_TIME = 0
"""Modification time of every member: the same files make the same archive."""
_END = bytes(2 * tarfile.BLOCKSIZE)
_COPIED = 1024 * 1024
"""Bytes that are copied at once."""


@dataclass(frozen=True, slots=True)
class Members:
    """Members of an archive in a file of their own, from its beginning to its end."""

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
    _add(archive, FILES, encode(packed))
    archive.write(_END)


def write_members(archive: IO[bytes], files: Iterable[tuple[str, bytes]]) -> dict[str, Fingerprint]:
    """Write ``(path, content)`` pairs without an end; gives the fingerprints. Raises as :func:`pack` does."""
    packed: dict[str, Fingerprint] = {}
    for path, content in files:
        if path == FILES or path in packed or not is_path(path):
            raise ValueError(f"{path!r} is no path of a file in a site, or comes twice")
        packed[path] = fingerprint(content)
        _add(archive, path, content)
    return packed


def _add(archive: IO[bytes], path: str, content: bytes) -> None:
    member = tarfile.TarInfo(path)
    member.size, member.mtime = len(content), _TIME
    archive.write(member.tobuf())
    archive.write(content)
    archive.write(bytes(-len(content) % tarfile.BLOCKSIZE))


class Archive:
    """A whole archive that is being read, by one thread at a time. Raises ValueError where it is not whole."""

    def __init__(self, archive: IO[bytes]) -> None:
        archive.seek(0)
        self._file = archive
        try:
            with tarfile.open(fileobj=archive, mode="r:") as tar:
                self._places = {member.name: (member.offset_data, member.size) for member in tar}
            self.manifest = self.read(FILES)
        except (tarfile.TarError, KeyError) as error:
            raise ValueError("the archive has no manifest") from error
        self.files = decode(self.manifest)
        """What the site holds, without the manifest, in order of path."""
        if self._places.keys() != {*self.files, FILES}:
            raise ValueError("the archive does not hold what its manifest lists")

    def read(self, path: str) -> bytes:
        """The content of a file."""
        offset, size = self._places[path]
        self._file.seek(offset)
        content = self._file.read(size)
        if len(content) != size:
            raise tarfile.ReadError(f"the archive ends within {path}")
        return content
