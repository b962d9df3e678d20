"""The state database: opened by URL, set up by itself, asked in short transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from sqlalchemy import URL, Engine

from sessioncrawler.editorial.guess import Guess
from sessioncrawler.editorial.monitors import Absence, Newcomers
from sessioncrawler.items import RobotsItem
from sessioncrawler.model import Poll, Sighting
from sessioncrawler.protocol.keys.log import KeyEntry
from sessioncrawler.protocol.keys.memory import KnownKey
from sessioncrawler.state import (
    absences,
    growth,
    history,
    keys,
    migrations,
    news,
    polls,
    runs,
    sightings,
)
from sessioncrawler.state.absences import Withheld
from sessioncrawler.state.bounds import Bounds
from sessioncrawler.state.engine import DEFAULT_BUSY_SECONDS, an_engine, is_there, parse_url
from sessioncrawler.state.errors import NoStateError, sentences
from sessioncrawler.state.history import Changes, Listed
from sessioncrawler.state.memory import checks, fared, guesses, incidents, samples, weekly
from sessioncrawler.state.memory.checks import Availability, Check, ServerHistory
from sessioncrawler.state.memory.fared import Fared
from sessioncrawler.state.memory.incidents import Incident
from sessioncrawler.state.memory.samples import Sample, Told
from sessioncrawler.state.memory.weekly import Week
from sessioncrawler.state.news import Event, Facts
from sessioncrawler.state.pictures.kept import KeptPictures
from sessioncrawler.state.polls import KnownPoll
from sessioncrawler.state.runs import Run, Total
from sessioncrawler.state.sightings import SourceSummary


class State(KeptPictures):
    """An open state database. Several processes may hold it open and write to it at the same time.

    Every method runs one short transaction and raises ``StateError`` where the database cannot be used.
    """

    def __init__(self, url: URL, engine: Engine) -> None:
        self.url = url
        self._engine = engine
        self._resources = ExitStack()

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = DEFAULT_BUSY_SECONDS, create: bool = True) -> Self:
        """Open the database at an SQLAlchemy URL; an SQLite file, its folder and the schema are created as needed.

        ``busy_seconds`` is how long a transaction waits for those of other processes. Raises ``StateError``, and
        ``NoStateError`` where there is no SQLite file and ``create`` is off: who only reads must not leave an empty one
        that the crawler may not write.
        """
        parsed = parse_url(url)
        if not create and not is_there(parsed):
            raise NoStateError(
                f"There is no state at {parsed.database} yet: run 'scrapy refresh' first, or mend STATE_URL."
            )
        with sentences(parsed), ExitStack() as stack:
            engine = stack.enter_context(an_engine(parsed, busy_seconds))
            state = cls(parsed, engine)
            with state._writing.begin() as connection:
                migrations.migrate(connection)
            state._resources = stack.pop_all()
        return state

    def close(self) -> None:
        """Close all connections, if nobody else in this process has the same state open."""
        self._resources.close()

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

    def record_polls(
        self, found: Iterable[Poll], now: int, early: Iterable[str] = (), losing: Iterable[str] = ()
    ) -> None:
        """Remember how addresses were polled at ``now``, and what that proves of keys.

        Each poll replaces the one that was known of its address. ``early`` are each ``host[:port]`` that was not due,
        ``losing`` each that answered though it had let earlier tries hang.
        """
        told = list(found)
        with sentences(self.url), self._writing.begin() as connection:
            polls.record(connection, told, now)
            keys.record(connection, told, now)
            fared.record(connection, told, now, early, losing)

    def record_robots(self, told: Iterable[RobotsItem], now: int) -> None:
        """Remember what ``robots.txt`` of servers said at ``now`` whose keys are known where it was asked."""
        with sentences(self.url), self._writing.begin() as connection:
            keys.record_robots(connection, told, now)

    def polls(self) -> list[KnownPoll]:
        """How each address was polled last, sorted by ``host[:port]``."""
        with sentences(self.url), self._engine.begin() as connection:
            return polls.read(connection)

    def polled_at(self) -> dict[str, int]:
        """``host[:port]`` → when it was polled last, in Unix seconds."""
        with sentences(self.url), self._engine.begin() as connection:
            return polls.times(connection)

    def fared(self) -> list[Fared]:
        """How each address fared that was asked, sorted by ``host[:port]``."""
        with sentences(self.url), self._engine.begin() as connection:
            return fared.read(connection)

    def keys(self) -> list[KnownKey]:
        """Which key was proven, shown and published at which address, sorted by key and address."""
        with sentences(self.url), self._engine.begin() as connection:
            return keys.read(connection)

    def key_log(self, most: int | None = None) -> list[KeyEntry]:
        """What happened to keys, oldest first: the last ``most`` entries, or all."""
        with sentences(self.url), self._engine.begin() as connection:
            return keys.log(connection, most)

    def record_listing(
        self,
        listed: Iterable[Facts],
        withdrawn: Iterable[tuple[str, str]],
        now: int,
        bounds: Bounds | None = None,
        *,
        silenced: Collection[str] = (),
    ) -> Changes:
        """Remember what is published at ``now`` and return what is new, returned or gone since.

        ``withdrawn`` are Communities (key, token) that the directory no longer wants to name: they are forgotten
        together with their events. ``bounds`` say how much is remembered of one server. Those of the keys ``silenced``
        are neither listed nor gone: what is remembered of them stays as it is.
        """
        present = list(listed)
        # What a server shows at a second address is dropped there, and listed all the same.
        unnamed = {(key, token.lower()) for key, token in withdrawn} - {one.key for one in present}
        with sentences(self.url), self._writing.begin() as connection:
            keys.published(connection, present, now)
            samples.forget(connection, unnamed)
            return history.record(connection, present, unnamed, now, bounds, silenced=silenced)

    def events(self, most: int = 200) -> list[Event]:
        """The latest events, newest first."""
        with sentences(self.url), self._engine.begin() as connection:
            return news.read(connection, most)

    def listings(self) -> list[Listed]:
        """Every Community that was ever published and not withdrawn, sorted by key and token."""
        with sentences(self.url), self._engine.begin() as connection:
            return history.listings(connection)

    def record_memory(
        self,
        found: Iterable[Check],
        told: Iterable[Told],
        total: Total,
        now: int,
        *,
        replaced: Collection[str] = (),
    ) -> None:
        """Remember how servers were reached, what Communities told, and what all of it comes to on this day.

        Where those with the keys ``replaced`` were, another key is shown: if they were down, they are no longer.
        With the first publication of a day what is old is made less: days become weeks, weeks months.
        """
        with sentences(self.url), self._writing.begin() as connection:
            checks.record(connection, found)
            incidents.replace(connection, replaced, now)
            samples.record(connection, told, now)
            if runs.record_day(connection, total):
                checks.keep_up(connection, now)
                samples.keep_up(connection, now)

    def last_reached(self) -> dict[str, int]:
        """Public key → when its server was reached last, in Unix seconds."""
        with sentences(self.url), self._engine.begin() as connection:
            return checks.last_reached(connection)

    def availability(self, now: int) -> dict[str, Availability]:
        """Public key → how often its server was reached until ``now``."""
        with sentences(self.url), self._engine.begin() as connection:
            return checks.availability(connection, now)

    def server_histories(self, keys: Iterable[str]) -> dict[str, ServerHistory]:
        """Public key → all that is remembered of how its server was reached."""
        with sentences(self.url), self._engine.begin() as connection:
            return checks.histories(connection, keys)

    def incidents(self, since: int) -> list[Incident]:
        """Times at which servers were not reached that ended after ``since`` (Unix seconds), or last; oldest first."""
        with sentences(self.url), self._engine.begin() as connection:
            return incidents.recent(connection, since)

    def weekly(
        self, now: int, keys: Iterable[tuple[str, str]] | None = None, last: int = weekly.WEEKS
    ) -> dict[tuple[str, str], tuple[Week, ...]]:
        """Public key and lower-case token → the ``last`` weeks of all Communities, or of ``keys``, oldest first."""
        with sentences(self.url), self._engine.begin() as connection:
            return weekly.weekly(connection, now, keys, last)

    def histories(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[Sample, ...]]:
        """Public key and lower-case token → all samples of that Community, oldest first."""
        with sentences(self.url), self._engine.begin() as connection:
            return samples.histories(connection, keys)

    def totals(self) -> list[Total]:
        """The whole network, day by day, oldest first."""
        with sentences(self.url), self._engine.begin() as connection:
            return runs.days(connection)

    def record_guesses(self, new: Mapping[str, Guess | None], used: Iterable[str], now: int) -> None:
        """Remember guesses of languages by the hash of the text, and which of those that are known were ``used``."""
        with sentences(self.url), self._writing.begin() as connection:
            guesses.record(connection, new, used, now)

    def guesses(self) -> dict[str, Guess | None]:
        """Hash of a text → the language that was guessed; None where no guess was sure enough."""
        with sentences(self.url), self._engine.begin() as connection:
            return guesses.read(connection)

    def record_run(self, run: Run) -> None:
        """Remember a run that was published; the last :data:`~sessioncrawler.state.runs.KEPT` are kept."""
        with sentences(self.url), self._writing.begin() as connection:
            runs.record(connection, run)

    def runs(self, most: int = runs.KEPT) -> list[Run]:
        """The last runs that were published, the latest first, whatever their clocks said."""
        with sentences(self.url), self._engine.begin() as connection:
            return runs.read(connection, most)

    def last_run(self) -> Run | None:
        """The last run that was published; None where none was."""
        return next(iter(self.runs(1)), None)

    def size(self) -> int:
        """Bytes that the database takes."""
        with sentences(self.url), self._engine.begin() as connection:
            return growth.size(connection)

    def newcomers(self, since: int) -> list[Newcomers]:
        """How many Communities of each server were listed first after ``since`` (Unix seconds), where there are any."""
        with sentences(self.url), self._engine.begin() as connection:
            return growth.newcomers(connection, since)

    def record_judgement(self, missing: Iterable[Absence], withheld: Withheld | None) -> None:
        """Remember what is missing after a run, and that it was ``withheld``, in place of the last one's."""
        with sentences(self.url), self._writing.begin() as connection:
            absences.record(connection, missing, withheld)

    def absences(self) -> list[Absence]:
        """What was missing in the last run that was judged, or within the week before, sorted by place."""
        with sentences(self.url), self._engine.begin() as connection:
            return absences.read(connection)

    def withheld(self) -> Withheld | None:
        """Why the last run that was judged was withheld; None where it was not."""
        with sentences(self.url), self._engine.begin() as connection:
            return absences.withheld(connection)
