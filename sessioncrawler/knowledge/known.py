"""All that the directory knows, from its state and ``directory.toml``, arranged by address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from sessioncrawler.editorial.config.reading import Directory
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Address, KeyClaim, Outcome, Poll, Sighting
from sessioncrawler.protocol.candidates import Candidate, group, plain
from sessioncrawler.protocol.servers import settle
from sessioncrawler.state import Event, KnownPoll, Listing, SourceSummary, State

T = TypeVar("T")

MOST_EVENTS = 10_000
"""Events that are read from the state, the latest."""
HOUR = 3600
ROUND_HOURS = 3.0
"""Hours that lie at most between the first and the last poll of one round."""


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """What is known of one ``host[:port]``."""

    address: Address
    """As it is named or was asked."""
    claims: tuple[KeyClaim, ...] = ()
    """What join links and directory.toml say of its key."""
    tokens: frozenset[str] = frozenset()
    """Rooms that join links name, in lower case."""
    sightings: tuple[Sighting, ...] = ()
    configured: bool = False
    """Named under ``[[servers]]``."""
    redirected_from: tuple[Address, ...] = ()
    last: KnownPoll | None = None
    current: bool = False
    """Whether ``last`` is of the last round; then it is settled."""

    @property
    def poll(self) -> Poll | None:
        """How it answered last; None where it was never asked."""
        return self.last.poll if self.last else None

    @property
    def reached(self) -> bool:
        """Whether it was reached in the last round."""
        return self.current and self.poll is not None and self.poll.outcome is Outcome.REACHED

    @property
    def keys(self) -> frozenset[str]:
        """Every key that anybody names for it."""
        poll = self.poll
        claims = (*self.claims, *(poll.claims if poll else ()))
        own = {poll.server.public_key} if poll and poll.server else set()
        return frozenset({claim.public_key for claim in claims} | own)

    @property
    def disputed(self) -> tuple[KeyClaim, ...]:
        """Who names which key, where more than one is named."""
        claims = (self.poll.claims if self.poll else ()) or self.claims
        return claims if len(claims) > 1 else ()


@dataclass(frozen=True)
class Knowledge:
    """The state of a directory at ``now`` (Unix seconds) under the rules of ``directory``.

    The state holds what each address answered by itself; which of them are one server is settled here. Polls come from
    many machines, at different times: those of the last ``round_hours`` before the latest are one round.
    """

    directory: Directory
    now: int
    sightings: tuple[Sighting, ...] = ()
    polls: tuple[KnownPoll, ...] = ()
    sources: tuple[SourceSummary, ...] = ()
    listings: tuple[Listing, ...] = ()
    events: tuple[Event, ...] = ()
    guess: bool = True
    """Whether languages are guessed (``GUESS_LANGUAGES``)."""
    round_hours: float = ROUND_HOURS

    @classmethod
    def read(
        cls, state: State, directory: Directory, now: int, *, guess: bool = True, round_hours: float = ROUND_HOURS
    ) -> Knowledge:
        """Read all of a state; raises ``StateError``."""
        return cls(
            directory=directory,
            now=now,
            sightings=tuple(state.sightings()),
            polls=tuple(state.polls()),
            sources=tuple(state.sources()),
            listings=tuple(state.listings()),
            events=tuple(state.events(MOST_EVENTS)),
            guess=guess,
            round_hours=round_hours,
        )

    @cached_property
    def settled(self) -> tuple[Poll, ...]:
        """The polls of the last round, best address first, as one crawl of all servers would have emitted them."""
        return settle(self.led_to)

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What may be asked."""
        return tuple(self._candidates.values())

    def communities(self) -> Iterator[CommunityItem]:
        """Rooms of all servers that were reached, as they tell them, best address first."""
        for poll in self.settled:
            if poll.server is not None and poll.outcome is Outcome.REACHED:
                for room in poll.rooms:
                    yield CommunityItem(poll.server, room)

    @cached_property
    def round(self) -> Mapping[str, KnownPoll]:
        """``host[:port]`` → its poll of the last round, as it was recorded."""
        times = [known.polled_at for known in self.polls]
        # What a clock that was wrong then has put into the future must not outlive what is asked today.
        latest = max((at for at in times if at <= self.now), default=max(times, default=0))
        oldest = latest - self.round_hours * HOUR
        return {known.poll.address.netloc: known for known in self.polls if oldest <= known.polled_at <= latest}

    @cached_property
    def led_to(self) -> tuple[Poll, ...]:
        """The polls of the last round of addresses that are still named, or that one of these redirects to."""
        found: set[str] = set()
        waiting = [netloc for netloc in self._candidates if netloc in self.round]
        while waiting:
            netloc = waiting.pop()
            if netloc not in found and netloc in self.round:
                found.add(netloc)
                waiting += [plain(alias).netloc for alias in self.round[netloc].poll.aliases]
        return tuple(self.round[netloc].poll for netloc in sorted(found))

    @cached_property
    def _candidates(self) -> Mapping[str, Candidate]:
        """``host[:port]`` → what join links and directory.toml say of it."""
        known = {server.address: server.public_key for server in self.directory.servers}
        links = ((sighting.link, sighting.source) for sighting in self.sightings)
        return {candidate.address.netloc: candidate for candidate in group(links, known)}

    @cached_property
    def _last_polls(self) -> Mapping[str, KnownPoll]:
        """``host[:port]`` → its last poll; settled where it is of the last round."""
        settled = {poll.address.netloc: poll for poll in self.settled}
        polls = ((one.poll.address.netloc, one) for one in self.polls)
        return {netloc: replace(one, poll=settled.get(netloc, one.poll)) for netloc, one in polls}

    @cached_property
    def servers(self) -> Mapping[str, tuple[Poll, ...]]:
        """Public key → the polls that reached this server, its best address first."""
        found: dict[str, list[Poll]] = defaultdict(list)
        for poll in self.settled:
            if poll.outcome is Outcome.REACHED and poll.server is not None:
                found[poll.server.public_key].append(poll)
        return {key: tuple(polls) for key, polls in found.items()}

    @cached_property
    def addresses(self) -> Mapping[str, AddressFacts]:
        """``host[:port]`` → what is known of it, sorted."""
        candidates, polls = self._candidates, self._last_polls
        seen = _by_netloc((sighting.link.address.netloc, sighting) for sighting in self.sightings)
        origins = _by_netloc((to.netloc, one.poll.address) for one in self.polls for to in one.poll.aliases)
        configured = {plain(server.address).netloc for server in self.directory.servers}
        return {
            netloc: AddressFacts(
                address=_address(candidates.get(netloc), polls.get(netloc)),
                claims=candidates[netloc].claims if netloc in candidates else (),
                tokens=frozenset(one.link.token.lower() for one in seen.get(netloc, ())),
                sightings=tuple(seen.get(netloc, ())),
                configured=netloc in configured,
                redirected_from=tuple(sorted(origins.get(netloc, ()))),
                last=polls.get(netloc),
                current=netloc in self.round,
            )
            for netloc in sorted(candidates.keys() | polls.keys())
        }

    def on_page_now(self, sighting: Sighting) -> bool:
        """Whether a source showed a join link when it was read last."""
        return self._last_read.get(sighting.source) == sighting.last_seen

    @cached_property
    def _last_read(self) -> Mapping[str, int]:
        return {one.source: one.last_seen for one in self.sources}


def _address(candidate: Candidate | None, last: KnownPoll | None) -> Address:
    if candidate is not None:
        return candidate.address
    assert last is not None  # noqa: S101 - a netloc comes from one of the two
    return last.poll.address


def _by_netloc(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for netloc, value in pairs:
        found[netloc].append(value)
    return found
