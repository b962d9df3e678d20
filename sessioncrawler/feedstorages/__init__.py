"""Storages for feeds that replace what is published only by the outcome of a whole and healthy crawl."""

from sessioncrawler.feedstorages._guard import Guarded, NotPublished
from sessioncrawler.feedstorages.file import AtomicFileFeedStorage
from sessioncrawler.feedstorages.ftp import GuardedFTPFeedStorage
from sessioncrawler.feedstorages.gcs import GuardedGCSFeedStorage
from sessioncrawler.feedstorages.s3 import GuardedS3FeedStorage

__all__ = [
    "AtomicFileFeedStorage",
    "Guarded",
    "GuardedFTPFeedStorage",
    "GuardedGCSFeedStorage",
    "GuardedS3FeedStorage",
    "NotPublished",
]
