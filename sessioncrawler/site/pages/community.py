"""The context of the page of a single Community."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.identity import site_view
from sessioncrawler.site.pages.places import Place
from sessioncrawler.site.pages.plain import PlainPage
from sessioncrawler.site.pages.qr import QrCode, qr_code
from sessioncrawler.site.pages.rows import Row, RowBuilder
from sessioncrawler.site.pages.structured import community as structured_community
from sessioncrawler.text.names import cut

SUMMARY_LENGTH = 200
"""Characters of a description in the preview of a link."""


@dataclass(frozen=True, slots=True)
class CommunityPage(PlainPage):
    """One Community with all that is known of it."""

    row: Row
    """As in the list."""
    text: str
    """The whole description; empty where there is none."""
    summary: str
    """The description in one line; empty where there is none or it may not be safe for work."""
    qr: QrCode


class CommunityPages:
    """Makes the pages of all ``cards``, in the language of the root."""

    def __init__(self, cards: Cards) -> None:
        self._cards = {card.key: card for card in cards.all}
        self._site, self._now = cards.directory.site, cards.now
        self._view = site_view(self._site)
        self._language = site_language(DEFAULT)
        self._rows = RowBuilder(cards, self._language.texts)

    def pages(self) -> Iterator[CommunityPage]:
        """Every page, in the order of the Communities; a room that comes twice has one."""
        return map(self._page, self._cards.values())

    def _page(self, card: Card) -> CommunityPage:
        place = Place(self._site.url, self._language, card.path)
        text = card.description or card.lead
        # A preview is seen by people who did not choose to see it.
        summary = "" if card.nsfw else cut(" ".join(text.split()), SUMMARY_LENGTH)
        return CommunityPage(
            place=place,
            site=self._view,
            checked=self._now,
            structured=structured_community(self._site, place, card.name, summary),
            row=self._rows.row(card),
            text=text,
            summary=summary,
            qr=qr_code(card.join_url),
        )
