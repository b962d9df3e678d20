"""Which news feeds there are, and what is in each: of all, by language, by tag, by server (docs/data.md, "Feeds")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sessioncrawler.editorial.languages import language_name
from sessioncrawler.knowledge.server_events import ServerEvent
from sessioncrawler.opendata.places import ServerFolder
from sessioncrawler.state import Event, Facts, Listed
from sessioncrawler.text.names import name
from sessioncrawler.text.slugs import slug

MOST_EVENTS = 5_000
"""Events of the history that are looked at: enough for the feeds of rare languages and tags."""
MOST_ENTRIES = 100
"""Entries of one feed; readers fetch far more often than a hundred Communities come or go."""
MOST_TAGS = 1_000
"""Tags that have a feed: those on the most servers, so that no single server can crowd out the others."""
_TAG_LENGTH = 40


@dataclass(frozen=True, slots=True)
class News:
    """One feed: the ``path`` of its file below ``feed/``, what it is about, and its events, newest first."""

    path: str
    group: str
    """``all``, ``language``, ``tag`` or ``server``."""
    subject: str
    events: tuple[Event | ServerEvent, ...]
    former: tuple[str, ...] = ()
    """Paths under which it is, too, since readers look there."""


def news(
    events: Iterable[Event],
    listings: Iterable[Listed],
    server_events: Iterable[ServerEvent] = (),
    servers: Iterable[ServerFolder] = (),
) -> list[News]:
    """All feeds: that of everything, then languages by code, tags in their order, and ``servers``.

    There is a feed for every language and tag of a Community that is or was listed, so that it does not vanish when
    nothing happens for long. ``events`` and ``server_events`` come newest first.
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
        News("all.xml", "all", "all Communities", tuple(everything[:MOST_ENTRIES])),
        *_languages(known, by_language),
        *_tags(known, by_tag),
        *_servers(everything, servers),
    ]


def _servers(events: Iterable[Event | ServerEvent], servers: Iterable[ServerFolder]) -> Iterator[News]:
    """The feed of each server: what happened to itself and to its Communities."""
    by_key: dict[str, list[Event | ServerEvent]] = defaultdict(list)
    for event in events:
        for key in (event.facts.public_key,) if isinstance(event, Event) else event.keys:
            by_key[key].append(event)
    for one in servers:
        own, *former = (f"server/{each}.xml" for each in (one.name, *one.former))
        happened = tuple(by_key[one.public_key][:MOST_ENTRIES])
        yield News(own, "server", name(one.host), happened, tuple(former))


def _languages(known: Iterable[Facts], events: dict[str, list[Event]]) -> Iterator[News]:
    for code in sorted({facts.language for facts in known if facts.language} | set(events)):
        yield News(f"lang/{code}.xml", "language", language_name(code), tuple(events[code][:MOST_ENTRIES]))


def _tags(known: Sequence[Facts], events: dict[str, list[Event]]) -> Iterator[News]:
    servers: dict[str, set[str]] = defaultdict(set)
    rooms: dict[str, int] = defaultdict(int)
    for facts in (*known, *(event.facts for happened in events.values() for event in happened)):
        for tag in dict.fromkeys(facts.tags):
            servers[tag].add(facts.public_key)
            rooms[tag] += 1
    first = sorted(servers, key=lambda tag: (-len(servers[tag]), -rooms[tag], tag))
    for tag in sorted(first[:MOST_TAGS]):
        yield News(f"tag/{slug(tag)}.xml", "tag", f"#{name(tag, _TAG_LENGTH)}", tuple(events[tag][:MOST_ENTRIES]))
