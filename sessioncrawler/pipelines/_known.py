"""The servers that are known for a week, and what became of them in a crawl, for the monitors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from scrapy.settings import BaseSettings

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config import Directory, configured_directory
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.editorial.monitors import KNOWN_FOR, Acquaintance, place_of
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.knowledge.rounds import by_netloc
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.publish.reading import reading
from sessioncrawler.state import KnownPoll, Listed, State


class Acquaintances:
    """Compares the listings in the state with a crawl that listed ``found`` and ended with ``polls``.

    ``found`` is public key → Communities. Only of servers that lost any of them more is read than the listings.
    """

    def __init__(self, state: State, settings: BaseSettings, found: Mapping[str, int], polls: Iterable[Poll]) -> None:
        self._state = state
        self._settings = settings
        self._now = crawl_time(settings)
        self._found = found
        self._ends = {poll.address.netloc: poll for poll in polls}
        self._reached = {
            poll.server.public_key
            for poll in self._ends.values()
            if poll.server is not None and poll.outcome is Outcome.REACHED
        }

    def servers(self) -> list[Acquaintance]:
        """Those that are listed and were first at least a week ago."""
        rooms: dict[str, list[Listed]] = defaultdict(list)
        old: set[str] = set()
        for one in self._state.listings():
            if self._now - one.first_listed >= KNOWN_FOR:
                old.add(one.facts.public_key)
            if one.gone_at is None:
                rooms[one.facts.public_key].append(one)
        return [server for key, listed in rooms.items() if key in old and (server := self._server(key, listed))]

    def _server(self, key: str, listed: list[Listed]) -> Acquaintance | None:
        link = parse_join_link(max(listed, key=lambda one: one.last_listed).facts.join_url)
        if link is None:
            return None  # no release has written such a thing
        place, then, now = place_of(link.address), len(listed), self._found.get(key, 0)
        if now >= then:
            return Acquaintance(place, then, now)
        netloc = link.address.netloc
        end = self._ends.get(netloc)
        return Acquaintance(
            place,
            then,
            now,
            asked_at=self._asked_at(netloc),
            outcome=end.outcome if end else None,
            hidden=self._hidden(listed) if key in self._reached else 0,
        )

    def _asked_at(self, netloc: str) -> int:
        """When an address was asked in this round; of one that nothing leads to any more, when any was.

        0 for one that is named and was not asked, as where a shard is down: that says nothing of its server.
        """
        if netloc in self._ends:
            return self._polls[netloc].polled_at if netloc in self._polls else self._now
        if self._named(netloc):
            return 0
        return max((one.polled_at for one in self._polls.values() if one.polled_at <= self._now), default=0)

    def _named(self, netloc: str) -> bool:
        facts = self._knowledge.addresses.get(netloc)
        return facts is not None and facts.named

    def _hidden(self, listed: list[Listed]) -> int:
        """How many Communities a rule of today hides as they were listed: what they say now is their own affair."""
        return sum(self._judge.withdraws(one.facts.join_url, one.facts.tags) for one in listed)

    @cached_property
    def _polls(self) -> Mapping[str, KnownPoll]:
        return by_netloc(self._state.polls())

    @cached_property
    def _directory(self) -> Directory:
        return configured_directory(self._settings["DIRECTORY_CONFIG"])

    @cached_property
    def _judge(self) -> Judge:
        return Judge(self._directory, self._now, guess=False)

    @cached_property
    def _knowledge(self) -> Knowledge:
        return Knowledge.read(self._state, self._directory, self._now, **reading(self._settings))
