"""Posters of Communities as they were drawn last, so that none is drawn anew that has not changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import Column, Connection, LargeBinary, MetaData, Table, Text, delete, insert, select

_AT_ONCE = 500
"""Names of one question: databases take a bounded number of values."""

_posters = Table(
    "posters",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("digest", Text),
    Column("content", LargeBinary),
)


def record(connection: Connection, drawn: Mapping[str, tuple[str, bytes]], kept: Collection[str]) -> None:
    """Remember posters by name, each with the digest of what it was drawn from; forget all that are not ``kept``."""
    known = set(connection.scalars(select(_posters.c.name)))
    for names in _parts(sorted((known - set(kept)) | (known & set(drawn)))):
        connection.execute(delete(_posters).where(_posters.c.name.in_(names)))
    rows = [{"name": name, "digest": digest, "content": content} for name, (digest, content) in sorted(drawn.items())]
    if rows:
        connection.execute(insert(_posters), rows)


def digests(connection: Connection) -> dict[str, str]:
    """Name → digest of every poster that is remembered."""
    return {row.name: row.digest for row in connection.execute(select(_posters.c.name, _posters.c.digest))}


def contents(connection: Connection, names: Collection[str]) -> dict[str, bytes]:
    """Name → PNG of those of ``names`` that are remembered."""
    found: dict[str, bytes] = {}
    for part in _parts(sorted(names)):
        rows = connection.execute(select(_posters.c.name, _posters.c.content).where(_posters.c.name.in_(part)))
        found.update({row.name: bytes(row.content) for row in rows})
    return found


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    left = iter(names)
    while part := list(islice(left, _AT_ONCE)):
        yield part
