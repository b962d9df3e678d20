"""The context of the page, built in one place: a template shows it and never computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sessioncrawler.site.i18n.languages import SiteLanguage, site_language
from sessioncrawler.site.i18n.texts import ENGLISH, Texts
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.identity import SiteView, contact_url, preview_image, site_view
from sessioncrawler.site.pages.places import Place
from sessioncrawler.site.pages.rows import Row, RowBuilder
from sessioncrawler.site.pages.structured import collection


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many Communities were left out for one reason."""

    text: str
    count: int
    count_text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page shows."""

    place: Place
    site: SiteView
    structured: dict[str, Any]
    """JSON-LD; empty for none."""
    texts: Texts
    title: str
    url: str
    description: str
    """One sentence for search engines: the operator's, else ``summary``."""
    about: tuple[str, ...]
    """Paragraphs."""
    source_code: str
    contact: str
    contact_url: str
    """``mailto:`` or ``https:``; empty where ``contact`` is neither an address nor a link."""
    checked: int
    """Unix seconds of the crawl."""
    communities: int
    servers: int
    summary: str
    """``97 Communities on 14 servers``."""
    rows: tuple[Row, ...]
    nsfw: int
    """How many of them are not safe for work."""
    nsfw_text: str
    dropped: tuple[Dropped, ...]
    """Most frequent first."""
    dropped_summary: str
    """``12 Communities are not listed``; empty where all are."""

    @property
    def language(self) -> SiteLanguage:
        """The language of the page."""
        return self.place.language

    @property
    def image(self) -> str:
        """The absolute address of a picture for previews of links; empty where the site has no address of its own."""
        return preview_image(self.place)


def build_page(cards: Cards, dropped: Mapping[str, int], texts: Texts = ENGLISH) -> Page:
    """Build the context of the list of all ``cards`` in the language of ``texts``.

    ``dropped`` counts Communities by the reason why they are not listed.
    """
    site, language = cards.directory.site, site_language(texts.lang)
    place, view = Place(site.url, language), site_view(site)
    summary = _summary(len(cards.all), cards.servers, language)
    left_out = _left_out(dropped, language)
    return Page(
        place=place,
        site=view,
        structured=collection(site, place, [(card.name, card.path) for card in cards.in_order]),
        texts=texts,
        title=site.name,
        url=place.url,
        description=site.description
        or language.gettext("%(summary)s: a directory of public chat rooms in Session", summary=summary),
        about=view.about,
        source_code=site.source_code,
        contact=site.contact,
        contact_url=contact_url(site.contact),
        checked=cards.now,
        communities=len(cards.all),
        servers=cards.servers,
        summary=summary,
        rows=tuple(map(RowBuilder(cards, texts).row, cards.in_order)),
        nsfw=cards.nsfw,
        nsfw_text=language.number(cards.nsfw),
        dropped=left_out,
        dropped_summary=_not_listed(sum(reason.count for reason in left_out), language),
    )


def _left_out(dropped: Mapping[str, int], language: SiteLanguage) -> tuple[Dropped, ...]:
    counts = [(language.reason(reason), count) for reason, count in dropped.items() if count > 0]
    return tuple(
        Dropped(reason, count, language.number(count)) for reason, count in sorted(counts, key=lambda c: (-c[1], c[0]))
    )


def _summary(communities: int, servers: int, language: SiteLanguage) -> str:
    return language.gettext(
        "%(communities)s on %(servers)s",
        communities=language.ngettext("%(number)s Community", "%(number)s Communities", communities),
        servers=language.ngettext("%(number)s server", "%(number)s servers", servers),
    )


def _not_listed(number: int, language: SiteLanguage) -> str:
    if not number:
        return ""
    return language.ngettext("%(number)s Community is not listed", "%(number)s Communities are not listed", number)
