"""Where the other pages meet the crawl: items, settings and state in; contexts and files out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.exporters._context import dropped_counts
from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.items import PollItem
from sessioncrawler.site.i18n.languages import DEFAULT, SiteLanguage, site_language
from sessioncrawler.site.pages.about import ABOUT, about_page
from sessioncrawler.site.pages.community import community_pages
from sessioncrawler.site.pages.every_page import Page, error_page, plain_page
from sessioncrawler.site.pages.list import list_page
from sessioncrawler.site.pages.paths import INDEX, PLAIN
from sessioncrawler.site.pages.sitemap import sitemap
from sessioncrawler.site.pages.webmanifest import ICONS, manifest
from sessioncrawler.site.render.environment import encoded, file_bytes

SOURCES = {
    "awesome_session_groups": (
        "Awesome Session Group List",
        "https://github.com/GNU-Linux-libre/Awesome-Session-Group-List",
    ),
    "lokilocker": ("LokiLocker wiki", "https://lokilocker.com/Mods/Session-Groups/wiki/Session-Open-Groups"),
    "session_directory": ("session.directory", "https://session.directory/?all=groups"),
}
"""Title and home page of the sources that have a spider of their own."""


def community_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``c/``: a page for each Community, in English."""
    crawl = Crawl.of(crawler)
    template = crawl.environment().get_template("community.html")
    for page in community_pages(crawl.edition(items).cards):
        yield f"{page.place.path.removeprefix('c/')}{INDEX}", encoded(template, page=page)


def plain_files(items: Iterable[Any], crawler: Crawler, page: str) -> Iterator[tuple[str, bytes]]:
    """The folder of one page of text in English; ``page`` is one of :data:`paths.PLAIN`."""
    template = Crawl.of(crawler).environment().get_template(f"{page}.html")
    yield INDEX, encoded(template, page=_plain_page(page, site_language(DEFAULT), items, crawler))


def language_files(items: Iterable[Any], crawler: Crawler, language: str) -> Iterator[tuple[str, bytes]]:
    """The folder of a language: the list of Communities and the pages of text; ``language`` is its code."""
    everything, crawl, spoken = list(items), Crawl.of(crawler), site_language(language)
    environment, cards = crawl.environment(language), crawl.edition(everything).cards
    whole = list_page(cards, dropped_counts(crawler), spoken)
    yield INDEX, encoded(environment.get_template("index.html"), page=whole)
    for name in PLAIN:
        page = _plain_page(name, spoken, everything, crawler)
        yield f"{name}/{INDEX}", encoded(environment.get_template(f"{name}.html"), page=page)


def logo_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001 - the signature of a tree
    """The folder ``logo/``: the picture of the site in several sizes."""
    for name in ICONS:
        yield name, file_bytes(f"logo/{name}", crawler.settings.get("SITE_TEMPLATES"))


def error_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``404.html``."""
    crawl = Crawl.of(crawler)
    return {"page": error_page(crawl.directory, crawl.now)}


def base_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``robots.txt``: ``{"base": …}``, the address of the site."""
    return {"base": Crawl.of(crawler).directory.site.url}


def sitemap_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:
    """Build the context of ``sitemap.xml``."""
    crawl = Crawl.of(crawler)
    paths = dict.fromkeys(card.path for card in crawl.edition(items).cards.all)
    return {"entries": sitemap(crawl.directory.site.url, paths, crawl.now)}


def manifest_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``site.webmanifest``."""
    return {"manifest": manifest(Crawl.of(crawler).directory.site)}


def _plain_page(name: str, language: SiteLanguage, items: Iterable[Any], crawler: Crawler) -> Page:
    crawl, everything = Crawl.of(crawler), list(items)
    if name != ABOUT:
        return plain_page(crawl.directory, crawl.now, language, name)
    edition = crawl.edition(everything)
    return about_page(
        edition.cards,
        dropped_counts(crawler),
        language,
        polls=(item.poll for item in everything if isinstance(item, PollItem)),
        summaries=edition.sources,
        sources=SOURCES,
    )
