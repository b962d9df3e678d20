"""The page of a single Community."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sessioncrawler.site.history.series import Series, a_day, series
from sessioncrawler.site.i18n.languages import DEFAULT, site_language
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.labels import Labels
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.site.pages.qr_codes import QrCode, qr_code
from sessioncrawler.site.pages.structured_data import community as structured_community
from sessioncrawler.state import Week
from sessioncrawler.text.keys import fingerprint
from sessioncrawler.text.names import cut

SUMMARY_LENGTH = 200
"""Characters of a description in the preview of a link."""
BATCH = 200
"""Communities whose weeks are read at once."""
Weekly = Callable[[Sequence[tuple[str, str]]], Mapping[tuple[str, str], Sequence[Week]]]
"""Reads the last weeks of Communities, by public key and lower-case token."""


@dataclass(frozen=True, slots=True)
class CommunityPage(Page):
    """One Community with all that is known of it."""

    card: Card
    labels: Labels
    text: str
    """The whole description; empty where there is none."""
    summary: str
    """The description in one line; empty where there is none or it may not be safe for work."""
    fingerprint: str
    """The key of its server in groups of four digits."""
    qr: QrCode
    events: str
    """A day, in the last week; empty where they are not known."""
    series: Series | None
    """The last weeks; None where too little is known of them."""
    server_path: str = ""
    """The folder of the page of its server; empty where there is none."""


def community_pages(
    cards: Cards, weekly: Weekly | None = None, server_paths: Mapping[str, str] | None = None
) -> Iterator[CommunityPage]:
    """The pages of all ``cards`` in their order, in English; a room that comes twice has one.

    ``server_paths`` has the folders of the pages of servers by public key.
    """
    shown = list({card.key: card for card in cards.all}.values())
    for first in range(0, len(shown), BATCH):
        batch = shown[first : first + BATCH]
        weeks = weekly([_remembered(card) for card in batch]) if weekly else {}
        yield from _pages(cards, batch, weeks, server_paths or {})


def _remembered(card: Card) -> tuple[str, str]:
    public_key, token = card.key
    return public_key, token.lower()


def _pages(
    cards: Cards,
    batch: Sequence[Card],
    weeks: Mapping[tuple[str, str], Sequence[Week]],
    server_paths: Mapping[str, str],
) -> Iterator[CommunityPage]:
    site, language = cards.directory.site, site_language(DEFAULT)
    view, labels = site_view(site), Labels(cards.directory, language)
    for card in batch:
        place = Place(site.url, language, card.path)
        text = card.description or card.lead
        # A preview is seen by people who did not choose to see it.
        summary = "" if card.nsfw else cut(" ".join(text.split()), SUMMARY_LENGTH)
        yield CommunityPage(
            place=place,
            site=view,
            checked=cards.now,
            structured=structured_community(site, place, card.name, summary),
            card=card,
            labels=labels,
            text=text,
            summary=summary,
            fingerprint=fingerprint(card.key[0]),
            qr=qr_code(card.join_url),
            server_path=server_paths.get(card.key[0], ""),
            events=a_day(card.pulse.events, language) if card.pulse and card.pulse.events is not None else "",
            series=series(weeks.get(_remembered(card), ()), language),
        )
