"""Feeds on FTP servers."""

from __future__ import annotations

import copy
import logging
from typing import Self

from scrapy.extensions.feedexport import FTPFeedStorage

from sessioncrawler.feedstorages._guard import Guarded
from sessioncrawler.feedstorages._remote import RemoteStorage

logger = logging.getLogger(__name__)


class GuardedFTPFeedStorage(Guarded, RemoteStorage, FTPFeedStorage):
    """Storage for ``ftp:`` and ``ftps:`` URIs.

    An upload that breaks off leaves a cut file: the one storage here that does not replace in one step.
    """

    @property
    def place(self) -> str:
        """Its URI, without the password."""
        return f"ftp://{self.host}:{self.port}{self.path}"

    def at(self, name: str) -> Self:
        """The same server, the file ``name`` below this path."""
        other = copy.copy(self)
        other.path = f"{self.path.rstrip('/')}/{name}"
        return other

    def prune(self, keep: frozenset[str]) -> None:
        """Say that nothing is removed: FTP servers list their files in too many ways to delete by what they say."""
        logger.warning(
            "Files below %s that are no longer published (all but %d) stay: remove them.", self.path, len(keep)
        )
