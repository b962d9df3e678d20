"""The pages of shelves, and the page that leads to all of them."""

from __future__ import annotations

from dataclasses import dataclass

from sessioncrawler.editorial.topics.table import topic_name
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.labels import Labels
from sessioncrawler.site.pages.paths import BROWSE, Place
from sessioncrawler.site.pages.structured_data import collection
from sessioncrawler.site.shelves.shelves import MOST_ROOMS, Shelf, Shelves


@dataclass(frozen=True, slots=True)
class ShelfPage(Page):
    """One shelf in one language."""

    shelf: Shelf
    name: str
    """Of the language or the topic, in the language of the page."""
    heading: str
    summary: str
    """``14 Communities on 3 servers``: those that are safe for work."""
    labels: Labels
    named: tuple[Card, ...]
    """The Communities that are named."""
    unsafe: tuple[Card, ...]
    """The same of those that are not safe for work."""

    @property
    def more(self) -> int:
        """How many Communities are not named."""
        return len(self.shelf.cards) - len(self.named) - len(self.unsafe)


@dataclass(frozen=True, slots=True)
class ShelfLabel:
    """A way to a shelf: ``flag`` is empty for a topic."""

    path: str
    flag: str
    name: str
    count: int
    """Communities that are safe for work."""


@dataclass(frozen=True, slots=True)
class BrowsePage(Page):
    """The ways to all shelves, those with the most Communities first."""

    languages: tuple[ShelfLabel, ...]
    topics: tuple[ShelfLabel, ...]


def shelf_page(shelf: Shelf, cards: Cards, language: SiteLanguage, *, most: int = MOST_ROOMS) -> ShelfPage:
    """The page of ``shelf``, one of the ``cards``, in ``language``; it names at most ``most`` Communities."""
    site = cards.directory.site
    place, name = Place(site.url, language, shelf.path), shelf_name(shelf, language)
    heading = language.gettext("Communities in %(language)s", language=name) if shelf.is_language else name
    shown = shelf.shown(most)
    return ShelfPage(
        place=place,
        site=site_view(site),
        checked=cards.now,
        structured=collection(site, place, [(card.name, card.path) for card in shelf.safe], heading),
        shelf=shelf,
        name=name,
        heading=heading,
        summary=language.gettext(
            "%(communities)s on %(servers)s",
            communities=language.ngettext("%(number)s Community", "%(number)s Communities", len(shelf.safe)),
            servers=language.ngettext(
                "%(number)s server", "%(number)s servers", len({card.key[0] for card in shelf.safe})
            ),
        ),
        labels=Labels(cards.directory, language),
        named=tuple(card for card in shown if not card.nsfw),
        unsafe=tuple(card for card in shown if card.nsfw),
    )


def browse_page(shelves: Shelves, cards: Cards, language: SiteLanguage) -> BrowsePage:
    """The page that leads to all ``shelves``, in ``language``."""
    site, labels = cards.directory.site, Labels(cards.directory, language)

    def label(shelf: Shelf) -> ShelfLabel:
        spoken = labels.language_of(shelf.name) if shelf.is_language else None
        return ShelfLabel(shelf.path, spoken.flag if spoken else "", shelf_name(shelf, language), len(shelf.safe))

    def most_first(label: ShelfLabel) -> tuple[int, str]:
        return -label.count, label.name

    return BrowsePage(
        place=Place(site.url, language, BROWSE),
        site=site_view(site),
        checked=cards.now,
        structured={},
        languages=tuple(sorted(map(label, shelves.languages.values()), key=most_first)),
        topics=tuple(sorted(map(label, shelves.topics.values()), key=most_first)),
    )


def shelf_name(shelf: Shelf, language: SiteLanguage) -> str:
    """The name of a language or topic in ``language``."""
    return language.language_name(shelf.name) if shelf.is_language else language.gettext(topic_name(shelf.name))
