"""Pages at former addresses of Communities whose servers moved: they lead to where the Community is now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.paths import Place


@dataclass(frozen=True, slots=True)
class MovedPage(Page):
    """It leads to the page of ``card``."""

    card: Card
    identifier: str
    """What it was called."""
    canonical: str
    """The absolute address to which it leads; empty where that of the site is unknown."""

    @property
    def url(self) -> str:
        """The address of the page that counts."""
        return self.canonical


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
    """One for each former identifier, in the order of the ``cards``."""
    site, language = cards.directory.site, site_language(DEFAULT)
    view = site_view(site)
    for path, identifier, card in moved_paths(cards):
        yield MovedPage(
            place=Place(site.url, language, path),
            site=view,
            checked=cards.now,
            structured={},
            card=card,
            identifier=identifier,
            canonical=Place(site.url, language, card.path).url,
        )
