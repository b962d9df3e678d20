"""Communities that came, went and came back.

What is not listed any more is gone at once: a server that only misses a crawl or two keeps its Communities
(docs/memory.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy import update as sql_update

from sessioncrawler.state import codec

_metadata = MetaData()
_listed = Table(
    "listed",
    _metadata,
    Column("public_key", Text, primary_key=True),
    Column("token", Text, primary_key=True),
    Column("facts", Text),
    Column("first_listed", BigInteger),
    Column("last_listed", BigInteger),
    Column("gone_at", BigInteger),
)
_events = Table(
    "events",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger),
    Column("kind", Text),
    Column("public_key", Text),
    Column("token", Text),
    Column("facts", Text),
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


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to a Community at ``at`` (Unix seconds)."""

    at: int
    kind: EventKind
    facts: Facts


@dataclass(frozen=True, slots=True)
class Listed:
    """When a Community was published. Times are Unix seconds; ``gone_at`` is None while it is there."""

    facts: Facts
    first_listed: int
    last_listed: int
    gone_at: int | None


def record(
    connection: Connection, listed: Iterable[Facts], withdrawn: Iterable[tuple[str, str]], now: int
) -> list[Event]:
    """Bring the history up to ``now`` and return what happened. The very first listing is no event."""
    present = {facts.key: facts for facts in listed}
    for public_key, token in {(key, token.lower()) for key, token in withdrawn} - set(present):
        for table in (_listed, _events):
            connection.execute(delete(table).where(and_(table.c.public_key == public_key, table.c.token == token)))
    known = {(row.public_key, row.token): row for row in connection.execute(select(_listed))}
    happened = [*_arrivals(present, known, now), *_departures(present, known, now)]
    _write_present(connection, present, known, now)
    for event in happened:
        if event.kind is EventKind.GONE:
            _update(connection, event.facts.key, gone_at=now)
    if happened:
        connection.execute(insert(_events), [_event_row(event) for event in happened])
    return happened


def events(connection: Connection, most: int) -> list[Event]:
    """The latest ``most`` events, newest first."""
    statement = select(_events).order_by(_events.c.at.desc(), _events.c.number.desc()).limit(most)
    return [Event(row.at, EventKind(row.kind), codec.decode(row.facts, Facts)) for row in connection.execute(statement)]


def listings(connection: Connection) -> list[Listed]:
    """All that was ever listed, sorted by key and token."""
    rows = sorted(connection.execute(select(_listed)), key=lambda row: (row.public_key, row.token))
    return [Listed(codec.decode(row.facts, Facts), row.first_listed, row.last_listed, row.gone_at) for row in rows]


def _arrivals(
    present: dict[tuple[str, str], Facts], known: dict[tuple[str, str], Row[tuple[object, ...]]], now: int
) -> list[Event]:
    found: list[Event] = []
    for key, facts in sorted(present.items()):
        if key not in known:
            if known:
                found.append(Event(now, EventKind.NEW, facts))
        elif known[key].gone_at is not None:
            found.append(Event(now, EventKind.RETURNED, facts))
    return found


def _departures(
    present: dict[tuple[str, str], Facts], known: dict[tuple[str, str], Row[tuple[object, ...]]], now: int
) -> list[Event]:
    return [
        Event(now, EventKind.GONE, codec.decode(row.facts, Facts))
        for key, row in sorted(known.items())
        if key not in present and row.gone_at is None and row.last_listed < now
    ]


def _write_present(
    connection: Connection,
    present: dict[tuple[str, str], Facts],
    known: dict[tuple[str, str], Row[tuple[object, ...]]],
    now: int,
) -> None:
    new = [
        {
            "public_key": key[0],
            "token": key[1],
            "facts": codec.encode(facts),
            "first_listed": now,
            "last_listed": now,
            "gone_at": None,
        }
        for key, facts in sorted(present.items())
        if key not in known
    ]
    if new:
        connection.execute(insert(_listed), new)
    again = [
        {
            "key_": key[0],
            "token_": key[1],
            "facts": codec.encode(facts),
            "last_listed": max(now, known[key].last_listed),
            "gone_at": None,
        }
        for key, facts in sorted(present.items())
        if key in known
    ]
    if again:
        own = and_(_listed.c.public_key == bindparam("key_"), _listed.c.token == bindparam("token_"))
        connection.execute(sql_update(_listed).where(own), again)


def _update(connection: Connection, key: tuple[str, str], **values: object) -> None:
    where = and_(_listed.c.public_key == key[0], _listed.c.token == key[1])
    connection.execute(sql_update(_listed).where(where).values(**values))


def _event_row(event: Event) -> dict[str, object]:
    public_key, token = event.facts.key
    return {
        "at": event.at,
        "kind": event.kind.value,
        "public_key": public_key,
        "token": token,
        "facts": codec.encode(event.facts),
    }
