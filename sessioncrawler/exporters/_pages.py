"""Where the other pages meet the crawl: items, settings and state in; contexts and files out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.clock import crawl_time
from sessioncrawler.exporters._context import communities_of, directory_of, dropped_counts, list_page
from sessioncrawler.items import PollItem
from sessioncrawler.site.community import CommunityPages
from sessioncrawler.site.environment import build_environment, file_bytes
from sessioncrawler.site.i18n import DEFAULT, SiteLanguage, site_language
from sessioncrawler.site.manifest import ICONS, manifest
from sessioncrawler.site.pages import Findings, PlainPage, about_page, plain_page
from sessioncrawler.site.places import INDEX, PLAIN, Place, community_paths
from sessioncrawler.site.sitemap import sitemap
from sessioncrawler.state import State


def community_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``c/``: a page for each Community, in English."""
    settings = crawler.settings
    template = build_environment(settings.get("SITE_TEMPLATES")).get_template("community.html")
    pages = CommunityPages(communities_of(items), directory_of(settings), crawl_time(settings))
    for page in pages.pages():
        yield f"{page.place.path.removeprefix('c/')}{INDEX}", _encoded(template.render(page=page))


def plain_files(items: Iterable[Any], crawler: Crawler, page: str) -> Iterator[tuple[str, bytes]]:
    """The folder of one page of text in English; ``page`` is one of :data:`places.PLAIN`."""
    context = _plain_page(page, site_language(DEFAULT), list(items), crawler)
    template = build_environment(crawler.settings.get("SITE_TEMPLATES")).get_template(f"{page}.html")
    yield INDEX, _encoded(template.render(page=context))


def language_files(items: Iterable[Any], crawler: Crawler, language: str) -> Iterator[tuple[str, bytes]]:
    """The folder of a language: the list of Communities and the pages of text; ``language`` is its code."""
    everything = list(items)
    spoken = site_language(language)
    environment = build_environment(crawler.settings.get("SITE_TEMPLATES"), spoken)
    yield INDEX, _encoded(environment.get_template("index.html").render(page=list_page(everything, crawler, spoken)))
    for page in PLAIN:
        context = _plain_page(page, spoken, everything, crawler)
        yield f"{page}/{INDEX}", _encoded(environment.get_template(f"{page}.html").render(page=context))


def logo_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001 - the signature of a tree
    """The folder ``logo/``: the picture of the site in several sizes."""
    for name in ICONS:
        yield name, file_bytes(f"logo/{name}", crawler.settings.get("SITE_TEMPLATES"))


def error_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``404.html``."""
    directory = directory_of(crawler.settings)
    place = Place(directory.site.url, site_language(DEFAULT), anywhere=True)
    return {"page": plain_page(directory, place, crawl_time(crawler.settings))}


def base_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``robots.txt``: ``{"base": …}``, the address of the site."""
    return {"base": directory_of(crawler.settings).site.url}


def sitemap_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:
    """Build the context of ``sitemap.xml``."""
    paths = (path for _, path in community_paths(communities_of(items)))
    base = directory_of(crawler.settings).site.url
    return {"entries": sitemap(base, paths, crawl_time(crawler.settings))}


def manifest_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``site.webmanifest``."""
    return {"manifest": manifest(directory_of(crawler.settings).site)}


def _plain_page(page: str, language: SiteLanguage, items: list[Any], crawler: Crawler) -> PlainPage:
    settings = crawler.settings
    directory, now = directory_of(settings), crawl_time(settings)
    place = Place(directory.site.url, language, f"{page}/")
    if page != "about":
        return plain_page(directory, place, now)
    communities = communities_of(items)
    with State.open(settings["STATE_URL"]) as state:
        sources = state.sources()
    findings = Findings(
        communities=len(communities),
        servers=len({item.server.public_key for item in communities}),
        polls=tuple(item.poll for item in items if isinstance(item, PollItem)),
        sources=tuple(sources),
        dropped=dropped_counts(crawler),
    )
    return about_page(directory, place, now, findings)


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")  # as the format jinja does with what UTF-8 can't hold
