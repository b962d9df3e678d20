"""All that the directory knows, from its state and ``directory.toml``: who is asked, who answered, what is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypedDict, TypeVar, Unpack

from sessioncrawler.editorial.config import Directory
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.knowledge.carried import HOUR, Ladder, completed, told_last, told_together
from sessioncrawler.knowledge.former import Former, FormerIdentifiers
from sessioncrawler.knowledge.keys import KeyStory, remembered, story_of
from sessioncrawler.knowledge.rounds import by_netloc, followed, last_round
from sessioncrawler.knowledge.trusted import OfficialNames, Vouchers
from sessioncrawler.model import Outcome, Poll, Presence, Reach, Sighting
from sessioncrawler.protocol.candidates import Candidate, group, plain
from sessioncrawler.protocol.keys.claims import Claimed
from sessioncrawler.protocol.keys.memory import DAY
from sessioncrawler.protocol.servers import settle
from sessioncrawler.state import (
    Availability,
    Event,
    Incident,
    KeyEntry,
    KnownKey,
    KnownPoll,
    Listed,
    SourceSummary,
    State,
    Total,
    Weeks,
)

T = TypeVar("T")

MOST_EVENTS = 10_000
"""Events that are read from the state, the latest."""
CLAIMS_LAST = 30 * DAY
"""Seconds for which the join links of a source count that cannot be read any more."""


INCIDENTS_SINCE = 90 * DAY
"""Seconds."""


ROUND_HOURS = 3.0
"""Hours that lie at most between the first and the last poll of one round."""


class Reading(TypedDict, total=False):
    """Fields of :class:`Knowledge` that settings decide."""

    guess: bool
    round_hours: float
    ladder: Ladder


@dataclass(frozen=True)
class Knowledge:
    """The state of a directory at ``now`` (Unix seconds) under the rules of ``directory``.

    The state holds what each address answered by itself; which of them are one server is settled here. Polls come from
    many machines, at different times: those of the last ``round_hours`` before the latest are one round. What nobody
    names any more (no join link, no ``[[servers]]``, no redirect from an address that is named) does not count.
    """

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
    availability: Mapping[str, Availability] = field(default_factory=dict)
    """Public key → how often its server was reached."""
    incidents: tuple[Incident, ...] = ()
    """Times at which servers were not reached, of the last :data:`INCIDENTS_SINCE` seconds, oldest first."""
    weeks: Mapping[tuple[str, str], Weeks] = field(default_factory=dict)
    """Public key and lower-case token → visitors and events of the last two weeks."""
    totals: tuple[Total, ...] = ()
    """The whole network day by day, oldest first."""

    @classmethod
    def read(cls, state: State, directory: Directory, now: int, **how: Unpack[Reading]) -> Knowledge:
        """Read all of a state; ``how`` is what settings say of it. Raises ``StateError``."""
        return cls(
            directory=directory,
            now=now,
            sightings=tuple(state.sightings()),
            polls=tuple(state.polls()),
            sources=tuple(state.sources()),
            listed=tuple(state.listings()),
            events=tuple(state.events(MOST_EVENTS)),
            keys=tuple(state.keys()),
            key_log=tuple(state.key_log(MOST_EVENTS)),
            availability=state.availability(now),
            incidents=tuple(state.incidents(now - INCIDENTS_SINCE)),
            weeks=state.weeks(now),
            totals=tuple(state.totals()),
            **how,
        )

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """Whom to ask: every address of a join link or of ``[[servers]]``, with what is said of it, sorted."""
        known = {server.address: server.public_key for server in self.directory.servers}
        links = ((one.link, one.source if self._claims(one) else None) for one in self.sightings)
        named = group(links, known)
        return tuple(replace(one, **remembered(self._keys.get(one.address.netloc, ()))) for one in named)

    @cached_property
    def led_to(self) -> tuple[Poll, ...]:
        """The polls of the last round of addresses that are still named, or that one of these redirects to.

        Rooms that a partial answer does not tell are there as they were told before.
        """
        oldest = self.now - int(self.ladder.at_all * HOUR)
        return tuple(completed(self._round[netloc], oldest) for netloc in sorted(self._current))

    @cached_property
    def settled(self) -> tuple[Poll, ...]:
        """:attr:`led_to`, best address first, as one crawl of all servers emits them."""
        return self._settle(self.led_to)

    def _settle(self, polls: Iterable[Poll]) -> tuple[Poll, ...]:
        configured = {(one.public_key, one.address) for one in self.directory.servers if one.public_key}
        claimed = [Claimed(one.link.public_key, one.link.address, one.first_seen) for one in self.sightings]
        return settle(polls, self.keys, configured, claimed=claimed, now=self.now)

    @cached_property
    def carried(self) -> Mapping[str, KnownPoll]:
        """Public key → what a server told last that does not answer now, and keeps its Communities for a while."""
        named = (one for one in self.polls if one.poll.address.netloc in self._followed)
        every = told_last(named, self._current, self.keys)
        lately = told_together(every, self.keys, int(self.round_hours * HOUR))
        told = {id(one.poll): one for one in lately}
        found: dict[str, KnownPoll] = {}
        for poll in self._settle(one.poll for one in told.values()):
            one = told.get(id(poll))
            if one is None or poll.server is None or poll.server.public_key in self.servers:
                continue
            if self.ladder.reach(self.now - one.polled_at):
                found.setdefault(poll.server.public_key, one)
        return found

    @cached_property
    def carried_at(self) -> Mapping[str, KnownPoll]:
        """``host[:port]`` → the same, of the server that keeps its Communities there."""
        return {one.poll.address.netloc: one for one in self.carried.values()}

    def presence_of(self, public_key: str) -> Presence | None:
        """How it stands with a server whose Communities are listed; None where they are not."""
        if polls := self.servers.get(public_key):
            return Presence(Reach.NOW, self._round[polls[0].address.netloc].polled_at)
        if (one := self.carried.get(public_key)) and (reach := self.ladder.reach(self.now - one.polled_at)):
            return Presence(reach, one.polled_at)
        return None

    @cached_property
    def servers(self) -> Mapping[str, tuple[Poll, ...]]:
        """Public key → the polls that reached this server, its best address first."""
        found: dict[str, list[Poll]] = defaultdict(list)
        for poll in self.settled:
            if poll.outcome is Outcome.REACHED and poll.server is not None:
                found[poll.server.public_key].append(poll)
        return {key: tuple(polls) for key, polls in found.items()}

    @cached_property
    def key_stories(self) -> Mapping[str, KeyStory]:
        """Public key → why it is believed, at the best address of its server."""
        best = ((key, self.addresses[polls[0].address.netloc]) for key, polls in self.servers.items())
        return {key: story for key, facts in best if (story := story_of(facts, self.now))}

    def communities(self) -> Iterator[CommunityItem]:
        """The rooms of all servers that were reached, best address first; then those of servers that keep theirs."""
        vouchers = Vouchers(self.directory)
        polls = [poll for poll in self.settled if poll.outcome is Outcome.REACHED]
        polls += [one.poll for _, one in sorted(self.carried.items())]
        reached = [(vouchers.server(poll), poll.rooms) for poll in polls]
        served = [(server, room) for server, rooms in reached if server is not None for room in rooms]
        names = OfficialNames(self.directory, served, self.listed)
        for server, room in served:
            presence = self.presence_of(server.public_key)
            yield CommunityItem(server, room, resembles=names.resembled(server, room), presence=presence)

    def former_identifiers(self, item: CommunityItem) -> tuple[str, ...]:
        """What a Community was called at former addresses of its server, the latest first, where nobody is now."""
        return tuple(one.identifier for one in self.former(item))

    def former(self, item: CommunityItem) -> tuple[Former, ...]:
        """The same with the addresses."""
        return self._former.of(item.server.public_key, item.room.token)

    @cached_property
    def _former(self) -> FormerIdentifiers:
        polls = [poll for each in self.servers.values() for poll in each]
        polls += [one.poll for one in self.carried.values()]
        present = [(poll.server, room.token) for poll in polls if poll.server for room in poll.rooms]
        return FormerIdentifiers(present, self.keys, self.listed)

    @cached_property
    def addresses(self) -> Mapping[str, AddressFacts]:
        """``host[:port]`` → what is known of it, sorted."""
        candidates, polls = self._candidates, self._last_polls
        seen = _grouped((plain(sighting.link.address).netloc, sighting) for sighting in self.sightings)
        redirects = (polls[netloc].poll for netloc in self._followed)
        origins = _grouped((plain(to).netloc, poll.address) for poll in redirects for to in poll.aliases)
        configured = {plain(server.address).netloc for server in self.directory.servers}
        return {
            netloc: AddressFacts(
                address=candidates[netloc].address if netloc in candidates else polls[netloc].poll.address,
                claims=candidates[netloc].claims if netloc in candidates else (),
                tokens=frozenset(one.link.token.lower() for one in seen.get(netloc, ())),
                sightings=tuple(seen.get(netloc, ())),
                configured=netloc in configured,
                redirected_from=tuple(sorted(set(origins.get(netloc, ())))),
                named=netloc in candidates or netloc in self._followed,
                keys_known=tuple(self._keys.get(netloc, ())),
                last=polls.get(netloc),
                current=netloc in self._current,
            )
            for netloc in sorted(candidates.keys() | polls.keys())
        }

    def facts_of(self, sighting: Sighting) -> AddressFacts:
        """What is known of the address of one of the join links."""
        return self.addresses[plain(sighting.link.address).netloc]

    def on_page_now(self, sighting: Sighting) -> bool:
        """Whether a source showed a join link when it was read last."""
        return self._last_read.get(sighting.source) == sighting.last_seen

    def _claims(self, sighting: Sighting) -> bool:
        """Whether a join link says something of a key: while its source shows it, and for 30 days where that is away.

        A day longer than it is shown, since a source of many pages may show one of them less for an hour.
        """
        age = self.now - sighting.last_seen
        return age < DAY or (self.on_page_now(sighting) and age < CLAIMS_LAST)

    @cached_property
    def _candidates(self) -> Mapping[str, Candidate]:
        return {candidate.address.netloc: candidate for candidate in self.candidates}

    @cached_property
    def _keys(self) -> Mapping[str, list[KnownKey]]:
        """``host[:port]`` → what is remembered of its keys."""
        return _grouped((one.netloc, one) for one in self.keys)

    @cached_property
    def _round(self) -> Mapping[str, KnownPoll]:
        return last_round(self.polls, self.now, self.round_hours)

    @cached_property
    def _current(self) -> frozenset[str]:
        """The ``host[:port]`` of :attr:`led_to`."""
        return followed(self._candidates, self._round)

    @cached_property
    def _followed(self) -> frozenset[str]:
        """What is named, or led to by what was asked at any time."""
        return followed(self._candidates, by_netloc(self.polls))

    @cached_property
    def _last_polls(self) -> Mapping[str, KnownPoll]:
        """``host[:port]`` → its last poll, settled where that counts."""
        settled = {poll.address.netloc: poll for poll in self.settled}
        return {
            netloc: replace(one, poll=settled.get(netloc, one.poll)) for netloc, one in by_netloc(self.polls).items()
        }

    @cached_property
    def _last_read(self) -> Mapping[str, int]:
        return {one.source: one.last_seen for one in self.sources}


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for netloc, value in pairs:
        found[netloc].append(value)
    return found
