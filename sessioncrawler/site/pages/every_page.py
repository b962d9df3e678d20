"""What every page shows, and the pages that show nothing else: how to join, privacy, the page for errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.site.i18n.languages import DEFAULT, SiteLanguage, site_language
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.site.pages.structured_data import website

SITE_POSTER = "poster/site.png"
"""The picture of the site for previews of links, below its root: always there, if only with its mark."""
ALL = slice(None)
"""Of pages that may be made part by part."""


@dataclass(frozen=True, slots=True)
class SiteView:
    """The site as pages show it: the operator's names and texts."""

    name: str
    description: str
    about: tuple[str, ...]
    """Paragraphs."""
    about_language: str
    """BCP 47 code of what the operator wrote."""
    contact: str
    contact_url: str
    """``mailto:`` or ``https:``; empty where ``contact`` is neither an address nor a link."""
    source_code: str


@dataclass(frozen=True, slots=True)
class Page:
    """What every page shows; a template shows it and never computes."""

    place: Place
    site: SiteView
    checked: int
    """Unix seconds of the crawl."""
    structured: dict[str, Any]
    """JSON-LD; empty for none."""

    @property
    def url(self) -> str:
        """Its absolute address; empty where that of the site is unknown, or it has none."""
        return "" if self.place.anywhere else self.place.url

    @property
    def language(self) -> SiteLanguage:
        """The language of the page."""
        return self.place.language

    @property
    def poster(self) -> str:
        """The path of its poster below the root of the site."""
        return SITE_POSTER

    @property
    def image(self) -> str:
        """The absolute address of a picture for previews of links; empty where the site has no address of its own."""
        base = self.place.real_base
        return base and base + quote(self.poster, safe="/")


def plain_page(directory: Directory, now: int, language: SiteLanguage, name: str) -> Page:
    """The page ``name``, one of :data:`~sessioncrawler.site.pages.paths.PLAIN`; ``now`` is in Unix seconds."""
    return _plain(directory, now, Place(directory.site.url, language, f"{name}/"))


def error_page(directory: Directory, now: int) -> Page:
    """The page for what is not there, which a server shows under any address."""
    return _plain(directory, now, Place(directory.site.url, site_language(DEFAULT), anywhere=True))


def _plain(directory: Directory, now: int, place: Place) -> Page:
    return Page(place, site_view(directory.site), now, website(directory.site, place))


def site_view(site: Site) -> SiteView:
    """The operator's names and texts."""
    return SiteView(
        name=site.name,
        description=site.description.strip(),
        about=paragraphs(site.about),
        about_language=site.default_language,
        contact=site.contact,
        contact_url=contact_url(site.contact),
        source_code=site.source_code,
    )


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: empty lines separate them."""
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def contact_url(contact: str) -> str:
    """The link of the operator's contact: ``mailto:…`` for an e-mail address, itself for a web address, else empty."""
    if re.fullmatch(r"[^\s@<>?&]+@[^\s@<>?&]+\.[^\s@<>?&]+", contact):
        return f"mailto:{contact}"
    return contact if re.fullmatch(r"https?://\S+", contact) else ""
