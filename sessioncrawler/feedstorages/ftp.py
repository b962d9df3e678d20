"""Feeds on FTP servers."""

from __future__ import annotations

from scrapy.extensions.feedexport import FTPFeedStorage

from sessioncrawler.feedstorages._guard import Guarded


class GuardedFTPFeedStorage(Guarded, FTPFeedStorage):
    """Storage for ``ftp:`` and ``ftps:`` URIs.

    An upload that breaks off leaves a cut file: the one storage here that does not replace in one step.
    """
