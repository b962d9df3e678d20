"""What Communities told about themselves, day by day: the state's memory of visitors and events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.state.memory.spans import DAY, Span, day_of, merge

BATCH = 200
FORGOTTEN = 400
"""Days after which a Community that told nothing any more is forgotten here."""
MOST_EVENTS = 1_000_000
"""Events a day that a Community can have; a sequence that grows faster is made up, and its events are unknown."""
LONGEST_GAP = 30
"""Days without a sample over which events are spread; after a longer gap they are unknown."""

_metadata = MetaData()
communities = Table(
    "communities",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("public_key", Text),
    Column("token", Text),
    Column("last_day", Integer),
    Column("sequence", BigInteger),
    Column("sequence_at", BigInteger),
)
samples = Table(
    "samples",
    _metadata,
    Column("community", Integer, primary_key=True),
    Column("span", Integer, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("users", Float),
    Column("events", Float),
    Column("days", Float),
    Column("flags", Integer),
)
_VALUES = [samples.c[name] for name in ("community", "span", "start", "users", "events", "days", "flags")]
_SPANS = {int(span): span for span in Span}
Key = tuple[str, str]
"""Public key and lower-case token."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one Community told in one crawl; None where it does not say."""

    public_key: str
    token: str
    users: int | None
    """Weekly active users."""
    sequence: int | None
    """``message_sequence``: grows with each post, edit, deletion and reaction."""
    flags: int = 0
    """1 readable, 2 writable, 4 uploads."""

    @property
    def key(self) -> Key:
        """Public key and lower-case token."""
        return self.public_key, self.token.lower()


@dataclass(frozen=True, slots=True)
class Sample:
    """One Community in one stretch of time."""

    span: Span
    start: int
    """Number of the day (UTC, from 1970) with which it begins."""
    users: float | None
    """Weekly active users, the mean of the days on which they are known."""
    events: float | None
    """Posts, edits, deletions and reactions: at most this many."""
    days: float
    """For how many days ``events`` are known, parts of days included."""
    flags: int


def record(connection: Connection, told: Iterable[Told], now: int) -> None:
    """One sample a Community and day: what was told last. Events are the growth of the sequence since it was told last.

    They are spread evenly over the time since, whatever days that touches. A sequence that fell is a new database: it
    starts anew.
    """
    present = {one.key: one for one in told}
    known = _known(connection)
    new = [{"public_key": key, "token": token} for key, token in sorted(present) if (key, token) not in known]
    if new:
        connection.execute(
            insert(communities), [{**row, "last_day": None, "sequence": None, "sequence_at": None} for row in new]
        )
        known = _known(connection)
    today = day_of(now)
    rows: list[dict[str, object]] = []
    updates: list[dict[str, object]] = []
    for key, one in sorted(present.items()):
        row = known[key]
        if row.last_day is not None and row.last_day > today:
            continue  # the clock went backwards
        rows += _rows(row, one, now)
        sequence, at = (row.sequence, row.sequence_at) if one.sequence is None else (one.sequence, now)
        updates.append({"number_": row.number, "last_day": today, "sequence": sequence, "sequence_at": at})
    if not rows:
        return
    _upsert(connection, rows)
    statement = update(communities).where(communities.c.number == bindparam("number_"))
    connection.execute(statement, updates)


def _known(connection: Connection) -> dict[Key, Row[Any]]:
    return {(row.public_key, row.token): row for row in connection.execute(select(communities))}


def _rows(known: Row[Any], one: Told, now: int) -> list[dict[str, object]]:
    """The sample of today, and the shares of earlier days in what happened since the sequence was told last."""
    today = day_of(now)
    nothing: dict[int, tuple[float | None, float]] = {today: (None, 0.0)}
    shares = nothing | _shares(known, one, now)
    return [
        {
            "community": known.number,
            "span": int(Span.DAY),
            "start": day,
            "users": float(one.users) if day == today and one.users is not None else None,
            "events": events,
            "days": days,
            "flags": one.flags,
        }
        for day, (events, days) in shares.items()
    ]


def _shares(known: Row[Any], one: Told, now: int) -> dict[int, tuple[float | None, float]]:
    """Day → its events, and how much of the day they are known for; empty where nothing is known of them."""
    if known.sequence_at is None or one.sequence is None:
        return {}
    since, grown = known.sequence_at, one.sequence - known.sequence
    seconds = now - since
    if not 0 < seconds <= LONGEST_GAP * DAY or not 0 <= grown <= MOST_EVENTS * max(1.0, seconds / DAY):
        return {}
    parts = {day: min(now, (day + 1) * DAY) - max(since, day * DAY) for day in range(day_of(since), day_of(now) + 1)}
    return {day: (grown * part / seconds, part / DAY) for day, part in parts.items() if part}


def _upsert(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Write samples: events add up, what else is told replaces what was told before on the same day."""
    upsert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = upsert(samples)
    new, old = statement.excluded, samples.c
    statement = statement.on_conflict_do_update(
        index_elements=["community", "span", "start"],
        set_={
            "users": func.coalesce(new.users, old.users),
            "events": func.coalesce(old.events + new.events, new.events, old.events),
            "days": old.days + new.days,
            "flags": new.flags,
        },
    )
    connection.execute(statement, rows)


def histories(connection: Connection, keys: Iterable[Key]) -> dict[Key, tuple[Sample, ...]]:
    """Public key and lower-case token → its samples, oldest first; Communities that are not known are left out."""
    wanted = set(keys)
    numbers: dict[int, Key] = {}
    by_key: dict[str, None] = dict.fromkeys(sorted(key for key, _ in wanted))
    listed = list(by_key)
    for first in range(0, len(listed), BATCH):
        batch = listed[first : first + BATCH]
        for row in connection.execute(select(communities).where(communities.c.public_key.in_(batch))):
            if (row.public_key, row.token) in wanted:
                numbers[row.number] = row.public_key, row.token
    found: dict[Key, list[Sample]] = defaultdict(list)
    ordered = sorted(numbers)
    for first in range(0, len(ordered), BATCH):
        batch_of = ordered[first : first + BATCH]
        # In the order of the primary key, and unpacked by place: there are hundreds of samples for each Community.
        rows = select(*_VALUES).where(samples.c.community.in_(batch_of)).order_by(*_VALUES[:3])
        for number, span, *values in connection.execute(rows).all():
            found[numbers[number]].append(Sample(_SPANS[span], *values))
    return {key: tuple(sorted(each, key=lambda one: -one.span)) for key, each in found.items()}


def keep_up(connection: Connection, now: int) -> None:
    """Make days weeks and weeks months where they are old, and forget Communities that are long gone."""
    sums: dict[str, Callable[[Any], Any]] = {"users": func.avg, "events": func.sum, "days": func.sum, "flags": func.max}
    merge(connection, samples, sums, _upsert, now)
    old = communities.c.last_day < day_of(now) - FORGOTTEN
    forgotten = select(communities.c.number).where(old)
    connection.execute(delete(samples).where(samples.c.community.in_(forgotten)))
    connection.execute(delete(communities).where(old))


def forget(connection: Connection, keys: Iterable[Key]) -> None:
    """Forget Communities, given by public key and lower-case token: thousands of them in a moment."""
    own = and_(communities.c.public_key == bindparam("key_"), communities.c.token == bindparam("token_"))
    rows = [{"key_": key, "token_": token} for key, token in keys]
    if rows:
        number = select(communities.c.number).where(own).scalar_subquery()
        connection.execute(delete(samples).where(samples.c.community == number), rows)
        connection.execute(delete(communities).where(own), rows)
