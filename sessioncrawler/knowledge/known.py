"""All that the directory knows, from its state and ``directory.toml``: who is asked, who answered, what is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sessioncrawler.editorial.judge import Judge
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.knowledge.carried import HOUR, completed, told_last, told_together
from sessioncrawler.knowledge.former import Former, FormerIdentifiers
from sessioncrawler.knowledge.keys import KeyStory, remembered, story_of
from sessioncrawler.knowledge.memory import Memory
from sessioncrawler.knowledge.on_page import Acquainted, Identity, beyond
from sessioncrawler.knowledge.reading import CLAIMS_LAST
from sessioncrawler.knowledge.rounds import by_netloc, followed, grouped, last_polls, last_round
from sessioncrawler.knowledge.trusted import OfficialNames, Vouchers
from sessioncrawler.model import Outcome, Poll, Presence, Reach, Server, Sighting
from sessioncrawler.protocol.candidates import Candidate, group, plain
from sessioncrawler.protocol.keys.claims import Claimed
from sessioncrawler.protocol.keys.memory import DAY
from sessioncrawler.protocol.servers import SILENT, settle
from sessioncrawler.state import (
    KnownPoll,
)


@dataclass(frozen=True)
class Knowledge(Memory):
    """The state of a directory at ``now`` (Unix seconds) under the rules of ``directory``.

    The state holds what each address answered by itself; which of them are one server is settled here. Polls come from
    many machines, at different times: those of the last ``round_hours`` before the latest are one round. What nobody
    names any more (no join link, no ``[[servers]]``, no redirect from an address that is named) does not count.
    """

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """Whom to ask: every address of a join link or of ``[[servers]]``, with what is said of it, sorted."""
        known = {server.address: server.public_key for server in self.directory.servers}
        named = group(((one.link, one.source if self._claims(one) else None) for one in self.sightings), known)
        found = (replace(one, **remembered(self._keys.get(one.address.netloc, ()), self.now)) for one in named)
        return tuple(replace(one, known=True) if one.address.netloc in self._configured else one for one in found)

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
        last = {netloc: one.poll.outcome for netloc, one in by_netloc(self.polls).items()}
        silent = {netloc for netloc, outcome in last.items() if outcome in SILENT and self.patience.resting(netloc)}
        return settle(polls, self.keys, configured, claimed=claimed, silent=silent, now=self.now)

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
        served = [(server, room) for server, poll in self._serving for room in poll.rooms]
        names = OfficialNames(self.directory, served, self.listed)
        for server, poll in self._serving:
            presence, now = self.presence_of(server.public_key), self._round.get(poll.address.netloc)
            told = {room.token for room in now.poll.rooms} if now else ()
            for room in poll.rooms:
                item = CommunityItem(server, room, presence=presence, told=room.token in told)
                item.resembles = names.resembled(server, room)
                item.beyond = self.beyond.get((server.public_key, room.token.lower()), "")
                yield item

    @cached_property
    def _serving(self) -> tuple[tuple[Server, Poll], ...]:
        vouchers = Vouchers(self.directory)
        polls = [poll for poll in self.settled if poll.outcome is Outcome.REACHED]
        polls += [one.poll for _, one in sorted(self.carried.items())]
        found = ((server, poll) for poll in polls if (server := vouchers.server(poll)))
        return tuple((replace(one, opted_out=one.public_key in self.opted_out), poll) for one, poll in found)

    @cached_property
    def beyond(self) -> Mapping[Identity, str]:
        """Communities for which the page has no place → why."""
        served = ((server, room) for server, poll in self._serving for room in poll.rooms)
        acquainted = Acquainted(self._configured, self.keys, self.listed, self.now)
        return beyond(served, self.page, acquainted, Judge(self.directory, self.now, guess=False))

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
        redirects = (polls[netloc].poll for netloc in self._followed)
        origins = grouped((plain(to).netloc, poll.address) for poll in redirects for to in poll.aliases)
        return {
            netloc: AddressFacts(
                address=candidates[netloc].address if netloc in candidates else polls[netloc].poll.address,
                claims=candidates[netloc].claims if netloc in candidates else (),
                sightings=tuple(self._seen.get(netloc, ())),
                configured=netloc in self._configured,
                redirected_from=tuple(sorted(set(origins.get(netloc, ())))),
                named=netloc in candidates or netloc in self._followed,
                keys_known=tuple(self._keys.get(netloc, ())),
                last=polls.get(netloc),
                current=netloc in self._current,
                rest=self.patience.rests.get(netloc),
                opted_out_at=self.opted_out_at(netloc),
            )
            for netloc in sorted(candidates.keys() | polls.keys())
        }

    def facts_of(self, sighting: Sighting) -> AddressFacts:
        """What is known of the address of one of the join links."""
        return self.addresses[plain(sighting.link.address).netloc]

    def _claims(self, sighting: Sighting) -> bool:
        """Whether a join link says something of a key: while its source shows it; 30 days where that is away."""
        # A day longer than it is shown, since a source of many pages may show one of them less for an hour.
        age = self.now - sighting.last_seen
        return age < DAY or (self.on_page_now(sighting) and age < CLAIMS_LAST)

    @cached_property
    def _candidates(self) -> Mapping[str, Candidate]:
        return {candidate.address.netloc: candidate for candidate in self.candidates}

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
        return last_polls(self.polls, self.settled)
