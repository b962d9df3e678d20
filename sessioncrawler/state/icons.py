"""Icons of Communities, so that a server that is down takes none away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, Table, Text, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

_icons = Table(
    "icons",
    MetaData(),
    Column("room", Text, primary_key=True),
    Column("path", Text),
    Column("fetched_at", BigInteger),
    Column("content", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class Icon:
    """The icon of a room as it was fetched at ``fetched_at`` (Unix seconds)."""

    path: str
    """Where it is published: ``icons/…-IMAGE.webp``; what stands before the last ``-`` is the room's alone."""
    fetched_at: int
    usable: bool
    """False where no icon could be made of the room's picture: then it is not asked for again so soon."""

    @property
    def room(self) -> str:
        """What the paths of all icons of one room begin with."""
        return room_of(self.path)


def room_of(path: str) -> str:
    """What the paths of all icons of one room begin with."""
    return path.rpartition("-")[0]


def record(connection: Connection, found: Iterable[tuple[str, bytes]], now: int, oldest: int) -> None:
    """Remember icons (path, content), each in place of all others of its room; forget those from before ``oldest``."""
    connection.execute(delete(_icons).where(_icons.c.fetched_at < oldest))
    rows = {
        room_of(path): {"room": room_of(path), "path": path, "fetched_at": now, "content": content}
        for path, content in found
    }
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_icons)
    updated = {name: statement.excluded[name] for name in ("path", "fetched_at", "content")}
    connection.execute(statement.on_conflict_do_update(index_elements=["room"], set_=updated), list(rows.values()))


def read(connection: Connection) -> list[Icon]:
    """All icons without their content, sorted by path."""
    statement = select(_icons.c.path, _icons.c.fetched_at, (func.length(_icons.c.content) > 0).label("usable"))
    return sorted(
        (Icon(row.path, row.fetched_at, bool(row.usable)) for row in connection.execute(statement)),
        key=lambda icon: icon.path,
    )


def contents(connection: Connection) -> dict[str, bytes]:
    """Path → WEBP of all usable icons; a few kilobytes each."""
    statement = select(_icons.c.path, _icons.c.content)
    return {row.path: bytes(row.content) for row in connection.execute(statement) if row.content}
