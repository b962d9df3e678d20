"""The state database: opened by URL, set up by itself, asked in short transactions."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Engine

from sessioncrawler.model import Sighting
from sessioncrawler.state import migrations, sightings
from sessioncrawler.state._engine import DEFAULT_BUSY_SECONDS, make_engine, parse_url
from sessioncrawler.state._errors import sentences
from sessioncrawler.state.sightings import SourceSummary


class State:
    """An open state database. Several processes may hold it open and write to it at the same time.

    Every method runs one short transaction and raises ``StateError`` where the database cannot be used.
    """

    def __init__(self, url: URL, engine: Engine) -> None:
        self.url = url
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = DEFAULT_BUSY_SECONDS) -> Self:
        """Open the database at an SQLAlchemy URL; an SQLite file, its folder and the schema are created as needed.

        ``busy_seconds`` is how long a transaction waits for those of other processes. Raises ``StateError``.
        """
        parsed = parse_url(url)
        with sentences(parsed):
            state = cls(parsed, make_engine(parsed, busy_seconds))
            try:
                with state._writing.begin() as connection:
                    migrations.migrate(connection)
            except BaseException:
                state.close()
                raise
        return state

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record_sightings(self, found: Iterable[Sighting], now: int) -> int:
        """Remember that these join links were seen at ``now`` (Unix seconds); return how many pairs are new.

        One row a link and source: ``first_seen`` stays, ``last_seen`` is the later of ``now`` and what is known,
        tags are replaced. The times inside ``found`` are not read.
        """
        with sentences(self.url), self._writing.begin() as connection:
            return sightings.record(connection, found, now)

    def sightings(self) -> list[Sighting]:
        """Everything that was ever seen, sorted by link, then source."""
        with sentences(self.url), self._engine.begin() as connection:
            return sightings.read(connection)

    def sources(self) -> list[SourceSummary]:
        """Sum up what is known from each source, sorted by name."""
        with sentences(self.url), self._engine.begin() as connection:
            return sightings.summarize(connection)

    @property
    def _writing(self) -> Engine:
        """The engine for transactions that write."""
        return self._engine.execution_options(writes=True)
