"""Feeds on Amazon S3 and what speaks its protocol."""

from __future__ import annotations

from typing import IO

from scrapy.extensions.feedexport import S3FeedStorage

from sessioncrawler.feedstorages._content import content_type
from sessioncrawler.feedstorages._guard import Guarded


class _TypedS3FeedStorage(S3FeedStorage):
    """Scrapy's storage, with the content type that a browser needs to show a page instead of saving it."""

    def _store_in_thread(self, file: IO[bytes]) -> None:
        extra = {"ContentType": content_type(self.keyname)}
        if self.acl:
            extra["ACL"] = self.acl
        with file:
            file.seek(0)
            self.s3_client.upload_fileobj(Bucket=self.bucketname, Key=self.keyname, Fileobj=file, ExtraArgs=extra)


class GuardedS3FeedStorage(Guarded, _TypedS3FeedStorage):
    """Storage for ``s3:`` URIs."""
