"""The page of a server: its Communities, how it was reached, its addresses and its key."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from sessioncrawler.explain.outcomes import in_short
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.keys import KeyStory
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Presence, Server
from sessioncrawler.site.history.charts import strip
from sessioncrawler.site.history.days import Day, bars, last_days, runs
from sessioncrawler.site.i18n.languages import LOCALES, SiteLanguage, site_language
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import ALL, Page, site_view
from sessioncrawler.site.pages.paths import SERVERS, Place
from sessioncrawler.state import Availability, Incident, ServerHistory
from sessioncrawler.text.keys import fingerprint
from sessioncrawler.text.messages import N_

MOST_ROOMS = 200
"""Communities that the page of a server names, those with most visitors: strangers decide how many there are."""
MOST_INCIDENTS = 25
"""Incidents that are shown, the latest."""
BATCH = 100
"""Servers whose history is in memory at a time."""
Histories = Callable[[Sequence[str]], Mapping[str, ServerHistory]]
"""Public keys → what is remembered of their servers."""

_HOST_PART = re.compile(r"[^.]+\.?")
_SHARES = (("day", N_("24 hours")), ("week", N_("7 days")), ("month", N_("30 days")), ("year", N_("a year")))


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One server that is listed, and all that no language changes."""

    server: Server
    path: str
    """The folder of its page."""
    rooms: tuple[Card, ...]
    """Its Communities, in the order of the list."""
    addresses: tuple[str, ...]
    """The best first."""
    presence: Presence | None
    """None where nothing is known of when it was reached."""
    availability: Availability | None
    """None where it was never checked."""
    days: tuple[Day, ...] = ()
    incidents: tuple[Incident, ...] = ()
    """The latest first."""

    @property
    def key(self) -> str:
        """Its public key."""
        return self.server.public_key

    @property
    def name(self) -> str:
        """The name of its files: the id of the server, or its whole key where the id is another's."""
        return self.path.removeprefix(SERVERS).rstrip("/")

    @property
    def host(self) -> str:
        """``host[:port]``."""
        return self.server.address.netloc


@dataclass(frozen=True, slots=True)
class ShareView:
    """How much of a stretch of time a server was reached."""

    label: str
    percent: str
    """A dash where it was not checked."""
    reached: int
    asked: int


@dataclass(frozen=True, slots=True)
class IncidentView:
    """A time at which a server was not reached; Unix seconds, ``ended`` is None while it is not."""

    began: int
    ended: int | None
    lasted: int
    """Seconds."""
    how: str


@dataclass(frozen=True, slots=True)
class ServerPage(Page):
    """One server in one language."""

    known: ServerFacts
    host_parts: tuple[str, ...]
    """Its host in parts, between which a line may break."""
    fingerprint: str
    """Its key in groups of four digits."""
    proof: KeyStory | None
    """Why its key is believed; None where it was not reached now."""
    named: tuple[Card, ...]
    """The Communities that are named."""
    unsafe: tuple[Card, ...]
    """The same of those that are not safe for work."""
    shares: tuple[ShareView, ...]
    incidents: tuple[IncidentView, ...]
    pasted: tuple[str, ...]
    """What operators may paste into pages of their own, HTML and Markdown; empty where the site has no address."""

    @property
    def strip(self) -> Markup:
        """How it was reached, day by day."""
        label = self.language.gettext("How often the server was reached, day by day")
        return strip(bars(self.known.days, self.language), label=label)

    @property
    def table(self) -> tuple[Day, ...]:
        """The days of the strip for readers of tables."""
        return runs(self.known.days)

    @property
    def more(self) -> int:
        """How many Communities are not named."""
        return len(self.known.rooms) - len(self.named) - len(self.unsafe)


def server_pages(
    servers: Mapping[str, Server],
    cards: Cards,
    known: Knowledge,
    paths: Mapping[str, str],
    histories: Histories,
    *,
    languages: Sequence[str] = LOCALES,
    part: slice = ALL,
) -> Iterator[ServerPage]:
    """The pages of all ``servers`` or of a ``part``, those of the Communities on ``cards``, in ``languages`` (codes).

    ``servers`` and the folders ``paths`` of their pages are by public key.
    """
    rooms: dict[str, list[Card]] = defaultdict(list)
    for card in cards.in_order:
        rooms[card.key[0]].append(card)
    keys = sorted(servers)[part]
    for first in range(0, len(keys), BATCH):
        batch = keys[first : first + BATCH]
        remembered = histories(batch)
        for key in batch:
            facts = _facts(servers[key], paths[key], rooms[key], known, remembered.get(key, ServerHistory()))
            yield from (
                _page(facts, known, place) for place in server_places(known.directory.site.url, paths[key], languages)
            )


def server_places(base: str, path: str, languages: Sequence[str]) -> Iterator[Place]:
    """The page in the folder ``path`` in each of ``languages`` (codes)."""
    return (Place(base, site_language(code), path, alone=len(languages) == 1) for code in languages)


def _facts(server: Server, path: str, rooms: Sequence[Card], known: Knowledge, history: ServerHistory) -> ServerFacts:
    return ServerFacts(
        server=server,
        path=path,
        rooms=tuple({card.key: card for card in rooms}.values()),
        addresses=_addresses(server, known),
        presence=known.presence_of(server.public_key),
        availability=known.availability.get(server.public_key),
        days=last_days(history.checks, known.now),
        incidents=history.incidents[: -MOST_INCIDENTS - 1 : -1],
    )


def _addresses(server: Server, known: Knowledge) -> tuple[str, ...]:
    polls = known.servers.get(server.public_key, ())
    others = {str(poll.address) for poll in polls} | {str(poll.server.address) for poll in polls if poll.server}
    return (str(server.address), *sorted(others - {str(server.address)}))


def _page(facts: ServerFacts, known: Knowledge, place: Place) -> ServerPage:
    site, language = known.directory.site, place.language
    shown = facts.rooms[:MOST_ROOMS]
    return ServerPage(
        place=place,
        site=site_view(site),
        checked=known.now,
        structured={},
        known=facts,
        host_parts=tuple(_HOST_PART.findall(facts.host)),
        fingerprint=fingerprint(facts.key),
        proof=known.key_stories.get(facts.key),
        named=tuple(card for card in shown if not card.nsfw),
        unsafe=tuple(card for card in shown if card.nsfw),
        shares=tuple(_shares(facts.availability, language)),
        incidents=tuple(_incident(one, known.now, language) for one in facts.incidents),
        pasted=_pasted(place, facts, language) if site.url else (),
    )


def _shares(availability: Availability | None, language: SiteLanguage) -> Iterator[ShareView]:
    for field, label in _SHARES if availability else ():
        reached, asked = getattr(availability, field)
        yield ShareView(language.gettext(label), language.percent(reached, asked), reached, asked)


def _incident(one: Incident, now: int, language: SiteLanguage) -> IncidentView:
    return IncidentView(one.began, one.ended, one.seconds(now), language.gettext(in_short(one.how)))


def _pasted(place: Place, facts: ServerFacts, language: SiteLanguage) -> tuple[str, str]:
    badge, alt = f"{place.base}badge/{facts.name}.svg", language.gettext("Reached in 30 days")
    html = f'<a href="{escape(place.url)}"><img src="{escape(badge)}" alt="{escape(alt)}"></a>'
    return html, f"[![{alt}]({badge})]({place.url})"


def listed_servers(communities: Iterable[CommunityItem], known: Knowledge) -> dict[str, Server]:
    """Public key → the server of ``communities`` that has it, under its best address."""
    best = {key: polls[0].server.address for key, polls in known.servers.items() if polls[0].server}
    found: dict[str, Server] = {}
    for server in sorted({one.server for one in communities}, key=lambda server: server.address.preference):
        if server.public_key not in found or server.address == best.get(server.public_key):
            found[server.public_key] = server
    return found
