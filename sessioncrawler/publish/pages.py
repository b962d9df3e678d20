"""Pages and other texts of the site: from the material of an edition to bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sessioncrawler.publish.edition import Edition
from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.pages import list as list_of_communities
from sessioncrawler.site.pages import plain
from sessioncrawler.site.pages.community import CommunityPages
from sessioncrawler.site.pages.places import INDEX, Place
from sessioncrawler.site.pages.status import build_status
from sessioncrawler.site.pages.webmanifest import ICONS
from sessioncrawler.site.render.environment import file_bytes

BUFFERED = 200
"""Parts of a template that are encoded together."""


def list_page(edition: Edition, code: str) -> bytes:
    """The list of all Communities."""
    page = list_of_communities.build_page(edition.cards, edition.left_out, site_language(code).texts)
    return _rendered(edition, code, "index.html", page=page)


def community_pages(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """A page for each Community, below ``c/``."""
    for page in CommunityPages(edition.cards).pages():
        yield f"{page.place.path.removeprefix('c/')}{INDEX}", _rendered(edition, DEFAULT, "community.html", page=page)


def text_page(edition: Edition, code: str, name: str) -> bytes:
    """A page that says the same after each crawl; ``name`` is that of its folder and of its template."""
    place = Place(edition.directory.site.url, site_language(code), f"{name}/")
    return _rendered(edition, code, f"{name}.html", page=plain.plain_page(edition.directory, place, edition.now))


def about_page(edition: Edition, code: str) -> bytes:
    """The page about the directory, with its numbers."""
    place = Place(edition.directory.site.url, site_language(code), "about/")
    findings = plain.Findings(
        communities=len(edition.communities),
        servers=len({item.server.public_key for item in edition.communities}),
        polls=tuple(edition.polls),
        sources=edition.known.sources,
        dropped=edition.left_out,
    )
    page = plain.about_page(edition.directory, place, edition.now, findings)
    return _rendered(edition, code, "about.html", page=page)


def error_page(edition: Edition) -> bytes:
    """The page for addresses at which there is nothing."""
    place = Place(edition.directory.site.url, site_language(DEFAULT), anywhere=True)
    return _rendered(edition, DEFAULT, "404.html", page=plain.plain_page(edition.directory, place, edition.now))


def status_page(edition: Edition) -> bytes:
    """How every server answers, and how well each source does."""
    return _rendered(edition, DEFAULT, "status.html", status=build_status(edition.known))


def text_file(edition: Edition, name: str, **context: Any) -> bytes:
    """A file that is no page, from the template of its name."""
    return _rendered(edition, DEFAULT, name, **context)


def logos(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """The picture of the site in several sizes, below ``logo/``."""
    for name in ICONS:
        yield name, file_bytes(f"logo/{name}", edition.templates)


def _rendered(edition: Edition, code: str, template: str, **context: Any) -> bytes:
    """UTF-8; what it cannot hold becomes a question mark. Encoded part by part: a large page takes less memory so."""
    stream = edition.environment(code).get_template(template).stream(context)
    stream.enable_buffering(BUFFERED)
    return b"".join(part.encode(errors="replace") for part in stream)
