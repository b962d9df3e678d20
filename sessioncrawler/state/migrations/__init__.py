"""The schema of the state as an ordered list of named steps, each applied once.

Functions rather than files, so that they also run inside a zipped egg. A step that was released is never changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, func, insert, inspect, select

from sessioncrawler.state.migrations.first import (
    create_icons,
    create_listings,
    create_polls,
    create_runs,
    create_sightings,
    icons_by_address,
)
from sessioncrawler.state.migrations.later import (
    add_lost_tries,
    add_opt_outs,
    bound_news,
    create_absences,
    create_fared,
    create_guesses,
    create_keys,
    create_memory,
    create_posters,
)

Migration = Callable[[Connection], None]

_LOCK = 0x5E55_1047
"""Key of PostgreSQL's advisory lock: any number that no other program in the database uses."""

TABLE = "migrations"
"""The table that remembers which steps were applied."""
_applied = Table(
    TABLE,
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("applied_at", BigInteger, nullable=False),
)


class SchemaTooNewError(Exception):
    """The database was written by a newer version; its arguments are the names of the unknown steps."""


MIGRATIONS: list[Migration] = [
    create_sightings,
    create_polls,
    create_listings,
    create_icons,
    create_runs,
    icons_by_address,
    create_keys,
    create_absences,
    create_memory,
    bound_news,
    create_fared,
    create_guesses,
    create_posters,
    add_opt_outs,
    add_lost_tries,
]  # a new step goes to the end


def migrate(connection: Connection) -> list[str]:
    """Apply the steps that are missing and return their names; ``SchemaTooNewError`` where unknown ones were applied.

    ``connection`` is in a transaction. On SQLite it holds the write lock already; on PostgreSQL a lock is taken here:
    a second process waits, then finds nothing left to do.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    known = set(applied(connection))
    if unknown := known - {step.__name__ for step in MIGRATIONS}:
        raise SchemaTooNewError(*sorted(unknown))
    missing = [step for step in MIGRATIONS if step.__name__ not in known]
    for step in missing:
        step(connection)
        connection.execute(insert(_applied).values(name=step.__name__, applied_at=int(time.time())))
    return [step.__name__ for step in missing]


def applied(connection: Connection) -> list[str]:
    """Names of the steps that the database has seen, sorted; creates the table that remembers them."""
    if not inspect(connection).has_table(_applied.name):
        _applied.create(connection)
    return list(connection.scalars(select(_applied.c.name).order_by(_applied.c.name)))
