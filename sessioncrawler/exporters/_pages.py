"""Where the other pages meet the crawl: items, settings and state in; contexts and files out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from jinja2 import Template
from scrapy.crawler import Crawler

from sessioncrawler.exporters._context import dropped_counts, list_page
from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.exporters.jinja import BUFFERED
from sessioncrawler.items import PollItem
from sessioncrawler.site.i18n.languages import DEFAULT, SiteLanguage, site_language
from sessioncrawler.site.pages.community import CommunityPages
from sessioncrawler.site.pages.list import Page
from sessioncrawler.site.pages.places import INDEX, PLAIN, Place
from sessioncrawler.site.pages.plain import Findings, PlainPage, about_page, plain_page
from sessioncrawler.site.pages.sitemap import sitemap
from sessioncrawler.site.pages.webmanifest import ICONS, manifest
from sessioncrawler.site.render.environment import file_bytes


def community_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``c/``: a page for each Community, in English."""
    crawl = Crawl.of(crawler)
    template = crawl.environment().get_template("community.html")
    for page in CommunityPages(crawl.edition(items).cards).pages():
        yield f"{page.place.path.removeprefix('c/')}{INDEX}", _encoded(template.render(page=page))


def plain_files(items: Iterable[Any], crawler: Crawler, page: str) -> Iterator[tuple[str, bytes]]:
    """The folder of one page of text in English; ``page`` is one of :data:`places.PLAIN`."""
    context = _plain_page(page, site_language(DEFAULT), items, crawler)
    template = Crawl.of(crawler).environment().get_template(f"{page}.html")
    yield INDEX, _encoded(template.render(page=context))


def language_files(items: Iterable[Any], crawler: Crawler, language: str) -> Iterator[tuple[str, bytes]]:
    """The folder of a language: the list of Communities and the pages of text; ``language`` is its code."""
    everything = list(items)
    spoken, environment = site_language(language), Crawl.of(crawler).environment(language)
    yield INDEX, _rendered(environment.get_template("index.html"), list_page(everything, crawler, spoken))
    for page in PLAIN:
        context = _plain_page(page, spoken, everything, crawler)
        yield f"{page}/{INDEX}", _encoded(environment.get_template(f"{page}.html").render(page=context))


def logo_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001 - the signature of a tree
    """The folder ``logo/``: the picture of the site in several sizes."""
    for name in ICONS:
        yield name, file_bytes(f"logo/{name}", crawler.settings.get("SITE_TEMPLATES"))


def error_context(items: Iterable[Any], crawler: Crawler) -> dict[str, Any]:  # noqa: ARG001 - the signature of a context
    """Build the context of ``404.html``."""
    crawl = Crawl.of(crawler)
    place = Place(crawl.directory.site.url, site_language(DEFAULT), anywhere=True)
    return {"page": plain_page(crawl.directory, place, crawl.now)}


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


def _plain_page(page: str, language: SiteLanguage, items: Iterable[Any], crawler: Crawler) -> PlainPage:
    crawl, everything = Crawl.of(crawler), list(items)
    place = Place(crawl.directory.site.url, language, f"{page}/")
    if page != "about":
        return plain_page(crawl.directory, place, crawl.now)
    edition = crawl.edition(everything)
    findings = Findings(
        communities=len(edition.communities),
        servers=len({item.server.public_key for item in edition.communities}),
        polls=tuple(item.poll for item in everything if isinstance(item, PollItem)),
        sources=tuple(edition.sources),
        dropped=dropped_counts(crawler),
    )
    return about_page(crawl.directory, place, crawl.now, findings)


def _rendered(template: Template, page: Page) -> bytes:
    """A page of thousands of Communities: encoded as it is made, since as one text it takes four bytes a letter."""
    file = BytesIO()
    stream = template.stream(page=page)
    stream.enable_buffering(BUFFERED)
    stream.dump(file, encoding="utf-8", errors="replace")
    return file.getvalue()


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")  # as the format jinja does with what UTF-8 can't hold
