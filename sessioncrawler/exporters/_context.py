"""Where the page meets the crawl: settings and stats in, the context of a template out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.knowledge.known import ROUND_HOURS, Knowledge
from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.pages.list import list_page
from sessioncrawler.site.pages.status import status_page

DROPPED = "policy/dropped/"
"""Stats ``policy/dropped/REASON`` count the Communities that are not listed."""


def dropped_counts(crawler: Crawler) -> dict[str, int]:
    """How many Communities the policy left out, by reason."""
    stats = crawler.stats.get_stats()
    return {key.removeprefix(DROPPED): count for key, count in stats.items() if key.startswith(DROPPED)}


def page_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:
    """Build the context of ``index.html`` in English: ``{"page": ListPage}``."""
    cards = Crawl.of(crawler).edition(items).cards
    return {"page": list_page(cards, dropped_counts(crawler), site_language(DEFAULT))}


def status_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``status.html``: ``{"page": StatusPage}``, from the state, which holds all polls by now.

    Raises ``StateError`` where the state cannot be read.
    """
    crawl, hours = Crawl.of(crawler), crawler.settings.getfloat("ROUND_HOURS", ROUND_HOURS)
    with crawl.state() as state:
        known = Knowledge.read(state, crawl.directory, crawl.now, round_hours=hours)
    return {"page": status_page(known)}
