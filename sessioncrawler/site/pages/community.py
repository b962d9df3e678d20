"""The page of a single Community."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import quote

from sessioncrawler.site.history.series import Series, a_day, series
from sessioncrawler.site.history.similar import Looks, Similar
from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES, SiteLanguage, site_language
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import ALL, SITE_POSTER, Page, site_view
from sessioncrawler.site.pages.labels import Labels, TagLabel
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.site.pages.qr_codes import QrCode, qr_code
from sessioncrawler.site.pages.structured_data import community as structured_community
from sessioncrawler.site.shelves.shelves import Shelves
from sessioncrawler.state import Availability, Week
from sessioncrawler.text.keys import fingerprint
from sessioncrawler.text.names import cut

SUMMARY_LENGTH = 200
"""Characters of a description in the preview of a link."""
BATCH = 200
"""Communities whose weeks are read at once."""
Weekly = Callable[[Sequence[tuple[str, str]]], Mapping[tuple[str, str], Sequence[Week]]]
"""Reads the last weeks of Communities, by public key and lower-case token."""


class Neighbours:
    """Finds what looks like a Community among those that can be reached now."""

    def __init__(self, cards: Cards) -> None:
        self._present = [card for card in {card.key: card for card in cards.in_order}.values() if card.missed is None]
        self._similar = Similar([looks_of(card) for card in self._present])

    def to(self, looks: Looks) -> tuple[Card, ...]:
        """What looks most like something."""
        return tuple(self._present[place] for place in self._similar.to(looks))

    def of(self, card: Card) -> tuple[Card, ...]:
        """What looks most like a Community, itself not."""
        return tuple(one for one in self.to(looks_of(card)) if one.key != card.key)


def looks_of(card: Card) -> Looks:
    """What is compared of a Community."""
    return Looks(card.name, tuple(tag.text for tag in card.tags), card.language, card.nsfw)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What pages of Communities show beside the Communities."""

    weekly: Weekly | None = None
    server_paths: Mapping[str, str] = field(default_factory=dict)
    """Public key → the folder of the page of a server."""
    servers_alone: bool = False
    """Whether the pages of servers are in English only."""
    availability: Mapping[str, Availability] = field(default_factory=dict)
    """Public key → how often its server was reached."""
    shelves: Shelves = field(default_factory=Shelves)
    neighbours: Neighbours | None = None
    """What looks like what; made of the cards where it is None."""
    poster: Callable[[Card], str] = lambda _: ""
    """The path of the poster of a Community; empty where it has none."""


@dataclass(frozen=True, slots=True)
class LinkedTag:
    """A tag of operators, with what leads to others that have it."""

    label: TagLabel
    link: str


@dataclass(frozen=True, slots=True)
class CommunityPage(Page):
    """One Community with all that is known of it, in one language."""

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
    tags: tuple[LinkedTag, ...]
    """What its operators say."""
    language_link: str
    """To others in its language; empty where there is no such page."""
    server_link: str
    """To the page of its server; empty where there is none."""
    reached: str
    """How often its server was reached within 30 days, as a percentage; empty where that is not known."""
    like: tuple[Card, ...]
    """What looks like it, the likest first."""
    report: str
    """Where it is reported: a link; empty where the operator named none."""
    own_poster: str
    """The path of its poster; empty where it has none."""

    @property
    def poster(self) -> str:
        """Its own, or that of the site."""
        return self.own_poster or SITE_POSTER


def community_pages(cards: Cards, around: Surroundings | None = None, *, part: slice = ALL) -> Iterator[CommunityPage]:
    """The pages of all ``cards`` in their order, or of a ``part``, each in all of its languages.

    A room that comes twice has one.
    """
    more = around or Surroundings()
    shown = list({card.key: card for card in cards.all}.values())[part]
    similar = more.neighbours or Neighbours(cards)
    labels = cache(lambda code: Labels(cards.directory, site_language(code)))
    for first in range(0, len(shown), BATCH):
        batch = shown[first : first + BATCH]
        weeks = more.weekly([_remembered(card) for card in batch]) if more.weekly else {}
        for card in batch:
            like, qr = similar.of(card), qr_code(card.join_url)
            for code in page_languages(card):
                told = weeks.get(_remembered(card), ())
                yield _page(cards, card, labels(code), site_language(code), more, weeks=told, like=like, qr=qr)


def page_languages(card: Card) -> tuple[str, ...]:
    """Codes of the languages in which a Community has a page."""
    return (DEFAULT,) if card.alone else LOCALES


def report_link(template: str, identifier: str) -> str:
    """``[site] report_url`` for one Community; empty where there is none."""
    return template.replace("{identifier}", quote(identifier, safe=""))


def _remembered(card: Card) -> tuple[str, str]:
    public_key, token = card.key
    return public_key, token.lower()


def _page(
    cards: Cards,
    card: Card,
    labels: Labels,
    language: SiteLanguage,
    more: Surroundings,
    *,
    weeks: Sequence[Week],
    like: tuple[Card, ...],
    qr: QrCode,
) -> CommunityPage:
    site, key = cards.directory.site, card.key[0]
    place = Place(site.url, language, card.path, alone=card.alone)
    text = card.description or card.lead
    # A preview is seen by people who did not choose to see it.
    summary = "" if card.nsfw else cut(" ".join(text.split()), SUMMARY_LENGTH)
    spoken, server = more.shelves.languages.get(card.language or ""), more.server_paths.get(key, "")
    reachable = more.availability.get(key)
    return CommunityPage(
        place=place,
        site=site_view(site),
        checked=cards.now,
        structured={} if card.nsfw else structured_community(site, place, card.name, summary),
        card=card,
        labels=labels,
        text=text,
        summary=summary,
        fingerprint=fingerprint(key),
        qr=qr,
        events=a_day(card.pulse.events, language) if card.pulse and card.pulse.events is not None else "",
        series=series(weeks, language),
        tags=tuple(_linked(card, labels, place, more.shelves)),
        language_link=place.link(spoken.path) if spoken else "",
        server_link=place.link(server, alone=more.servers_alone) if server else "",
        reached=language.percent(*reachable.month) if reachable and reachable.month[1] else "",
        like=like,
        report=report_link(site.report_url, card.identifier),
        own_poster=more.poster(card),
    )


def _linked(card: Card, labels: Labels, place: Place, shelves: Shelves) -> Iterator[LinkedTag]:
    """Tags with their links: to a shelf, or to a search of the list where there is none."""
    for tag, label in zip(card.tags, labels.tags(card), strict=True):
        shelf = shelves.of_tag(tag.text)
        search = f"{place.link()}#q={quote(f'#{label.text}', safe='')}"
        yield LinkedTag(label, place.link(shelf.path) if shelf else search)
