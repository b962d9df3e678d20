"""The list of all Communities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.labels import Labels
from sessioncrawler.site.pages.left_out import LeftOut, left_out_by_reason
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.site.pages.structured_data import collection


@dataclass(frozen=True, slots=True)
class ListPage(Page):
    """Everything that the list shows."""

    description: str
    """One sentence for search engines: the operator's, else ``summary``."""
    summary: str
    """``97 Communities on 14 servers``."""
    cards: tuple[Card, ...]
    labels: Labels
    facts: Markup
    """JSON for the scripts: what they know of each card, in their order."""
    nsfw: int
    """How many of them are not safe for work."""
    left_out: tuple[LeftOut, ...]
    left_out_summary: str
    """``12 Communities are not listed``; empty where all are."""


def list_page(cards: Cards, left_out: Mapping[str, int], language: SiteLanguage) -> ListPage:
    """The list of all ``cards`` in ``language``.

    ``left_out`` counts Communities by the reason why they are not listed.
    """
    site, summary = cards.directory.site, _summary(cards, language)
    place, reasons = Place(site.url, language), left_out_by_reason(left_out, language)
    return ListPage(
        place=place,
        site=site_view(site),
        checked=cards.now,
        structured=collection(site, place, [(card.name, card.path) for card in cards.in_order]),
        description=site.description
        or language.gettext("%(summary)s: a directory of public chat rooms in Session", summary=summary),
        summary=summary,
        cards=cards.in_order,
        labels=Labels(cards.directory, language),
        facts=cards.facts,
        nsfw=cards.nsfw,
        left_out=reasons,
        left_out_summary=_not_listed(sum(reason.count for reason in reasons), language),
    )


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
