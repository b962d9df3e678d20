"""How each address was polled last, since when it answers or fails, and what it told last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Connection, MetaData, Table, Text, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.state import codec

FORGOTTEN = 30 * 86_400
"""Seconds."""
_polls = Table(
    "polls",
    MetaData(),
    Column("netloc", Text, primary_key=True),
    Column("polled_at", BigInteger),
    Column("reached_at", BigInteger),
    Column("failing_since", BigInteger),
    Column("poll", Text),
    Column("whole", Boolean),
    Column("told", Text),
    Column("told_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class KnownPoll:
    """The last poll of an address. Times are Unix seconds."""

    poll: Poll
    polled_at: int
    reached_at: int | None
    """When it was last reached; None for never."""
    failing_since: int | None
    """When its present row of failures began; None while it is reached."""
    told: Poll | None = None
    """The last poll in which it told all of its rooms, where that is not :attr:`poll`."""
    told_at: int | None = None


def record(connection: Connection, polls: Iterable[Poll], now: int) -> None:
    """Insert or replace the polls made at ``now``; of two for one ``host[:port]`` the last counts.

    Addresses that nobody asked for :data:`FORGOTTEN` seconds are forgotten: servers can redirect to ever new ones.
    """
    connection.execute(delete(_polls).where(_polls.c.polled_at < now - FORGOTTEN))
    rows = {poll.address.netloc: _row(poll, now) for poll in polls}
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_polls)
    new, old = statement.excluded, _polls.c
    failing_since = case((new.failing_since.is_(None), None), else_=func.coalesce(old.failing_since, new.failing_since))
    statement = statement.on_conflict_do_update(
        index_elements=["netloc"],
        set_={
            "polled_at": new.polled_at,
            "poll": new.poll,
            "reached_at": func.coalesce(new.reached_at, old.reached_at),
            "failing_since": failing_since,
            "whole": new.whole,
            "told": case((new.whole, None), else_=case((old.whole, old.poll), else_=old.told)),
            "told_at": case((new.whole, None), else_=case((old.whole, old.polled_at), else_=old.told_at)),
        },
    )
    connection.execute(statement, list(rows.values()))


def read(connection: Connection) -> list[KnownPoll]:
    """All polls, sorted by ``host[:port]``. Those that are no longer understood are left out."""
    known: list[KnownPoll] = []
    for row in connection.execute(select(_polls).order_by(_polls.c.netloc)):
        try:
            poll = codec.decode(row.poll, Poll)
            told = codec.decode(row.told, Poll) if row.told else None
        except ValueError:
            continue
        known.append(KnownPoll(poll, row.polled_at, row.reached_at, row.failing_since, told, row.told_at))
    return sorted(known, key=lambda one: one.poll.address.netloc)


def times(connection: Connection) -> dict[str, int]:
    """``host[:port]`` → when it was polled last."""
    return {row.netloc: row.polled_at for row in connection.execute(select(_polls.c.netloc, _polls.c.polled_at))}


def _row(poll: Poll, now: int) -> dict[str, object]:
    reached = poll.outcome is Outcome.REACHED
    return {
        "netloc": poll.address.netloc,
        "polled_at": now,
        "reached_at": now if reached else None,
        "failing_since": None if reached else now,
        "poll": codec.encode(poll),
        "whole": reached and poll.whole,
        "told": None,
        "told_at": None,
    }
