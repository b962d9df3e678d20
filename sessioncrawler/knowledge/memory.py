"""What the state remembers, as it was read, and who asks not to be listed: what all other knowledge follows from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from sys import maxsize
from typing import Self, Unpack

from sessioncrawler.editorial.config import Directory
from sessioncrawler.knowledge.carried import Ladder
from sessioncrawler.knowledge.on_page import PageBounds
from sessioncrawler.knowledge.opted_out import opted_out
from sessioncrawler.knowledge.patience import LearnedPatience, Rests
from sessioncrawler.knowledge.reading import INCIDENTS_SINCE, MOST_EVENTS, ROUND_HOURS, Reading
from sessioncrawler.knowledge.rounds import grouped
from sessioncrawler.model import Sighting
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.keys.memory import holder
from sessioncrawler.state import (
    Availability,
    Event,
    Fared,
    Incident,
    KeyEntry,
    KnownKey,
    KnownPoll,
    Listed,
    SourceSummary,
    State,
    Total,
    Week,
)


@dataclass(frozen=True)
class Memory:
    """The state of a directory at ``now`` (Unix seconds) under the rules of ``directory``."""

    directory: Directory
    now: int
    sightings: tuple[Sighting, ...] = ()
    polls: tuple[KnownPoll, ...] = ()
    sources: tuple[SourceSummary, ...] = ()
    listed: tuple[Listed, ...] = ()
    events: tuple[Event, ...] = ()
    keys: tuple[KnownKey, ...] = ()
    """What is remembered of keys at addresses."""
    key_log: tuple[KeyEntry, ...] = ()
    """What happened to them, oldest first."""
    guess: bool = True
    """Whether languages are guessed (``GUESS_LANGUAGES``)."""
    round_hours: float = ROUND_HOURS
    ladder: Ladder = field(default_factory=Ladder)
    links_per_source: int = maxsize
    page: PageBounds = field(default_factory=PageBounds)
    fared: tuple[Fared, ...] = ()
    """How addresses fared that were asked."""
    rests: Rests = field(default_factory=Rests)
    availability: Mapping[str, Availability] = field(default_factory=dict)
    """Public key → how often its server was reached."""
    incidents: tuple[Incident, ...] = ()
    """Times at which servers were not reached, of the last :data:`INCIDENTS_SINCE` seconds, oldest first."""
    weeks: Mapping[tuple[str, str], Sequence[Week]] = field(default_factory=dict)
    """Public key and lower-case token → visitors and events of the last two weeks, the last one at the end."""
    totals: tuple[Total, ...] = ()
    """The whole network day by day, oldest first."""

    @classmethod
    def read(cls, state: State, directory: Directory, now: int, **how: Unpack[Reading]) -> Self:
        """Read all of a state; ``how`` is what settings say of it. Raises ``StateError``.

        What is remembered of servers that opt out is no knowledge.
        """
        keys = tuple(state.keys())
        silenced = opted_out(keys, directory)
        return cls(
            directory=directory,
            now=now,
            sightings=tuple(state.sightings()),
            polls=tuple(state.polls()),
            sources=tuple(state.sources()),
            listed=tuple(one for one in state.listings() if one.facts.public_key not in silenced),
            events=tuple(one for one in state.events(MOST_EVENTS) if one.facts.public_key not in silenced),
            keys=keys,
            key_log=tuple(state.key_log(MOST_EVENTS)),
            availability=state.availability(now),
            incidents=tuple(state.incidents(now - INCIDENTS_SINCE)),
            weeks=state.weekly(now, last=2),
            totals=tuple(state.totals()),
            fared=tuple(state.fared()),
            **how,
        )

    def on_page_now(self, sighting: Sighting) -> bool:
        """Whether a source showed a join link when it was read last."""
        return self._last_read.get(sighting.source) == sighting.last_seen

    @cached_property
    def patience(self) -> LearnedPatience:
        """Whom to ask how patiently."""
        quiet = {netloc for netloc in self._keys if self.opted_out_at(netloc) is not None}
        return LearnedPatience(self.fared, self._seen, self._configured, self.rests, self.now, opted_out=quiet)

    @cached_property
    def _seen(self) -> Mapping[str, list[Sighting]]:
        """``host[:port]`` → its join links."""
        return grouped((plain(sighting.link.address).netloc, sighting) for sighting in self.sightings)

    @cached_property
    def _keys(self) -> Mapping[str, list[KnownKey]]:
        """``host[:port]`` → what is remembered of its keys."""
        return grouped((one.netloc, one) for one in self.keys)

    @cached_property
    def _configured(self) -> frozenset[str]:
        """The ``host[:port]`` of ``[[servers]]``."""
        return frozenset(plain(server.address).netloc for server in self.directory.servers)

    @cached_property
    def _last_read(self) -> Mapping[str, int]:
        # Out of the sightings themselves: a source may be read again while the state is.
        times: dict[str, int] = {}
        for one in self.sightings:
            times[one.source] = max(one.last_seen, times.get(one.source, 0))
        return times

    @cached_property
    def opted_out(self) -> Mapping[str, int]:
        """Public key → since when its server asks not to be listed."""
        return opted_out(self.keys, self.directory)

    def opted_out_at(self, netloc: str) -> int | None:
        """Since when the server at a ``host[:port]`` does so; None where it does not."""
        last = holder(self._keys.get(netloc, ()))
        return self.opted_out.get(last.public_key) if last else None
