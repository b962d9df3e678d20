"""Feeds of many files: an exporter packs them into one tar archive, a storage unpacks them below its URI.

Scrapy's feeds are one file each. A directory has a page for each Community and a news feed for each tag, and wants the
same guard, the same storages and the same "whole or not at all" for them.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from io import BytesIO
from typing import IO

PARALLEL = 8
"""Files that are stored at the same time: a bucket is far away."""
AHEAD = 2 * PARALLEL
"""Files that are read from an archive and not stored yet: all of them would fill the memory."""
_PATH = re.compile(r"(?:[0-9A-Za-z_+~-][0-9A-Za-z_.+~-]*/)*[0-9A-Za-z_+~-][0-9A-Za-z_.+~-]*")
_TIME = 0
"""Modification time of every member: the same files make the same archive."""


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


def members(archive: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The ``(path, content)`` pairs of an archive, in the order in which they were packed."""
    archive.seek(0)
    with tarfile.open(fileobj=archive, mode="r") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content.read()


def unpack(archive: IO[bytes], store: Callable[[str, bytes], None]) -> frozenset[str]:
    """Call ``store`` with each path and content of ``archive``, several at a time; the paths.

    Raises what ``store`` raises first. Then no call begins but for those few that wait already.
    """
    paths: set[str] = set()
    waiting: set[Future[None]] = set()
    with ThreadPoolExecutor(PARALLEL) as pool:
        try:
            for path, content in members(archive):
                if len(waiting) == AHEAD:
                    waiting = _raise_any(*wait(waiting, return_when=FIRST_COMPLETED))
                waiting.add(pool.submit(store, path, content))
                paths.add(path)
            _raise_any(*wait(waiting, return_when=FIRST_EXCEPTION))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return frozenset(paths)


def _raise_any(done: set[Future[None]], others: set[Future[None]]) -> set[Future[None]]:
    """Raise what went wrong in ``done``; the others."""
    for one in done:
        one.result()
    return others
