"""Feeds in the file system, replaced whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Self

from scrapy.crawler import Crawler
from w3lib.url import file_uri_to_path

from sessioncrawler.feedstorages._guard import Guarded, NotPublished
from sessioncrawler.feedstorages._publication import Together, publish_alone, rank_of
from sessioncrawler.publish.archive import members

logger = logging.getLogger(__name__)

MODE = 0o644
"""A site is there to be read by the web server, whatever the umask of the crawl."""
UNPUBLISHED = ".unpublished-"
"""What the names of files begin with that are not in their places yet."""
_MENDS = (
    (("ENOSPC", "EDQUOT", "EFBIG"), "Free some space there, and in FEED_TEMPDIR, and run it again."),
    (
        ("EACCES", "EPERM", "EROFS"),
        "Give this user the right to write there, or set SITE_URI to another folder, and run it again.",
    ),
    (
        ("ENOTDIR", "EEXIST", "EISDIR", "ENOTEMPTY"),
        "Something else is in its place: move it away, or set SITE_URI to another folder, and run it again.",
    ),
)


def write_beside(path: Path, content: IO[bytes]) -> Path:
    """Write ``content`` into a hidden file in the folder of ``path``; OSError leaves nothing there."""
    with NamedTemporaryFile(dir=path.parent, prefix=UNPUBLISHED, delete=False) as temporary:
        try:
            shutil.copyfileobj(content, temporary)
            temporary.flush()
            os.fchmod(temporary.fileno(), MODE)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
    return Path(temporary.name)


class _Claim:
    """Says to other crawls that files in a folder are not in their places yet, for as long as it is not released.

    Where nobody else says so, the hidden files that are there belong to crawls that were killed, and are removed.
    """

    def __init__(self, folder: Path, *, deep: bool) -> None:
        self._descriptor = os.open(folder, os.O_RDONLY)
        with suppress(OSError):  # not every file system knows locks: there, what a killed crawl leaves stays
            self._sweep(folder.rglob if deep else folder.glob)
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def _sweep(self, find: Any) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in find(f"{UNPUBLISHED}*"):
            left.unlink()

    def release(self) -> None:
        """Let others remove what is left."""
        os.close(self._descriptor)


class FileFeed:
    """One file, or the files of a tree: written beside their places, then renamed (``rename(2)``)."""

    def __init__(self, path: Path, file: IO[bytes], *, tree: bool) -> None:
        self.rank = rank_of(path.as_posix())
        self._path = path
        self._file = file
        self._tree = tree
        self._claim: _Claim | None = None
        self._waiting: dict[Path, Path] = {}
        """Place → hidden file."""
        self._kept: set[Path] = set()
        self._place = path
        """What is being written, for messages."""

    def prepare(self) -> None:
        """Write everything that differs from what is there."""
        folder = self._path if self._tree else self._path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._claim = _Claim(folder, deep=self._tree)
            for place, content in self._files():
                self._place = place
                self._write(place, content)
        except OSError as error:
            raise _sentence(self._place, error, "what is published stays as it was") from error

    def put(self) -> None:
        """Rename."""
        try:
            while self._waiting:
                self._place = next(iter(self._waiting))
                self._waiting[self._place].replace(self._place)
                del self._waiting[self._place]
        except OSError as error:
            raise _sentence(self._place, error, "the site is partly new") from error

    def tidy(self) -> None:
        """Remove all other files of a tree, and folders that become empty."""
        if not self._tree:
            return
        try:
            for folder, _, names in os.walk(self._path, topdown=False):
                for name in names:
                    self._place = Path(folder, name)
                    if self._place not in self._kept and not name.startswith(UNPUBLISHED):
                        self._place.unlink()
                self._remove_empty(Path(folder))
        except OSError as error:
            raise _sentence(self._place, error, "the site is new, but this should no longer be there") from error

    def close(self) -> None:
        """Remove what was written and not renamed."""
        with suppress(OSError):  # it may not have been written to its end
            self._file.close()
        for place, hidden in self._waiting.items():
            with suppress(OSError):
                hidden.unlink()
                self._remove_empty(place.parent)
        if self._claim:
            self._claim.release()

    @staticmethod
    def flush() -> None:
        """Write through to the disk: once for thousands of files, which are dear to sync each by itself."""
        os.sync()

    def _files(self) -> Iterable[tuple[Path, IO[bytes]]]:
        if not self._tree:
            self._file.seek(0)
            return [(self._path, self._file)]
        return self._members()

    def _members(self) -> Iterator[tuple[Path, IO[bytes]]]:
        for name, content in members(self._file):
            place = self._path / name
            self._kept.add(place)
            yield place, BytesIO(content)

    def _write(self, place: Path, content: IO[bytes]) -> None:
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not _same(place, content):
            place.parent.mkdir(parents=True, exist_ok=True)
            self._waiting[place] = write_beside(place, content)

    def _remove_empty(self, folder: Path) -> None:
        """Remove ``folder`` and those above it that are empty then, but not the tree itself."""
        while folder.is_relative_to(self._path) and folder != self._path and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def _same(path: Path, content: IO[bytes]) -> bool:
    """Whether ``path`` holds ``content`` already: most pages of a site do not change from crawl to crawl."""
    try:
        same = path.read_bytes() == content.read()
    except OSError:
        same = False
    content.seek(0)
    return same


def _sentence(path: Path, error: OSError, state: str) -> NotPublished:
    name = errno.errorcode.get(error.errno or 0, "")
    mend = next((mend for names, mend in _MENDS if name in names), "Check the disk and run it again.")
    return NotPublished(f"{path} could not be stored ({error.strerror or error}), so {state}. {mend}")


class _WholeFileStorage(Together):
    """Puts a file in its place in one step."""

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

    def feed(self, file: IO[bytes], *, tree: bool) -> FileFeed:
        """A feed that is renamed into its place."""
        return FileFeed(self.path, file, tree=tree)

    def _store_in_thread(self, file: IO[bytes]) -> None:
        publish_alone(self.feed(file, tree=False))


class AtomicFileFeedStorage(Guarded, _WholeFileStorage):
    """Storage for paths and ``file:`` URIs. It always replaces, whatever the feed option ``overwrite`` says."""
