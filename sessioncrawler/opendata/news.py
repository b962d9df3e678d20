"""Which news feeds there are, and what is in each: all, a language, topic, tag or server (docs/data.md, "Feeds")."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from sessioncrawler.addresses import parse_bare_address
from sessioncrawler.editorial.languages import language_name
from sessioncrawler.editorial.monitors import place_of
from sessioncrawler.editorial.topics.table import Topics, topic_name
from sessioncrawler.knowledge.server_events import FALLS, ServerEvent
from sessioncrawler.opendata.places import ServerFolder
from sessioncrawler.state import Event, Facts, Listed
from sessioncrawler.text.dates import DAY
from sessioncrawler.text.names import name
from sessioncrawler.text.slugs import slug

MOST_ENTRIES = 100
"""Entries of one feed and sort; readers fetch far more often than a hundred Communities come or go."""
MOST_TAGS = 1_000
"""Tags that have a feed: those on the most servers, so that no single server can crowd out the others."""
_TAG_LENGTH = 40


@dataclass(frozen=True, slots=True)
class News:
    """One feed: the ``path`` of its file below ``feed/``, what it is about, and its events, newest first."""

    path: str
    group: str
    """``all``, ``language``, ``topic``, ``tag`` or ``server``."""
    subject: str
    events: tuple[Event | ServerEvent, ...]
    former: tuple[str, ...] = ()
    """Paths under which it is, too, since readers look there."""


def news(
    events: Iterable[Event],
    listings: Iterable[Listed],
    server_events: Iterable[ServerEvent] = (),
    servers: Iterable[ServerFolder] = (),
    topics: Mapping[str, Iterable[str]] = MappingProxyType({}),
) -> list[News]:
    """All feeds: that of everything, then languages by code, ``topics`` and tags in their order, and ``servers``.

    ``topics`` are those of ``directory.toml``. There is a feed for every language, topic and tag of a Community that is
    or was listed, so that it does not vanish when nothing happens for long. ``events`` and ``server_events`` come
    newest first.
    """
    happened = tuple(events)
    everything: list[Event | ServerEvent] = [*server_events, *happened]
    everything.sort(key=lambda event: -event.at)
    known = [listing.facts for listing in listings]
    by_language: dict[str, list[Event]] = defaultdict(list)
    by_tag: dict[str, list[Event]] = defaultdict(list)
    for event in happened:
        if event.facts.language:
            by_language[event.facts.language].append(event)
        for tag in dict.fromkeys(event.facts.tags):
            by_tag[tag].append(event)
    return [
        News("all.xml", "all", "all Communities", _latest(everything)),
        *_languages(known, by_language),
        *_topics(known, happened, topics),
        *_tags(known, by_tag),
        *_servers(everything, servers),
    ]


def _latest(events: Sequence[Event | ServerEvent]) -> tuple[Event | ServerEvent, ...]:
    """The latest :data:`MOST_ENTRIES` of each sort, newest first.

    However many Communities come and go, nobody misses that a server moved or took another key. Of the day that is cut
    all places have the same number: who has many servers hides nobody.
    """
    seen: Counter[tuple[str, int, str]] = Counter()
    ranks: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for number, event in enumerate(events):
        sort, who = _sort(event)
        day = event.at // DAY
        seen[sort, day, who] += 1
        ranks[sort].append((-day, seen[sort, day, who], number))
    chosen = sorted(number for each in ranks.values() for *_, number in sorted(each)[:MOST_ENTRIES])
    return tuple(events[number] for number in chosen)


def _sort(event: Event | ServerEvent) -> tuple[str, str]:
    """What sort of news it is, and whose."""
    if isinstance(event, Event):
        return "community", _place(event.facts.base_url) or event.facts.public_key
    return "fall" if event.kind in FALLS else "change", event.public_key


@lru_cache(10_000)
def _place(url: str) -> str:
    address = parse_bare_address(url)
    return place_of(address) if address else ""


def _servers(events: Iterable[Event | ServerEvent], servers: Iterable[ServerFolder]) -> Iterator[News]:
    """The feed of each server: what happened to itself and to its Communities."""
    by_key: dict[str, list[Event | ServerEvent]] = defaultdict(list)
    for event in events:
        for key in (event.facts.public_key,) if isinstance(event, Event) else event.keys:
            by_key[key].append(event)
    for one in servers:
        own, *former = (f"server/{each}.xml" for each in (one.name, *one.former))
        happened = _latest(by_key[one.public_key])
        yield News(own, "server", name(one.host), happened, tuple(former))


def _languages(known: Iterable[Facts], events: dict[str, list[Event]]) -> Iterator[News]:
    for code in sorted({facts.language for facts in known if facts.language} | set(events)):
        yield News(f"lang/{code}.xml", "language", language_name(code), _latest(events[code]))


def _topics(known: Iterable[Facts], happened: Iterable[Event], table: Mapping[str, Iterable[str]]) -> Iterator[News]:
    topics = Topics(table)
    events: dict[str, list[Event]] = {topic: [] for one in known for topic in topics.of(one.name, one.tags)}
    for event in happened:
        for topic in topics.of(event.facts.name, event.facts.tags):
            events.setdefault(topic, []).append(event)
    for topic in table:
        if topic in events:
            yield News(f"topic/{topic}.xml", "topic", topic_name(topic), _latest(events[topic]))


def _tags(known: Sequence[Facts], events: dict[str, list[Event]]) -> Iterator[News]:
    servers: dict[str, set[str]] = defaultdict(set)
    rooms: dict[str, int] = defaultdict(int)
    for facts in (*known, *(event.facts for happened in events.values() for event in happened)):
        for tag in dict.fromkeys(facts.tags):
            servers[tag].add(facts.public_key)
            rooms[tag] += 1
    first = sorted(servers, key=lambda tag: (-len(servers[tag]), -rooms[tag], tag))
    for tag in sorted(first[:MOST_TAGS]):
        yield News(f"tag/{slug(tag)}.xml", "tag", f"#{name(tag, _TAG_LENGTH)}", _latest(events[tag]))
