"""How large the state is, and who brought how much that is new."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select, text

from sessioncrawler.editorial.monitors import Newcomers
from sessioncrawler.state import codec
from sessioncrawler.state.history import listed_table
from sessioncrawler.state.news import Facts


def size(connection: Connection) -> int:
    """Bytes that the database takes, without what is free in it."""
    if connection.dialect.name == "postgresql":
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages, free, each = (
        int(connection.scalar(text(f"PRAGMA {name}")) or 0) for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * each


def newcomers(connection: Connection, since: int) -> list[Newcomers]:
    """Servers with Communities that were listed first after ``since`` (Unix seconds)."""
    row = listed_table.c
    new, there = (func.sum(case((which, 1), else_=0)) for which in (row.first_listed > since, row.gone_at.is_(None)))
    counted = select(row.public_key, new.label("new"), there.label("listed"), func.max(row.token).label("token"))
    found: list[Newcomers] = []
    for one in connection.execute(counted.group_by(row.public_key).having(new > 0)).all():
        some = select(row.facts).where(row.public_key == one.public_key, row.token == one.token)
        facts = codec.decode(str(connection.scalar(some)), Facts)
        found.append(Newcomers(one.public_key, facts.base_url, int(one.new), int(one.listed)))
    return found
