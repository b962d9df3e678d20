"""The list of all Communities: one page, or where there are many, several."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.list.chips import Chip, chips
from sessioncrawler.site.list.facts import page_facts
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.labels import Labels
from sessioncrawler.site.pages.left_out import LeftOut, left_out_by_reason
from sessioncrawler.site.pages.paths import PAGE, SEARCH_INDEX, Place
from sessioncrawler.site.pages.structured_data import collection, website

WHOLE = 500
A_PAGE = 200
EAGER = 12
"""Rows whose icons are loaded at once: those that one sees first."""
LATER = range(11, 36)
"""Rows that a browser lays out with those of a phone's first screen, though nobody sees them: they wait for it."""


@dataclass(frozen=True, slots=True)
class ListPage(Page):
    """Everything that a page of the list shows."""

    description: str
    """One sentence for search engines: the operator's, else ``summary``."""
    summary: str
    """``97 Communities on 14 servers``."""
    cards: tuple[Card, ...]
    """Those of this page."""
    eager: int
    """How many icons are loaded at once."""
    later: range
    """Numbers of the rows that wait until the first screen is there."""
    labels: Labels
    chips: tuple[Chip, ...]
    facts: Markup
    """JSON for the scripts: what they know of each card, in their order."""
    words: Mapping[str, Any]
    """How the scripts call languages and badges."""
    total: int
    """Communities on all pages."""
    nsfw: int
    """How many of them are not safe for work."""
    number: int
    """Of this page, from 1."""
    pages: tuple[str, ...]
    """Links to all pages of the list; empty where it is one page."""
    index: str
    """The link to the search index; empty where the page has all."""
    left_out: tuple[LeftOut, ...]
    left_out_summary: str
    """``12 Communities are not listed``; empty where all are."""


def list_page(
    cards: Cards,
    left_out: Mapping[str, int],
    language: SiteLanguage,
    *,
    whole: int = WHOLE,
    shelves: Container[str] = (),
) -> ListPage:
    """The front page of the list of ``cards`` in ``language``: all of them, or of more than ``whole`` the first.

    ``left_out`` counts Communities by the reason why they are not listed, ``shelves`` are the folders of the pages of
    languages and topics.
    """
    return next(list_pages(cards, left_out, language, whole=whole, shelves=shelves))


def list_pages(
    cards: Cards,
    left_out: Mapping[str, int],
    language: SiteLanguage,
    *,
    whole: int = WHOLE,
    shelves: Container[str] = (),
    facts: Sequence[Markup] = (),
) -> Iterator[ListPage]:
    """All pages of the list, the front page first; see :func:`list_page`.

    ``facts`` are :func:`facts_of_pages`, for who needs them in more than one language.
    """
    site, summary = cards.directory.site, _summary(cards, language)
    labels, reasons = Labels(cards.directory, language), left_out_by_reason(left_out, language)
    parts = _parts(cards.in_order, whole)
    folders = ["", *(f"{PAGE}{number}/" for number in range(2, len(parts) + 1))]
    shared: dict[str, Any] = {
        "site": site_view(site),
        "checked": cards.now,
        "description": site.description.strip()
        or language.gettext("%(summary)s: a directory of public chat rooms in Session", summary=summary),
        "summary": summary,
        "labels": labels,
        "chips": chips(cards.all, labels, language, shelves),
        "words": _words(cards.all, labels),
        "total": len(cards.all),
        "nsfw": cards.nsfw,
        "eager": EAGER,
        "later": LATER,
        "left_out": reasons,
        "left_out_summary": _not_listed(sum(reason.count for reason in reasons), language),
    }
    # What may not be safe for work is shown to those who ask for it, and not to search engines.
    named = [(card.name, card.path) for card in cards.in_order if not card.nsfw]
    for number, (folder, part) in enumerate(zip(folders, parts, strict=True), start=1):
        place = Place(site.url, language, folder)
        yield ListPage(
            place=place,
            structured=website(site, place) if folder else collection(site, place, named),
            cards=part,
            facts=facts[number - 1] if facts else page_facts(part),
            number=number,
            pages=tuple(place.link(other) for other in folders) if len(parts) > 1 else (),
            index=place.file(SEARCH_INDEX) if len(parts) > 1 else "",
            **shared,
        )


def facts_of_pages(cards: Cards, whole: int = WHOLE) -> list[Markup]:
    """The facts beside the rows of each page, which no language changes."""
    return [page_facts(part) for part in _parts(cards.in_order, whole)]


def _parts(cards: Sequence[Card], whole: int) -> list[tuple[Card, ...]]:
    if len(cards) <= whole:
        return [tuple(cards)]
    return [tuple(cards[first : first + A_PAGE]) for first in range(0, len(cards), A_PAGE)]


def _words(cards: Sequence[Card], labels: Labels) -> dict[str, Any]:
    """Languages by code as flag and name, badges by their text and the reason of nsfw as text, kind and title."""
    languages = {card.language: labels.language(card) for card in cards}
    badges = {
        (tag.text, card.nsfw_reason): label
        for card in cards
        for tag, label in zip(card.badges, labels.badges(card), strict=True)
    }
    return {
        "languages": {code: (label.flag, label.name, label.code) for code, label in languages.items() if label},
        "badges": {
            f"{text} {reason}" if text == "nsfw" else text: (label.text, label.kind, label.title)
            for (text, reason), label in badges.items()
        },
    }


def _summary(cards: Cards, language: SiteLanguage) -> str:
    return language.gettext(
        "%(communities)s on %(servers)s",
        communities=language.ngettext("%(number)s Community", "%(number)s Communities", len(cards.all)),
        servers=language.ngettext("%(number)s server", "%(number)s servers", cards.servers),
    )


def _not_listed(number: int, language: SiteLanguage) -> str:
    if not number:
        return ""
    return language.ngettext("%(number)s Community is not listed", "%(number)s Communities are not listed", number)
