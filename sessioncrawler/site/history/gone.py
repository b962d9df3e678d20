"""Pages of Communities that are gone: they stay for a while, say so, and lead to what looks like them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sessioncrawler.editorial.tags import NSFW
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import JoinLink, Server
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.protocol.servers import SILENT
from sessioncrawler.site.history.similar import Looks
from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES, site_language
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.community import Neighbours
from sessioncrawler.site.pages.every_page import Page, site_view
from sessioncrawler.site.pages.labels import Labels, LanguageLabel
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.state import Facts, Listed
from sessioncrawler.text import keys, names
from sessioncrawler.text.dates import DAY

KEPT = 30 * DAY
"""Seconds for which the page stays."""
MOST_OF_SERVER = 50
MOST = 5_000
"""Pages of one server, and in all: those that went last. Strangers can make Communities and take them away."""


class Why(StrEnum):
    """Why a Community is gone."""

    ROOM = "room"
    """Its server answers, and does not tell of it."""
    SILENT = "silent"
    """Its server does not answer; the join link may work again."""
    OTHER = "other"
    """Whatever answers there is not known to be its server."""


@dataclass(frozen=True, slots=True)
class GonePage(Page):
    """One Community that is gone, as it was told last: strangers' visible text, still to be escaped."""

    name: str
    identifier: str
    initial: str
    hue: int
    text: str
    """The description; empty where there was none."""
    language_label: LanguageLabel | None
    language_code: str
    """For a search in the list; empty where it is not known."""
    first_listed: int
    gone_at: int
    """Both in Unix seconds."""
    why: Why
    join_url: str
    """The join link where it may work again; empty where it will not, or leads to a stranger."""
    host: str
    like: tuple[Card, ...]
    """What looks like it, the likest first."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A Community that is gone, and the folder of its page."""

    listed: Listed
    link: JoinLink
    identifier: str
    path: str


def gone_communities(known: Knowledge, cards: Cards, taken: Collection[str]) -> Iterator[Gone]:
    """What is gone and has a page, the last first; ``taken`` are folders of other pages.

    A Community that the directory does not want to name has none: it is forgotten in the state.
    """
    there = {card.key for card in cards.all}
    used = {path.casefold() for path in taken}
    for one, link in _last(known):
        if (link.public_key, link.token.casefold()) in there:
            continue
        identifier, path = _named(link, used)
        if path:
            used.add(path.casefold())
            yield Gone(one, link, identifier, path)


def gone_pages(
    known: Knowledge, cards: Cards, taken: Collection[str], *, most_translated: int = MOST
) -> Iterator[GonePage]:
    """The pages of :func:`gone_communities`; ``most_translated`` of them, listed first, come in every language."""
    neighbours = Neighbours(cards)
    gone = list(gone_communities(known, cards, taken))
    first = sorted(gone, key=lambda one: (one.listed.first_listed, one.path))[:most_translated]
    translated = {one.path for one in first}
    labels = cache(lambda code: Labels(cards.directory, site_language(code)))
    for each in gone:
        like = neighbours.to(_looked(each.listed.facts))
        for code in LOCALES if each.path in translated else (DEFAULT,):
            place = Place(cards.directory.site.url, site_language(code), each.path, alone=each.path not in translated)
            yield _page(each, known, cards=cards, place=place, labels=labels(code), like=like)


def _page(
    each: Gone, known: Knowledge, *, cards: Cards, place: Place, labels: Labels, like: tuple[Card, ...]
) -> GonePage:
    one, link, facts = each.listed, each.link, each.listed.facts
    name = names.name(facts.name) or link.token
    why = _why(known, link)
    return GonePage(
        place=place,
        site=site_view(cards.directory.site),
        checked=cards.now,
        structured={},
        name=name,
        identifier=each.identifier,
        initial=names.initial(name),
        hue=keys.hue(link.public_key),
        text=names.prose(facts.description),
        language_label=labels.language_of(facts.language),
        language_code=facts.language or "",
        first_listed=one.first_listed,
        gone_at=one.gone_at or 0,
        why=why,
        join_url=link.url if why is Why.SILENT else "",
        host=link.address.netloc,
        like=like,
    )


def _last(known: Knowledge) -> Iterator[tuple[Listed, JoinLink]]:
    gone = [one for one in known.listed if one.gone_at is not None and known.now - one.gone_at < KEPT]
    of_server: Counter[str] = Counter()
    for one in sorted(gone, key=lambda one: (-(one.gone_at or 0), one.facts.key)):
        link = parse_join_link(one.facts.join_url)
        if link is None or of_server[link.public_key] >= MOST_OF_SERVER or of_server.total() >= MOST:
            continue
        of_server[link.public_key] += 1
        yield one, link


def _named(link: JoinLink, used: Collection[str]) -> tuple[str, str]:
    """The identifier and the folder; an empty folder where another page has it.

    As with Communities that are listed, the whole key names what shares its identifier with another.
    """
    identifier = f"{link.token}+{Server(link.address, link.public_key).server_id}"
    for path in (f"c/{identifier}/", f"c/{link.token}+{link.public_key}/"):
        if path.casefold() not in used:
            return identifier, path
    return identifier, ""


def _why(known: Knowledge, link: JoinLink) -> Why:
    if known.presence_of(link.public_key):
        return Why.ROOM
    facts = known.addresses.get(plain(link.address).netloc)
    return Why.SILENT if facts and facts.poll and facts.poll.outcome in SILENT else Why.OTHER


def _looked(facts: Facts) -> Looks:
    return Looks(facts.name, facts.tags, facts.language, NSFW in facts.tags)
