"""Feeds on FTP servers."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from ftplib import FTP, FTP_TLS, all_errors, error_perm
from io import BytesIO
from ssl import create_default_context
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from scrapy.settings import BaseSettings
from scrapy.utils.ftp import ftp_makedirs_cwd

from sessioncrawler.feedstorages._lease import MARK, Lease
from sessioncrawler.feedstorages._site import Read, Target, Trouble
from sessioncrawler.feedstorages._storage import PlaceStorage

logger = logging.getLogger(__name__)

_NOT_THERE = "550"
_FILE = "mark"


class FTPServer(Target):
    """A folder on an FTP server, over one connection.

    An upload that breaks off leaves a cut file: the one place here that does not replace in one step.
    """

    def __init__(self, uri: str, settings: BaseSettings) -> None:
        self._place = urlsplit(uri)
        self._uri = f"{self._place.scheme}://{self._place.hostname}:{self._place.port or 21}{self._place.path}"
        self._settings = settings
        self._lease: FTPLease | None = None
        timeout = settings.getfloat("STORE_TIMEOUT")
        secure = self._place.scheme == "ftps"
        self._ftp = FTP_TLS(timeout=timeout, context=create_default_context()) if secure else FTP(timeout=timeout)  # noqa: S321 - what the operator asks for
        self._ftp.set_pasv(not settings.getbool("FEED_STORAGE_FTP_ACTIVE"))

    def __enter__(self) -> Self:
        """Connect and log in."""
        try:
            with self._told(""):
                self._ftp.connect(self._place.hostname or "", self._place.port or 21)
                self._ftp.login(unquote(self._place.username or ""), unquote(self._place.password or ""))
                if isinstance(self._ftp, FTP_TLS):
                    self._ftp.prot_p()
        except Trouble:
            self._ftp.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Log out."""
        with suppress(*all_errors):
            self._ftp.quit()
        self._ftp.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a mark."""
        self._lease = FTPLease(self._settings, self._uri, self._ftp, self._at(MARK))
        with ExitStack() as stack:
            with self._told(MARK):
                ftp_makedirs_cwd(self._ftp, self._at("").rstrip("/") or "/")
                stack.enter_context(self._lease.held())
            yield

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none."""
        content = BytesIO()
        with self._told(path):
            try:
                self._ftp.retrbinary(f"RETR {self._at(path)}", content.write)
            except error_perm as error:
                if str(error).startswith(_NOT_THERE):
                    return None
                raise
        return content.getvalue()

    def below(self, folder: str) -> Iterable[str]:
        """Nothing: servers list their files in too many ways to delete by what they say."""
        logger.warning("What is no longer published stays in %s/%s: remove it.", self._uri, folder)
        return ()

    def put(self, paths: Iterable[str], read: Read) -> None:
        """Upload files, and make their folders."""
        for path in paths:
            folder, name = posixpath.split(self._at(path))
            with self._told(path):
                if self._lease:
                    self._lease.check(self)
                ftp_makedirs_cwd(self._ftp, folder)
                self._ftp.storbinary(f"STOR {name}", BytesIO(read(path)))

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files; their folders stay."""
        for path in paths:
            with self._told(path):
                try:
                    self._ftp.delete(self._at(path))
                except error_perm as error:
                    if not str(error).startswith(_NOT_THERE):
                        raise

    def _at(self, path: str) -> str:
        return f"{self._place.path.rstrip('/')}/{path}"

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        try:
            yield
        except all_errors as error:
            mend = "Check that it can be reached and that we may write there, and run it again."
            raise Trouble(f"{self._uri.rstrip('/')}/{path}", error, mend) from error


class FTPLease(Lease):
    """A folder, since making one is all that FTP servers do only if it is not there; a file in it is what changes."""

    def __init__(self, settings: BaseSettings, where: str, ftp: FTP, folder: str) -> None:
        super().__init__(settings, where)
        self._ftp = ftp
        self._folder = folder

    def make(self, content: bytes) -> Any:
        """Make the folder."""
        try:
            self._ftp.mkd(self._folder)
        except error_perm:
            if self.look() is not None:
                return None
            # Taken away before we looked; or it cannot be made at all, which the second try tells.
            self._ftp.mkd(self._folder)
        return self._write(content)

    def look(self) -> Any:
        """Read the file; empty where there is none in the folder yet."""
        content = BytesIO()
        try:
            self._ftp.retrbinary(f"RETR {self._folder}/{_FILE}", content.write)
        except error_perm:
            try:
                self._ftp.cwd(self._folder)
            except error_perm:
                return None
        return content.getvalue()

    def change(self, mark: Any, content: bytes) -> Any:
        """Write the file if it is as it was."""
        return self._write(content) if self.look() == mark else None

    def take(self, mark: Any, content: bytes) -> Any:
        """Take the folder away, which only one can, and make another one."""
        if self.look() != mark:
            return None
        aside = f"{self._folder}-{content.decode()}"
        try:
            self._ftp.rename(self._folder, aside)
        except error_perm:  # others don't rename folders: there, two that take over in the same moment both go on
            if self.look() != mark:
                return None
            aside = self._folder
        self._clear(aside)
        return self.make(content)

    def remove(self) -> None:
        """Remove both."""
        try:
            self._clear(self._folder)
        except all_errors as error:
            self.stays(str(error))

    def _write(self, content: bytes) -> bytes:
        self._ftp.storbinary(f"STOR {self._folder}/{_FILE}", BytesIO(content))
        return content

    def _clear(self, folder: str) -> None:
        with suppress(error_perm):  # it may be that of a run that was killed before it wrote one
            self._ftp.delete(f"{folder}/{_FILE}")
        self._ftp.rmd(folder)


class FTPStorage(PlaceStorage):
    """Storage for ``ftp:`` and ``ftps:`` URIs."""

    def place(self, uri: str) -> FTPServer:
        """A folder on a server."""
        return FTPServer(uri, self.crawler.settings)
