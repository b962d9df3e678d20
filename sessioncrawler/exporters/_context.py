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
from sessioncrawler.site.i18n import DEFAULT, SiteLanguage, site_language
from sessioncrawler.site.knowledge import ROUND_HOURS, Knowledge
from sessioncrawler.site.page import Page, build_page
from sessioncrawler.site.rows import Provenance
from sessioncrawler.site.status import build_status
from sessioncrawler.state import State

DROPPED = "policy/dropped/"
"""Stats ``policy/dropped/REASON`` count the Communities that are not listed."""


def directory_of(settings: BaseSettings) -> Directory:
    """Load the ``directory.toml`` that the setting ``DIRECTORY_CONFIG`` names; raises ``DirectoryError``."""
    return load_directory(Path(settings["DIRECTORY_CONFIG"]))


def dropped_counts(crawler: Crawler) -> dict[str, int]:
    """How many Communities the policy left out, by reason."""
    stats = crawler.stats.get_stats()
    return {key.removeprefix(DROPPED): count for key, count in stats.items() if key.startswith(DROPPED)}


def communities_of(items: Iterable[Any]) -> list[CommunityItem]:
    """The Communities among ``items``."""
    return [item for item in items if isinstance(item, CommunityItem)]


def page_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:
    """Build the context of ``index.html`` in English: ``{"page": Page}``."""
    return {"page": list_page(items, crawler, site_language(DEFAULT))}


def list_page(items: Iterable[Any], crawler: Crawler, language: SiteLanguage) -> Page:
    """Build the list of Communities in ``language``. Items other than Communities are left aside."""
    directory, now = directory_of(crawler.settings), crawl_time(crawler.settings)
    return build_page(
        communities_of(items),
        directory,
        now,
        dropped_counts(crawler),
        provenance=provenance_of(crawler.settings),
        texts=language.texts,
    )


def provenance_of(settings: BaseSettings) -> Provenance:
    """Where join links were found, as the state remembers it; nothing where no ``STATE_URL`` is set.

    Raises ``StateError`` where the state cannot be read.
    """
    if not settings.get("STATE_URL"):
        return Provenance()
    with State.open(settings["STATE_URL"]) as state:
        return Provenance.of(state.sightings())


def status_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``status.html``: ``{"status": StatusPage}``, from the state and the polls among ``items``.

    Raises ``StateError`` where the state cannot be read.
    """
    settings = crawler.settings
    with State.open(settings["STATE_URL"]) as state:
        hours = settings.getfloat("ROUND_HOURS", ROUND_HOURS)
        known = Knowledge.read(state, directory_of(settings), crawl_time(settings), round_hours=hours)
    return {"status": build_status(known)}
