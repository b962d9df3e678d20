"""Pages at former addresses of Communities and servers that moved: they lead to where these are now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sessioncrawler.editorial.config import Site
from sessioncrawler.site.history.server import server_places
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.community import page_languages
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.paths import Place


@dataclass(frozen=True, slots=True)
class LeadingPage(Page):
    """It leads to another one."""

    there: Place
    """Where it leads to."""

    @property
    def url(self) -> str:
        """The address of the page that counts; empty where that of the site is unknown."""
        return self.there.url


@dataclass(frozen=True, slots=True)
class MovedPage(LeadingPage):
    """It leads to the page of ``card``."""

    card: Card
    identifier: str
    """What it was called."""


@dataclass(frozen=True, slots=True)
class MovedServerPage(LeadingPage):
    """It leads to the page of a server."""

    host: str
    """``host[:port]`` of its best address."""


def moved_paths(cards: Cards) -> Iterator[tuple[str, str, Card]]:
    """Folder, former identifier and card of each; no page of a Community that is listed is in their place."""
    used = {card.path.casefold() for card in cards.all}
    for card in {card.key: card for card in cards.all}.values():
        for one in card.former:
            path = f"c/{one.identifier}/"
            if path.casefold() not in used:
                used.add(path.casefold())
                yield path, one.identifier, card


def moved_pages(cards: Cards) -> Iterator[MovedPage]:
    """One for each former identifier in each language of the page now, in the order of the ``cards``."""
    site = cards.directory.site
    view = site_view(site)
    for path, identifier, card in moved_paths(cards):
        for code in page_languages(card):
            place = Place(site.url, site_language(code), path, alone=card.alone)
            there = replace(place, path=card.path)
            yield MovedPage(
                place=place, site=view, checked=cards.now, structured={}, card=card, identifier=identifier, there=there
            )


def moved_server_pages(
    moved: Iterable[tuple[str, str, str]], site: Site, now: int, languages: Sequence[str]
) -> Iterator[MovedServerPage]:
    """The pages of servers that moved, in each of ``languages`` (codes).

    ``moved`` are the former folder, the folder of the page now, and the ``host[:port]`` of each.
    """
    view = site_view(site)
    for former, path, host in moved:
        for place in server_places(site.url, former, languages):
            there = replace(place, path=path)
            yield MovedServerPage(place=place, site=view, checked=now, structured={}, there=there, host=host)
