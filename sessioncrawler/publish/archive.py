"""A site on its way from the exporter to a storage: a tar archive whose last member is the site's manifest.

Scrapy's feeds are one file each, and a site has thousands. An archive without its manifest is not whole: what makes
the files has failed on the way, or the disk was full.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterable
from io import BytesIO
from typing import IO

from sessioncrawler.publish.manifest import FILES, Fingerprint, decode, encode, fingerprint, is_path

_TIME = 0
"""Modification time of every member: the same files make the same archive."""


def pack(archive: IO[bytes], files: Iterable[tuple[str, bytes]]) -> None:
    """Write ``(path, content)`` pairs, and their manifest when there are no more.

    Raises whatever ``files`` raises, and ValueError for a path that could lead out of the site or that comes twice.
    The archive is not whole then.
    """
    packed: dict[str, Fingerprint] = {}
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in files:
            if path == FILES or path in packed or not is_path(path):
                raise ValueError(f"{path!r} is no path of a file in a site, or comes twice")
            packed[path] = fingerprint(content)
            _add(tar, path, content)
        _add(tar, FILES, encode(packed))


def _add(tar: tarfile.TarFile, path: str, content: bytes) -> None:
    member = tarfile.TarInfo(path)
    member.size, member.mtime = len(content), _TIME
    tar.addfile(member, BytesIO(content))


class Archive:
    """A whole archive that is being read, by one thread at a time. Raises ValueError where it is not whole."""

    def __init__(self, archive: IO[bytes]) -> None:
        archive.seek(0)
        try:
            self._tar = tarfile.open(fileobj=archive, mode="r:")  # noqa: SIM115 - it holds nothing but the file
            self._members = {member.name: member for member in self._tar}
            self.manifest = self.read(FILES)
        except (tarfile.TarError, KeyError) as error:
            raise ValueError("the archive has no manifest") from error
        self.files = decode(self.manifest)
        """What the site holds, without the manifest, in order of path."""
        if self._members.keys() != {*self.files, FILES}:
            raise ValueError("the archive does not hold what its manifest lists")

    def read(self, path: str) -> bytes:
        """The content of a file."""
        content = self._tar.extractfile(self._members[path])
        return content.read() if content else b""
