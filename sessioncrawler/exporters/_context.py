"""Where the page meets the crawl: settings and stats in, the context of a template out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config import Directory, load_directory
from sessioncrawler.items import CommunityItem
from sessioncrawler.site.page import build_page

DROPPED = "policy/dropped/"
"""Stats ``policy/dropped/REASON`` count the Communities that are not listed."""


def directory_of(settings: BaseSettings) -> Directory:
    """Load the ``directory.toml`` that the setting ``DIRECTORY_CONFIG`` names; raises ``DirectoryError``."""
    return load_directory(Path(settings["DIRECTORY_CONFIG"]))


def dropped_counts(crawler: Crawler) -> dict[str, int]:
    """How many Communities the policy left out, by reason."""
    stats = crawler.stats.get_stats()
    return {key.removeprefix(DROPPED): count for key, count in stats.items() if key.startswith(DROPPED)}


def page_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:
    """Build the context of ``index.html``: ``{"page": Page}``. Items other than Communities are left aside."""
    communities = [item for item in items if isinstance(item, CommunityItem)]
    directory = directory_of(crawler.settings)
    return {"page": build_page(communities, directory, crawl_time(crawler.settings), dropped_counts(crawler))}
