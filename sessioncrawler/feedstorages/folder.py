"""Feeds in the file system, replaced whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Self

from scrapy.crawler import Crawler
from w3lib.url import file_uri_to_path

from sessioncrawler.feedstorages._lease import busy
from sessioncrawler.feedstorages._site import Read, Target, Trouble
from sessioncrawler.feedstorages._storage import PlaceStorage
from sessioncrawler.publish.manifest import Fingerprint

MODE = 0o644
"""A site is there to be read by the web server, whatever the umask of the crawl."""
UNPUBLISHED = ".unpublished-"
"""What the names of files begin with that are not in their places yet."""
_PAUSE = 0.1
"""Seconds between two looks at whether another run is done."""
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


class Folder(Target):
    """A folder: files are written beside their places, under hidden names, then renamed (``rename(2)``).

    A lock on the folder (``flock``, which ends with its process) is held by one run that publishes a site, or by any
    number that write single files. Hidden files that are there when a site's run gets it belong to runs that were
    killed, and are removed.
    """

    def __init__(self, root: Path, *, deep: bool, wait: float = 300) -> None:
        self._root = root
        self._wait = wait
        self._deep = deep
        """Whether a site is published, so that hidden files may be in the folders below, too."""
        self._waiting: dict[str, tuple[str, str]] = {}
        """Path → its place, hidden file: plain strings, since there are tens of thousands."""
        self._lock = -1

    def __enter__(self) -> Self:
        """Lock."""
        with _told(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self._root, os.O_RDONLY)
        try:
            with suppress(OSError):  # not every file system knows locks: there, what a killed crawl leaves stays
                self._lock_folder()
        except Trouble:
            os.close(self._lock)
            raise
        return self

    def _lock_folder(self) -> None:
        """Wait for others, if need be; OSError where there are no locks, Trouble where it takes too long."""
        began = time.monotonic()
        kind = fcntl.LOCK_EX if self._deep else fcntl.LOCK_SH
        if not self._deep:
            with suppress(BlockingIOError):  # others that write single files are no reason to wait
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._sweep()
        while True:
            try:
                fcntl.flock(self._lock, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if (waited := time.monotonic() - began) >= self._wait:
                    raise busy(str(self._root), waited) from None
                time.sleep(_PAUSE)
            else:
                break
        if self._deep:
            self._sweep()

    def __exit__(self, *_: object) -> None:
        """Remove what was written and not renamed."""
        for place, hidden in self._waiting.values():
            with suppress(OSError):
                os.unlink(hidden)
                self._remove_empty(Path(place).parent)
        os.close(self._lock)

    def _sweep(self) -> None:
        find = self._root.rglob if self._deep else self._root.glob
        for left in list(find(f"{UNPUBLISHED}*")):
            left.unlink()
            self._remove_empty(left.parent)

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none."""
        with _told(self._root / path):
            try:
                return (self._root / path).read_bytes()
            except FileNotFoundError:
                return None

    def holds(self, path: str, file: Fingerprint, *, told: bool) -> bool:
        """Whether it is there and has its size, and also its digest where nobody says so."""
        place = f"{self._root}/{path}"
        try:
            found = os.stat(place)
            if found.st_size != file.bytes or not stat.S_ISREG(found.st_mode):
                return False
            return told or hashlib.sha256(Path(place).read_bytes()).hexdigest() == file.sha256
        except OSError:
            return False

    def below(self, folder: str) -> Iterator[str]:
        """All files but hidden ones of ours; symbolic links are not followed."""
        for where, _, names in os.walk(self._root / folder):
            for name in names:
                if not name.startswith(UNPUBLISHED):
                    yield Path(where, name).relative_to(self._root).as_posix()

    def prepare(self, paths: Iterable[str], read: Read) -> None:
        """Write everything beside its place."""
        folders: set[str] = set()
        for path in paths:
            place = f"{self._root}/{path}"
            try:
                place = self._at(place)
                folder = os.path.dirname(place)
                if folder not in folders:
                    os.makedirs(folder, exist_ok=True)
                    folders.add(folder)
                self._waiting[path] = place, write_beside(place, read(path))
            except OSError as error:
                raise _trouble(place, error) from error
        os.sync()  # once for thousands of files, which are dear to sync each by itself

    def put(self, paths: Iterable[str], read: Read) -> None:  # noqa: ARG002 - they are prepared
        """Rename."""
        for path in paths:
            place, hidden = self._waiting[path]
            try:
                os.replace(hidden, place)
            except OSError as error:
                raise _trouble(place, error) from error
            del self._waiting[path]
        os.sync()

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files, and folders that become empty."""
        for path in paths:
            place = self._root / path
            with _told(place), suppress(FileNotFoundError, NotADirectoryError):
                place.unlink()
                self._remove_empty(place.parent)
        os.fsync(self._lock)  # that the manifest is gone is written before anything else

    def _at(self, place: str) -> str:
        """Where a file belongs: if there is a symbolic link, the file it names is replaced and the link stays."""
        try:
            mode = os.lstat(place).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return place
        if stat.S_ISLNK(mode):
            place = os.path.realpath(place)
        if os.path.isdir(place):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        return place

    def _remove_empty(self, folder: Path) -> None:
        """Remove ``folder`` and those above it that are empty then, but not the root itself."""
        while folder.is_relative_to(self._root) and folder != self._root and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def write_beside(place: str, content: bytes) -> str:
    """Write ``content`` into a hidden file in the folder of ``place``; OSError leaves nothing there."""
    hidden = f"{os.path.dirname(place)}/{UNPUBLISHED}{token_hex(8)}"
    number = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE)
    try:
        try:
            rest = memoryview(content)
            while rest:  # a disk that is nearly full takes a part
                rest = rest[os.write(number, rest) :]
            os.fchmod(number, MODE)
        finally:
            os.close(number)
    except BaseException:
        with suppress(OSError):
            os.unlink(hidden)
        raise
    return hidden


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _trouble(str(place), error) from error


def _trouble(place: str, error: OSError) -> Trouble:
    name = errno.errorcode.get(error.errno or 0, "")
    mend = next((mend for names, mend in _MENDS if name in names), "Check the disk and run it again.")
    return Trouble(place, error, mend, error.strerror or str(error))


class FolderStorage(PlaceStorage):
    """Storage for paths and ``file:`` URIs."""

    def __init__(self, crawler: Crawler, uri: str, *, is_site: bool) -> None:
        path = Path(file_uri_to_path(uri) if uri.startswith("file:") else uri)
        super().__init__(crawler, str(path.absolute()), is_site=is_site)

    def place(self, uri: str) -> Folder:
        """A folder; a symbolic link is followed."""
        wait = self.crawler.settings.getfloat("PUBLISH_WAIT")
        return Folder(Path(uri or "/").resolve(), deep=self.is_site, wait=wait)
