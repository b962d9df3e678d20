"""Feeds of many files: an exporter packs them into one tar archive, a storage unpacks them below its URI.

Scrapy's feeds are one file each. A directory has a page for each Community and a news feed for each tag, and wants the
same guard, the same storages and the same "whole or not at all" for them.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from io import BytesIO
from typing import IO

PARALLEL = 8
"""Files that are stored at the same time: a bucket is far away."""
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

    Raises what ``store`` raises first. Then no further call begins.
    """
    with ThreadPoolExecutor(PARALLEL) as pool:
        stored = {pool.submit(store, name, content): name for name, content in members(archive)}
        try:
            _wait(stored)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return frozenset(stored.values())


def _wait(stored: Iterable[Future[None]]) -> None:
    for done in as_completed(stored):
        done.result()
