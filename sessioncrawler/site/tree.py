"""Feeds of many files: an exporter packs them into one tar archive, a storage unpacks them below its URI.

Scrapy's feeds are one file each. A directory has a page for each Community and a news feed for each tag, and wants the
same guard, the same storages and the same "whole or not at all" for them.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO, Protocol, Self

PARALLEL = 8
"""Files that are stored at the same time: a bucket is far away."""
_PATH = re.compile(r"(?:[0-9A-Za-z_+~-][0-9A-Za-z_.+~-]*/)*[0-9A-Za-z_+~-][0-9A-Za-z_.+~-]*")
_TIME = 0
"""Modification time of every member: the same files make the same archive."""


class Storage(Protocol):
    """A storage that can store below its own URI."""

    def _store_in_thread(self, file: IO[bytes]) -> None: ...

    def at(self, name: str) -> Self:
        """The same storage for the file ``name`` below its URI."""
        ...

    def prune(self, keep: frozenset[str]) -> None:
        """Remove what is below the URI and not in ``keep``: what is no longer published must not stay readable."""
        ...


def pack(archive: IO[bytes], files: Iterable[tuple[str, bytes]]) -> int:
    """Write ``(path, content)`` pairs as a tar archive; how many there were.

    Raises ValueError for a path that could lead out of the tree, or that comes twice.
    """
    seen: set[str] = set()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in files:
            if not _PATH.fullmatch(path) or path in seen:
                raise ValueError(f"{path!r} is no path of a file in a tree, or comes twice")
            seen.add(path)
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(content), _TIME
            tar.addfile(member, BytesIO(content))
    return len(seen)


def unpack(archive: IO[bytes], storage: Storage) -> None:
    """Store every file of ``archive`` below the URI of ``storage``, then remove what else is there."""
    archive.seek(0)
    with archive, ThreadPoolExecutor(PARALLEL) as pool:
        stored = [pool.submit(_store, storage, name, content) for name, content in _members(archive)]
        names = frozenset(done.result() for done in stored)
    storage.prune(names)


def _members(archive: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=archive, mode="r") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content.read()


def _store(storage: Storage, name: str, content: bytes) -> str:
    storage.at(name)._store_in_thread(BytesIO(content))  # noqa: SLF001 - the one hook that all storages share
    return name
