"""Files that extensions write, through the same storages as the feeds."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol, cast
from urllib.parse import urlparse

from scrapy.crawler import Crawler
from scrapy.extensions.feedexport import FeedStorageProtocol
from scrapy.utils.defer import ensure_awaitable
from scrapy.utils.misc import build_from_crawler, load_object


class _Storage(Protocol):
    """A storage class, made as Scrapy makes those of feeds."""

    def __call__(self, uri: str, *, feed_options: dict[str, object]) -> FeedStorageProtocol: ...


async def store(crawler: Crawler, uri: str, content: bytes) -> None:
    """Replace the file at ``uri``: a path, or the URI of a storage in ``FEED_STORAGES``. No guard stands before it.

    Raises whatever the storage raises.
    """
    storages = crawler.settings.getwithbase("FEED_STORAGES")
    chosen = cast("_Storage", load_object(storages.get(urlparse(uri).scheme) or storages["file"]))
    storage = build_from_crawler(chosen, crawler, uri, feed_options={"overwrite": True})
    assert crawler.spider is not None  # noqa: S101 - extensions write when a crawl has run
    file = storage.open(crawler.spider)
    try:
        file.write(content)
        file.flush()
    except OSError:
        with suppress(OSError):  # it would write once more what finds no room
            file.close()
        raise
    await ensure_awaitable(storage.store(file))
