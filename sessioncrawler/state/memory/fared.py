"""How each address fared that was asked: what patience is learned from (docs/polling.md, "Learned patience")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.state.memory.spans import DAY

MISSES = 8
"""Crawls in a row without any answer after which an address is silent: one that answers in one of five never is."""
FORGOTTEN = 400 * DAY
"""Seconds after it was reached last; of an address that never was :data:`NEVER_REACHED` after it was asked last."""
NEVER_REACHED = 30 * DAY
AT_ONCE = 500
"""Values in one question: databases take a limited number."""

GOOD = frozenset({Outcome.REACHED, Outcome.REDIRECTED})
"""Outcomes of an address that is asked in every crawl: who is led to elsewhere is found by it alone."""
_OURS = frozenset({Outcome.CROWDED, Outcome.ABANDONED, Outcome.NO_SOCKS_PROXY, Outcome.PROXY})
"""Outcomes that say nothing of the address: it was not asked, or we failed."""
_SILENT = frozenset({
    Outcome.DNS, Outcome.REFUSED, Outcome.CONNECT_TIMEOUT, Outcome.TLS, Outcome.STALLED, Outcome.RESET,
    Outcome.FORBIDDEN_ADDRESS, Outcome.FORBIDDEN_PORT,
})  # fmt: skip
"""Outcomes without any answer."""

fared_table = Table(
    "fared",
    MetaData(),
    Column("netloc", Text, primary_key=True),
    Column("asked_at", BigInteger),
    Column("reached_at", BigInteger),
    Column("failing_since", BigInteger),
    Column("misses", Integer),
    Column("full_at", BigInteger),
    Column("early_at", BigInteger),
    Column("swallowed_at", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Fared:
    """How one ``host[:port]`` fared. Times are Unix seconds, None for never."""

    netloc: str
    asked_at: int
    reached_at: int | None = None
    """When it was reached last, or led to another server."""
    failing_since: int | None = None
    """Since when it was not; None while it is."""
    misses: int = 0
    """Crawls in a row in which it gave no answer at all, up to :data:`MISSES`, which one that never did has at once."""
    full_at: int | None = None
    """When it was asked with all tries last."""
    early_at: int | None = None
    """When it was asked last before it was due, since a join link was new."""
    swallowed_at: int | None = None
    """When it answered last though it had let an earlier try hang, as behind routing that swallows connections."""

    def is_full(self, now: int) -> bool:
        """Whether it is worth all tries: it answered lately, or had none for a day."""
        return self.misses < MISSES or self.full_at is None or not 0 <= now - self.full_at < DAY

    def loses(self, now: int) -> bool:
        """Whether it lost tries within a day, so that the next one is worth beginning soon."""
        return self.swallowed_at is not None and 0 <= now - self.swallowed_at < DAY


def interval(failing: int, daily_after: float, weekly_after: float) -> int:
    """Seconds between two questions to an address that has been ``failing`` for so many; limits in days, 0 for never.

    0 where it is asked in every crawl.
    """
    if 0 < weekly_after * DAY <= failing:
        return 7 * DAY
    return DAY if 0 < daily_after * DAY <= failing else 0


def learnt(before: Fared | None, poll: Poll, now: int) -> Fared | None:
    """What is known of an address after ``poll`` at ``now``; None where nothing is."""
    if poll.outcome in _OURS:
        return before
    known = before or Fared(poll.address.netloc, now, misses=MISSES)
    full_at = now if before is None or before.is_full(now) else before.full_at
    known = replace(known, asked_at=now, full_at=full_at)
    if poll.outcome in GOOD:
        return replace(known, reached_at=now, failing_since=None, misses=0)
    misses = min(known.misses + 1, MISSES) if poll.outcome in _SILENT else 0
    return replace(known, failing_since=now if known.failing_since is None else known.failing_since, misses=misses)


def record(
    connection: Connection, polls: Iterable[Poll], now: int, early: Iterable[str] = (), losing: Iterable[str] = ()
) -> None:
    """Remember how those fared that were asked at ``now``. Forget old ones.

    ``early`` are those who were not due, ``losing`` those who answered though they had let earlier tries hang.
    """
    row = fared_table.c
    old = or_(row.reached_at.is_(None), row.reached_at < now - FORGOTTEN)
    connection.execute(delete(fared_table).where(row.asked_at < now - NEVER_REACHED, old))
    latest = {poll.address.netloc: poll for poll in polls}
    before = _of(connection, latest)
    after = [one for netloc, poll in latest.items() if (one := learnt(before.get(netloc), poll, now))]
    hasty, lossy = set(early), set(losing)
    after = [replace(one, early_at=now) if one.netloc in hasty else one for one in after]
    rows = [_row(replace(one, swallowed_at=now) if one.netloc in lossy else one) for one in after]
    if not rows:
        return
    statement = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(fared_table)
    new = {column.name: statement.excluded[column.name] for column in row if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=["netloc"], set_=new), rows)


def read(connection: Connection) -> list[Fared]:
    """All that is remembered, sorted by ``host[:port]``."""
    found = (Fared(**one) for one in connection.execute(select(fared_table)).mappings())
    return sorted(found, key=lambda one: one.netloc)


def _of(connection: Connection, netlocs: Iterable[str]) -> dict[str, Fared]:
    wanted = sorted(netlocs)
    found: dict[str, Fared] = {}
    for start in range(0, len(wanted), AT_ONCE):
        some = select(fared_table).where(fared_table.c.netloc.in_(wanted[start : start + AT_ONCE]))
        found |= {one["netloc"]: Fared(**one) for one in connection.execute(some).mappings()}
    return found


def _row(one: Fared) -> dict[str, object]:
    return {column.name: getattr(one, column.name) for column in fared_table.c}
