"""Languages that were guessed, by the hash of the text: the model is not loaded for what it was asked before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, Column, Connection, Float, MetaData, Table, Text, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sessioncrawler.editorial.guess import Guess
from sessioncrawler.state.memory.spans import DAY

FORGOTTEN = 30 * DAY
"""Seconds after which a guess is forgotten that nobody needed."""
MOST = 200_000
"""Guesses that are remembered, those that were needed last: some 100 bytes each."""

_guesses = Table(
    "guesses",
    MetaData(),
    Column("text_hash", Text, primary_key=True),
    Column("code", Text),
    Column("confidence", Float),
    Column("used_at", BigInteger),
)


def read(connection: Connection) -> dict[str, Guess | None]:
    """Hash of a text → what was guessed of it; None where no guess was sure enough."""
    rows = connection.execute(select(_guesses.c.text_hash, _guesses.c.code, _guesses.c.confidence))
    return {text_hash: Guess(code, confidence) if code else None for text_hash, code, confidence in rows}


def record(connection: Connection, new: Mapping[str, Guess | None], used: Iterable[str], now: int) -> None:
    """Remember ``new`` guesses, and that those of the hashes ``used`` were needed at ``now``."""
    row = _guesses.c
    if rows := [_row(text_hash, guess, now) for text_hash, guess in sorted(new.items())]:
        insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(_guesses)
        connection.execute(insert.on_conflict_do_nothing(index_elements=["text_hash"]), rows)
    # Once a day is enough: most are needed in every crawl.
    stale = set(connection.scalars(select(row.text_hash).where(row.used_at < now - DAY)))
    if needed := [{"hash_": text_hash} for text_hash in sorted(stale.intersection(used))]:
        connection.execute(update(_guesses).where(row.text_hash == bindparam("hash_")).values(used_at=now), needed)
    connection.execute(delete(_guesses).where(row.used_at < now - FORGOTTEN))
    latest = select(row.text_hash).order_by(row.used_at.desc(), row.text_hash)
    if too_many := [{"hash_": text_hash} for text_hash in connection.scalars(latest.offset(MOST).limit(MOST))]:
        connection.execute(delete(_guesses).where(row.text_hash == bindparam("hash_")), too_many)


def _row(text_hash: str, guess: Guess | None, now: int) -> dict[str, object]:
    code, confidence = (guess.code, guess.confidence) if guess else (None, None)
    return {"text_hash": text_hash, "code": code, "confidence": confidence, "used_at": now}
