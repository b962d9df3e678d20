"""Times at which servers were not reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from sessioncrawler.state.memory.tables import incidents, servers

MOST_INCIDENTS = 100
"""Incidents that are remembered of one server, the latest."""
_OPEN = and_(incidents.c.server == bindparam("number_"), incidents.c.ended.is_(None))


@dataclass(frozen=True, slots=True)
class Incident:
    """A server was not reached from the check at ``began`` on (Unix seconds)."""

    public_key: str
    began: int
    ended: int | None
    """When it was reached again, or replaced; None while it is not."""
    how: str
    """The outcome of the first check that failed."""
    replaced: bool = False
    """Whether it ended since another key was shown where the server was: there is none any more that could be back."""

    def seconds(self, now: int) -> int:
        """How long it lasted, up to ``now``."""
        return max(0, (now if self.ended is None else self.ended) - self.began)


def note(connection: Connection, reached: Mapping[int, int], failed: Mapping[int, tuple[int, str]]) -> None:
    """Note what begins and what ends. Servers are given by their numbers, with the times and outcomes of checks."""
    under_way = set(connection.scalars(select(incidents.c.server).where(incidents.c.ended.is_(None))))
    if ended := [{"number_": number, "at": at} for number, at in reached.items() if number in under_way]:
        connection.execute(update(incidents).where(_OPEN).values(ended=bindparam("at")), ended)
    began = [
        {"server": number, "began": at, "ended": None, "how": how}
        for number, (at, how) in failed.items()
        if number not in under_way
    ]
    if began:
        connection.execute(insert(incidents), began)
        _forget(connection)


def replace(connection: Connection, keys: Collection[str], at: int) -> None:
    """End what is under way of servers with these ``keys``: at ``at`` another key was shown where they were."""
    under_way = select(servers.c.number, servers.c.public_key).join_from(
        servers, incidents, incidents.c.server == servers.c.number
    )
    rows = connection.execute(under_way.where(incidents.c.ended.is_(None)))
    if ended := [{"number_": row.number, "at": at} for row in rows if row.public_key in keys]:
        connection.execute(update(incidents).where(_OPEN).values(ended=bindparam("at"), replaced=True), ended)


def _forget(connection: Connection) -> None:
    """Keep the latest :data:`MOST_INCIDENTS` of each server."""
    many = select(incidents.c.server).group_by(incidents.c.server).having(func.count() > MOST_INCIDENTS)
    for number in list(connection.scalars(many)):
        own = incidents.c.server == number
        latest = select(incidents.c.began).where(own).order_by(incidents.c.began.desc()).offset(MOST_INCIDENTS).limit(1)
        connection.execute(delete(incidents).where(own, incidents.c.began <= latest.scalar_subquery()))


def of_servers(connection: Connection, keys: Mapping[int, str]) -> dict[str, list[Incident]]:
    """Public key → incidents, oldest first, of servers that are given by number and public key."""
    found: dict[str, list[Incident]] = defaultdict(list)
    mine = select(incidents).where(incidents.c.server.in_(keys)).order_by(incidents.c.began)
    for row in connection.execute(mine):
        key = keys[row.server]
        found[key].append(Incident(key, row.began, row.ended, row.how, bool(row.replaced)))
    return found


def recent(connection: Connection, since: int) -> list[Incident]:
    """Incidents that were under way at ``since`` (Unix seconds) or later, oldest first."""
    lasting = or_(incidents.c.ended.is_(None), incidents.c.ended >= since)
    joined = (
        select(servers.c.public_key, incidents)
        .join_from(incidents, servers, incidents.c.server == servers.c.number)
        .where(lasting)
        .order_by(incidents.c.began, servers.c.public_key)
    )
    return [
        Incident(row.public_key, row.began, row.ended, row.how, bool(row.replaced))
        for row in connection.execute(joined)
    ]
