"""Crawls that publish: a spider that yields given items, through Scrapy's own feed exports.

Scrapy runs without a reactor here, in a thread with an event loop of its own. A reactor that a pytest plugin has
installed in this process is out of sight meanwhile; it isn't needed, since no crawl here contacts anything.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler

from sessioncrawler.items import CommunityItem
from sessioncrawler.logs import OneLineFormatter
from sessioncrawler.model import Address, Room, Server
from tests.support.operators import operators_settings

KEY = "118df8c6c471ed0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855ff0d0a04c"
TIMEOUT = 30
NOW = 1_769_083_200  # 2026-01-22 12:00 UTC
DIRECTORY = '[site]\nname = "Rooms & more"\nurl = "https://example.org/"\ncontact = "crew@example.org"\n'
EXPORTERS = {
    "jinja": "sessioncrawler.exporters.jinja.JinjaItemExporter",
    "site": "sessioncrawler.exporters.site.SiteItemExporter",
}
SITE = {"format": "site"}
STORING = ("STORE_TRIES", "STORE_TIMEOUT", "PUBLISH_WAIT", "PUBLISH_LEASE")
"""Settings of storages, which are as operators have them."""
STORAGES = {
    "": "sessioncrawler.feedstorages.folder.FolderStorage",
    "file": "sessioncrawler.feedstorages.folder.FolderStorage",
    "s3": "sessioncrawler.feedstorages.bucket.BucketStorage",
    "gs": "sessioncrawler.feedstorages.bucket.BucketStorage",
    "ftp": "sessioncrawler.feedstorages.ftp.FTPStorage",
}


def community(token: str = "general", name: str = "General", **facts: Any) -> CommunityItem:
    """A Community of one server; ``facts`` are those of the item, or else of the room."""
    extra = {key: facts.pop(key) for key in tuple(facts) if key in CommunityItem.__dataclass_fields__}
    server = extra.pop("server", Server(Address("https", "sogs.example", 443), KEY))
    return CommunityItem(server=server, room=Room(token, name, **facts), **extra)


@dataclass(frozen=True)
class Published:
    """What became of a crawl: its stats, and every record of its log as ``LEVEL text``, tracebacks included."""

    stats: dict[str, Any]
    log: list[str]

    @property
    def errors(self) -> list[str]:
        return [line for line in self.log if line.startswith("ERROR")]


class ItemSpider(Spider):
    """Yields what it is given; ``fault`` is raised at the end, ``reason`` closes the spider early."""

    name = "items"
    items: Sequence[Any] = ()
    fault: Exception | None = None
    reason: str | None = None

    async def start(self):
        for item in self.items:
            yield item
        if self.reason:
            # Not awaited: the engine closes only when this method has returned.
            self.closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=self.reason))
        if self.fault:
            raise self.fault


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(OneLineFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {self.format(record)}")


def publish(items: Sequence[Any], feeds: dict[str, Any], folder: Path, **more: Any) -> Published:
    """Crawl ``items`` into ``feeds``; ``more`` are settings (upper-case) and attributes of the spider."""
    (folder / "directory.toml").write_text(DIRECTORY)
    settings = {
        "CRAWL_TIME": NOW,
        "DIRECTORY_CONFIG": str(folder / "directory.toml"),
        "FEEDS": feeds,
        "STATE_URL": f"sqlite:///{folder}/state.db",
        "FEED_EXPORTERS": EXPORTERS,
        "FEED_STORAGES": STORAGES,
        **{name: operators_settings()[name] for name in STORING},
        "REMOTE_CONTROL_ENABLED": False,
        "TWISTED_REACTOR_ENABLED": False,
        **{key: value for key, value in more.items() if key.isupper()},
    }
    attributes = {"items": items, **{key: value for key, value in more.items() if not key.isupper()}}
    with no_reactor(), ThreadPoolExecutor(1) as pool:
        return pool.submit(_crawl, settings, attributes).result()


@contextmanager
def no_reactor() -> Iterator[None]:
    """Hide the installed reactor from Scrapy."""
    reactor = sys.modules.pop("twisted.internet.reactor", None)
    try:
        yield
    finally:
        if reactor:
            sys.modules["twisted.internet.reactor"] = reactor


def _crawl(settings: dict[str, Any], attributes: dict[str, Any]) -> Published:
    records = _Records()
    root = logging.getLogger()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.INFO)
    try:
        runner = AsyncCrawlerRunner(settings=settings)
        crawler = runner.create_crawler(ItemSpider)
        asyncio.run(_run(runner, crawler, attributes))
    finally:
        root.removeHandler(records)
        root.setLevel(level)
    return Published(crawler.stats.get_stats(), records.lines)


async def _run(runner: AsyncCrawlerRunner, crawler: Crawler, attributes: dict[str, Any]) -> None:
    async with asyncio.timeout(TIMEOUT):
        await runner.crawl(crawler, **attributes)
