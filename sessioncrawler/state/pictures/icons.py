"""Icons of rooms, by the address that gave them, so that a server that is down takes none away.

Anybody can claim a key, so an icon belongs to the address from which it was fetched and not to a key alone: that of a
copier is not shown on the server whose key it wears.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

MOST_OF_ADDRESS = 1_000
"""Icons that are remembered of one address, the latest: a server can have other rooms in each crawl."""

_icons = Table(
    "room_icons",
    MetaData(),
    Column("netloc", Text, primary_key=True),
    Column("token", Text, primary_key=True),
    Column("public_key", Text),
    Column("image_id", BigInteger),
    Column("fetched_at", BigInteger),
    Column("content", LargeBinary),
)


@dataclass(frozen=True, slots=True)
class Icon:
    """The icon of a room as it was fetched at ``fetched_at`` (Unix seconds)."""

    netloc: str
    """``host[:port]`` of the server that gave it."""
    token: str
    """In lower case."""
    public_key: str
    """The key that the server had then."""
    image_id: int
    fetched_at: int
    usable: bool
    """False where no icon could be made of the room's picture: then it is not asked for again so soon."""

    @property
    def room(self) -> tuple[str, str]:
        """What it is known by: each room has one icon."""
        return self.netloc, self.token


def record(connection: Connection, found: Iterable[tuple[Icon, bytes]], oldest: int) -> None:
    """Remember icons with their WEBP, each in place of the older one of its room; forget those before ``oldest``."""
    connection.execute(delete(_icons).where(_icons.c.fetched_at < oldest))
    rows = {icon.room: _row(icon, content) for icon, content in found}
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(_icons)
    updated = {name: statement.excluded[name] for name in ("public_key", "image_id", "fetched_at", "content")}
    upsert = statement.on_conflict_do_update(index_elements=["netloc", "token"], set_=updated)
    connection.execute(upsert, list(rows.values()))
    _make_fewer(connection)


def _make_fewer(connection: Connection) -> None:
    many = select(_icons.c.netloc).group_by(_icons.c.netloc).having(func.count() > MOST_OF_ADDRESS)
    for netloc in list(connection.scalars(many)):
        own = _icons.c.netloc == netloc
        latest = select(_icons.c.token).where(own).order_by(_icons.c.fetched_at.desc(), _icons.c.token.desc())
        kept = latest.limit(MOST_OF_ADDRESS)
        connection.execute(delete(_icons).where(own, _icons.c.token.not_in(kept)))


def read(connection: Connection) -> list[Icon]:
    """All icons without their content, sorted by address and token."""
    told = [column for column in _icons.c if column is not _icons.c.content]
    statement = select(*told, (func.length(_icons.c.content) > 0).label("usable"))
    found = (Icon(**{**row, "usable": bool(row["usable"])}) for row in connection.execute(statement).mappings())
    return sorted(found, key=lambda icon: icon.room)


def contents(connection: Connection) -> dict[tuple[str, str], bytes]:
    """Room → WEBP of all usable icons; a few kilobytes each."""
    statement = select(_icons.c.netloc, _icons.c.token, _icons.c.content)
    return {(row.netloc, row.token): bytes(row.content) for row in connection.execute(statement) if row.content}


def _row(icon: Icon, content: bytes) -> dict[str, object]:
    return {
        "netloc": icon.netloc,
        "token": icon.token,
        "public_key": icon.public_key,
        "image_id": icon.image_id,
        "fetched_at": icon.fetched_at,
        "content": content,
    }
