"""Feeds on Amazon S3 and what speaks its protocol."""

from __future__ import annotations

import copy
from typing import IO, Self

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

    def at(self, name: str) -> Self:
        """The same bucket, the key ``name`` below this one."""
        other = copy.copy(self)
        other.keyname = f"{self.keyname.rstrip('/')}/{name}"
        return other

    def prune(self, keep: frozenset[str]) -> None:
        """Delete all other keys below this one."""
        prefix = self.keyname.rstrip("/") + "/"
        for page in self.s3_client.get_paginator("list_objects_v2").paginate(Bucket=self.bucketname, Prefix=prefix):
            for found in page.get("Contents", ()):
                if found["Key"].removeprefix(prefix) not in keep:
                    self.s3_client.delete_object(Bucket=self.bucketname, Key=found["Key"])
