"""What happened to Communities, with bounds: strangers decide how many there are, and how often they come and go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from sessioncrawler.state import codec
from sessioncrawler.state.bounds import Bounds, kept
from sessioncrawler.state.memory.spans import DAY, day_of

KEPT = 10_000
"""Entries of all servers together."""
_PORT = re.compile(r":\d+$")

_events = Table(
    "events",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger),
    Column("kind", Text),
    Column("public_key", Text),
    Column("token", Text),
    Column("facts", Text),
    Column("more", BigInteger),
)


class EventKind(StrEnum):
    """What happened to a Community."""

    NEW = "new"
    RETURNED = "returned"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is remembered of a published Community; raw text of strangers, to be escaped."""

    public_key: str
    token: str
    identifier: str
    name: str
    join_url: str
    description: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Public key and token; tokens differ by case on no server that lists both."""
        return self.public_key, self.token.lower()

    @property
    def base_url(self) -> str:
        """Where its server is."""
        return self.join_url.rpartition("/")[0]

    @property
    def owners(self) -> tuple[str, ...]:
        """Who has made it, where that is bounded: its server by its key and by its host.

        By the host, too, whatever the port: one that takes another key in each crawl is no other server each time.
        """
        host = _PORT.sub("", self.base_url.partition("://")[2])
        return (self.public_key, f"//{host}") if host else (self.public_key,)


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to a Community at ``at`` (Unix seconds)."""

    at: int
    kind: EventKind
    facts: Facts
    more: int = 0
    """Where it is not 0: so many happened to Communities of this server that day beside those that are told one by
    one, the last of them at ``at``. The facts name the server alone."""


def record(connection: Connection, happened: Sequence[Event], now: int, bounds: Bounds) -> int:
    """Remember what ``happened`` at ``now``: what is too much for one server and day becomes one entry a kind.

    Returns how much that is.
    """
    told: list[dict[str, object]] = []
    if happened:
        rest = _Rest(connection, now, bounds.news)
        if told := [_row(event) for event in happened if rest.tells(event)]:
            connection.execute(insert(_events), told)
        rest.write(connection)
    connection.execute(delete(_events).where(_events.c.at < now - min(now, bounds.news_days * DAY)))
    if (connection.scalar(select(func.count()).select_from(_events)) or 0) > KEPT:
        _make_fewer(connection)
    return len(happened) - len(told)


def read(connection: Connection, most: int) -> list[Event]:
    """The latest ``most`` events, newest first."""
    statement = select(_events).order_by(_events.c.at.desc(), _events.c.number.desc()).limit(most)
    return [
        Event(row.at, EventKind(row.kind), codec.decode(row.facts, Facts), row.more or 0)
        for row in connection.execute(statement)
    ]


def forget(connection: Connection, keys: Collection[tuple[str, str]]) -> None:
    """Forget what happened to Communities, given by public key and lower-case token: few of many have any news."""
    if not keys:
        return
    there = {(row.public_key, row.token) for row in connection.execute(select(_events.c.public_key, _events.c.token))}
    own = (_events.c.public_key == bindparam("key_")) & (_events.c.token == bindparam("token_"))
    if rows := [{"key_": key, "token_": token} for key, token in there.intersection(keys)]:
        connection.execute(delete(_events).where(own), rows)


@dataclass(slots=True)
class _More:
    """One entry that stands for many."""

    event: Event
    number: int | None
    """Its row; None where it has none yet."""
    more: int
    changed: bool = False


class _Rest:
    """What was told today, and the entries for what is too much."""

    def __init__(self, connection: Connection, now: int, most: int) -> None:
        self._now, self._most = now, most
        self._told: Counter[str] = Counter()
        self._more: dict[tuple[EventKind, str], _More] = {}
        midnight = day_of(now) * DAY
        today = select(_events).where(_events.c.at >= midnight, _events.c.at < midnight + DAY)
        for row in connection.execute(today):
            event = Event(row.at, EventKind(row.kind), codec.decode(row.facts, Facts))
            if row.more:
                self._note(event, _More(event, row.number, row.more))
            else:
                self._told.update(event.facts.owners)

    def tells(self, event: Event) -> bool:
        """Whether an event has an entry of its own; otherwise it is counted."""
        owners = event.facts.owners
        if max(self._told[owner] for owner in owners) < self._most:
            self._told.update(owners)
            return True
        known = (self._more.get((event.kind, owner)) for owner in owners)
        one = next(filter(None, known), None) or _More(event, None, 0)
        one.event, one.more, one.changed = event, one.more + 1, True
        self._note(event, one)
        return False

    def write(self, connection: Connection) -> None:
        """Write the entries that changed."""
        for one in {id(each): each for each in self._more.values() if each.changed}.values():
            facts = one.event.facts
            server = Facts(facts.public_key, "", "", "", f"{facts.base_url}/")
            row = _row(Event(self._now, one.event.kind, server, one.more))
            if one.number is None:
                connection.execute(insert(_events), [row])
            else:
                connection.execute(update(_events).where(_events.c.number == one.number).values(row))

    def _note(self, event: Event, one: _More) -> None:
        for owner in event.facts.owners:
            self._more[event.kind, owner] = one


def _make_fewer(connection: Connection) -> None:
    """Keep :data:`KEPT` entries, the latest of each server."""
    latest = select(_events.c.number, _events.c.facts).order_by(_events.c.at.desc(), _events.c.number.desc())
    rows = [(row.number, codec.decode(row.facts, Facts).owners) for row in connection.execute(latest)]
    places = kept((owners for _, owners in rows), KEPT, KEPT)
    gone = [{"number_": number} for place, (number, _) in enumerate(rows) if place not in places]
    connection.execute(delete(_events).where(_events.c.number == bindparam("number_")), gone)


def _row(event: Event) -> dict[str, object]:
    public_key, token = event.facts.key
    return {
        "at": event.at,
        "kind": event.kind.value,
        "public_key": public_key,
        "token": token,
        "facts": codec.encode(event.facts),
        "more": event.more or None,
    }
