"""Feeds on Amazon S3 and what speaks its protocol."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import IO, Any, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.extensions.feedexport import S3FeedStorage
from scrapy.utils.misc import load_object

from sessioncrawler.feedstorages._content import content_type
from sessioncrawler.feedstorages._guard import Guarded
from sessioncrawler.feedstorages._remote import RemoteStorage

CONNECT_SECONDS = 10
_REFUSED = (401, 403)
_NOT_FOUND = 404


@lru_cache(maxsize=4)
def _client(tries: int, timeout: float, connections: int, **credentials: str | None) -> Any:
    """A client that gives up; botocore's own waits for minutes, and for each file again.

    Between tries it pauses as botocore's mode ``standard`` does: up to 1, 2, 4 … seconds, at most 20.
    """
    try:
        configured, session = load_object("botocore.config.Config"), load_object("boto3.session.Session")
    except ImportError as error:
        raise NotConfigured("boto3 is not installed: run 'pip install boto3'") from error
    config = configured(
        connect_timeout=min(CONNECT_SECONDS, timeout),
        read_timeout=timeout,
        retries={"mode": "standard", "total_max_attempts": tries},
        max_pool_connections=connections,
    )
    return session().client("s3", config=config, **credentials)


class _TypedS3FeedStorage(RemoteStorage, S3FeedStorage):
    """Scrapy's storage, with the content type that a browser needs to show a page instead of saving it."""

    def __init__(self, uri: str, client: Any, acl: str | None) -> None:
        # Scrapy's makes a client for each feed, and each feed twice: 9 s and 400 MB for a site.
        place = urlsplit(uri)
        self.bucketname, self.keyname = place.hostname or "", place.path[1:]
        self.s3_client, self.acl = client, acl

    @classmethod
    def from_crawler(cls, crawler: Crawler, uri: str, *, feed_options: dict[str, Any] | None = None) -> Self:  # noqa: ARG003 - part of Scrapy's signature
        settings, place = crawler.settings, urlsplit(uri)
        client = _client(
            settings.getint("STORE_TRIES", 5),
            settings.getfloat("STORE_TIMEOUT", 30),
            settings.getint("REACTOR_THREADPOOL_MAXSIZE") or 10,
            aws_access_key_id=place.username or settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=place.password or settings["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=settings["AWS_SESSION_TOKEN"],
            endpoint_url=settings["AWS_ENDPOINT_URL"] or None,
            region_name=settings["AWS_REGION_NAME"] or None,
        )
        return cls(uri, client, settings["FEED_STORAGE_S3_ACL"] or None)

    def _store_in_thread(self, file: IO[bytes]) -> None:
        extra = {"ContentType": content_type(self.keyname)}
        if self.acl:
            extra["ACL"] = self.acl
        with file:
            file.seek(0)
            self.s3_client.upload_fileobj(Bucket=self.bucketname, Key=self.keyname, Fileobj=file, ExtraArgs=extra)


class GuardedS3FeedStorage(Guarded, _TypedS3FeedStorage):
    """Storage for ``s3:`` URIs."""

    @property
    def place(self) -> str:
        """Its URI, without credentials."""
        return f"s3://{self.bucketname}/{self.keyname}"

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

    def mend(self, error: Exception) -> str:
        """What to do, by the status that S3 answered."""
        # s3transfer wraps the error that tells.
        answer = getattr(error, "response", None) or getattr(error.__context__, "response", None) or {}
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status in _REFUSED:
            return "Check the credentials, and that they may write to the bucket, and run it again."
        if status == _NOT_FOUND:
            return "Make the bucket, or name another in SITE_URI, and run it again."
        return "The storage is overloaded or out of reach: run it again later."
