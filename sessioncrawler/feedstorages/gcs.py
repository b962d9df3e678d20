"""Feeds on Google Cloud Storage."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import IO, Any, Self

from scrapy.extensions.feedexport import GCSFeedStorage
from scrapy.utils.misc import load_object

from sessioncrawler.feedstorages._content import content_type
from sessioncrawler.feedstorages._guard import Guarded
from sessioncrawler.feedstorages._remote import RemoteStorage


class _TypedGCSFeedStorage(RemoteStorage, GCSFeedStorage):
    """Scrapy's storage, with the content type that a browser needs to show a page instead of saving it."""

    @cached_property
    def client(self) -> Any:
        """Google's client; made once for all files of a tree, since it looks for credentials each time."""
        # Loaded by name, since the library is optional; Scrapy says so where it is missing.
        return load_object("google.cloud.storage.Client")(project=self.project_id)

    def _store_in_thread(self, file: IO[bytes]) -> None:
        with file:
            file.seek(0)
            blob = self.client.bucket(self.bucket_name).blob(self.blob_name)
            blob.upload_from_file(file, predefined_acl=self.acl, content_type=content_type(self.blob_name))


class GuardedGCSFeedStorage(Guarded, _TypedGCSFeedStorage):
    """Storage for ``gs:`` URIs."""

    @property
    def place(self) -> str:
        """Its URI."""
        return f"gs://{self.bucket_name}/{self.blob_name}"

    def at(self, name: str) -> Self:
        """The same bucket, the blob ``name`` below this one."""
        other = copy.copy(self)
        other.client = self.client
        other.blob_name = f"{self.blob_name.rstrip('/')}/{name}"
        return other

    def prune(self, keep: frozenset[str]) -> None:
        """Delete all other blobs below this one."""
        prefix = self.blob_name.rstrip("/") + "/"
        for blob in self.client.list_blobs(self.bucket_name, prefix=prefix):
            if blob.name.removeprefix(prefix) not in keep:
                blob.delete()
