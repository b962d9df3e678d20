"""Feeds in the file system, replaced whole or not at all."""

from __future__ import annotations

import copy
import logging
import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Self

from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import BlockingFeedStorage
from w3lib.url import file_uri_to_path

from sessioncrawler.feedstorages._guard import Guarded

logger = logging.getLogger(__name__)

MODE = 0o644
"""A site is there to be read by the web server, whatever the umask of the crawl."""


class _WholeFileStorage(BlockingFeedStorage):
    """Writes a file beside its target and puts it in its place in one step (``rename(2)``)."""

    durable = True
    """Whether each file is synced by itself; thousands of them are dear."""

    def __init__(self, uri: str, *, feed_options: dict[str, Any] | None = None) -> None:
        if feed_options and feed_options.get("overwrite", True) is False:
            logger.warning("%s is always replaced, never appended to: remove overwrite=False from its feed.", uri)
        # Where the target is a symbolic link, the file it names is replaced and the link stays.
        self.path = Path(file_uri_to_path(uri) if uri.startswith("file:") else uri).resolve()

    @classmethod
    def from_crawler(
        cls,
        crawler: Crawler,  # noqa: ARG003 - part of Scrapy's signature
        uri: str,
        *,
        feed_options: dict[str, Any] | None = None,
    ) -> Self:
        return cls(uri, feed_options=feed_options)

    def _store_in_thread(self, file: IO[bytes]) -> None:
        with file:
            file.seek(0)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not _same(self.path, file):
                replace_file(self.path, file, durable=self.durable)


def _same(path: Path, content: IO[bytes]) -> bool:
    """Whether ``path`` holds ``content`` already: most pages of a site do not change from crawl to crawl."""
    try:
        same = path.read_bytes() == content.read()
    except OSError:
        same = False
    content.seek(0)
    return same


def replace_file(path: Path, content: IO[bytes], *, durable: bool = True) -> None:
    """Replace ``path`` by ``content``; on a failure (``OSError``) it stays as it was and nothing is left beside it.

    Where it is not ``durable``, the caller sees to it that the file outlives a power cut.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as temporary:
        try:
            shutil.copyfileobj(content, temporary)
            temporary.flush()
            os.fchmod(temporary.fileno(), MODE)
            if durable:
                os.fsync(temporary.fileno())
            Path(temporary.name).replace(path)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
    if durable:
        _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    """Make the new name of a file outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class AtomicFileFeedStorage(Guarded, _WholeFileStorage):
    """Storage for paths and ``file:`` URIs. It always replaces, whatever the feed option ``overwrite`` says."""

    def at(self, name: str) -> Self:
        """The same storage for the file ``name`` below its folder."""
        file = copy.copy(self)
        file.path = self.path / name
        file.durable = False
        return file

    def prune(self, keep: frozenset[str]) -> None:
        """Remove all other files, and folders that become empty; then make all of it outlive a power cut at once."""
        for folder, _, names in os.walk(self.path, topdown=False):
            for name in names:
                path = Path(folder, name)
                if path.relative_to(self.path).as_posix() not in keep:
                    path.unlink()
            if not any(Path(folder).iterdir()) and Path(folder) != self.path:
                Path(folder).rmdir()
        os.sync()
