"""Feeds on Google Cloud Storage."""

from __future__ import annotations

import copy
from typing import IO, Self

from scrapy.extensions.feedexport import GCSFeedStorage
from scrapy.utils.misc import load_object

from sessioncrawler.feedstorages._content import content_type
from sessioncrawler.feedstorages._guard import Guarded
from sessioncrawler.feedstorages._remote import RemoteStorage


class _TypedGCSFeedStorage(RemoteStorage, GCSFeedStorage):
    """Scrapy's storage, with the content type that a browser needs to show a page instead of saving it."""

    def _store_in_thread(self, file: IO[bytes]) -> None:
        with file:
            # Loaded by name, since the library is optional; Scrapy says so where it is missing.
            client = load_object("google.cloud.storage.Client")
            file.seek(0)
            blob = client(project=self.project_id).bucket(self.bucket_name).blob(self.blob_name)
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
        other.blob_name = f"{self.blob_name.rstrip('/')}/{name}"
        return other

    def prune(self, keep: frozenset[str]) -> None:
        """Delete all other blobs below this one."""
        prefix = self.blob_name.rstrip("/") + "/"
        client = load_object("google.cloud.storage.Client")(project=self.project_id)
        for blob in client.list_blobs(self.bucket_name, prefix=prefix):
            if blob.name.removeprefix(prefix) not in keep:
                blob.delete()
