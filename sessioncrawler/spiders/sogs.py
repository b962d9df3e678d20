"""The servers behind the join links."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate, group, plain
from sessioncrawler.protocol.polling import Ask, Reply
from sessioncrawler.protocol.servers import settle
from sessioncrawler.spiders._conversation import Conversation, answer, failure
from sessioncrawler.spiders._directory import directory_of, introduce
from sessioncrawler.spiders._feeds import site_feeds
from sessioncrawler.state import State, StateError

MAX_REDIRECTIONS = 2
"""How many servers may pass us on to another before we stop following."""

NAP = 0.5
"""Seconds after which a long pause looks whether the crawl is being stopped."""


class Sogs(scrapy.Spider):
    """Polls every known server and, once all is known, emits its Communities, best address first.

    Candidates are the join links in the state and the ``[[servers]]`` of ``directory.toml``. Collecting comes before
    emitting, so that the outcome never depends on who answered first, and a crawl that is stopped publishes nothing.

    Finish reasons besides Scrapy's: ``no_candidates``, ``no_communities``, ``state_failed``.
    """

    name = "sogs"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._polls: list[Poll] = []
        self.settled: tuple[Poll, ...] = ()
        """All polls, best address first, once nothing is left to ask."""
        self._known: set[str] = set()
        self._emitted = False
        self._trouble = ""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Publish to ``SITE_URI``; introduce ourselves to servers."""
        super().update_settings(settings)
        settings.set("FEEDS", site_feeds(settings["SITE_URI"]), priority="spider")
        introduce(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make a spider that emits when nothing is left to ask."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.when_idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Ask every candidate the first question."""
        candidates = self._candidates()
        if not candidates:
            self.logger.error(
                "There is no server to ask: the state holds no join link and directory.toml no [[servers]]. "
                "Run the listing spiders first ('scrapy refresh' does both)."
            )
            raise CloseSpider("no_candidates")
        self._count("polls/candidates", len(candidates))
        self._known.update(candidate.address.netloc for candidate in candidates)
        for candidate in candidates:
            for request in self._begin(candidate):
                yield request

    async def parse(self, response: Response, conversation: Conversation) -> list[Request]:
        """Go on with a conversation after an answer."""
        return await self._go_on(conversation, answer(response))

    async def failed(self, failed: Failure) -> list[Request]:
        """Go on with a conversation after a request that failed."""
        request: Request = failed.request  # type: ignore[attr-defined]  # Scrapy adds it
        return await self._go_on(request.cb_kwargs["conversation"], failure(failed))

    def when_idle(self) -> None:
        """Emit once when nothing is left to ask; then end with a reason that tells how it went."""
        if self._trouble:
            raise CloseSpider(self._trouble)
        if not self._emitted and self._polls:
            self._emitted = True
            assert self.crawler.engine is not None  # noqa: S101 - the engine sent the signal
            self.crawler.engine.crawl(Request("data:,", self.emit, dont_filter=True))
            raise DontCloseSpider

    def emit(self, _: Response) -> Iterator[CommunityItem | PollItem]:
        """All Communities and polls, in an order that only the network decides."""
        polls = self.settled = settle(self._polls)
        for poll in polls:
            self._count(f"polls/outcome/{poll.outcome}")
        if not any(poll.rooms for poll in polls):
            self._trouble = "no_communities"
            self.logger.error(
                "None of %d servers told about any Community, so nothing is published. "
                "Is this machine connected to the network?",
                len(polls),
            )
            return
        for poll in polls:
            if poll.server is not None and poll.outcome is Outcome.REACHED:
                for room in poll.rooms:
                    yield CommunityItem(poll.server, room)
        for poll in polls:
            yield PollItem(poll)

    def _candidates(self) -> tuple[Candidate, ...]:
        try:
            with State.open(self.settings["STATE_URL"]) as state:
                sightings = state.sightings()
        except StateError as error:
            self.logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
            raise CloseSpider("state_failed") from error
        known = {server.address: server.public_key for server in directory_of(self.settings).servers}
        return group(((sighting.link, sighting.source) for sighting in sightings), known)

    def _begin(self, candidate: Candidate, redirections: int = 0) -> Iterator[Request]:
        conversation = Conversation(candidate, self.settings.getfloat("SERVER_BUDGET"), redirections)
        step = conversation.begin()
        if isinstance(step, Ask):
            yield self._request(step, conversation)
        else:
            yield from self._end(conversation, step)

    async def _go_on(self, conversation: Conversation, reply: Reply) -> list[Request]:
        step = conversation.go_on(reply)
        if isinstance(step, Ask):
            await self._pause(step.wait)
            return [self._request(step, conversation)]
        return list(self._end(conversation, step))

    def _end(self, conversation: Conversation, poll: Poll) -> Iterator[Request]:
        self._polls.append(poll)
        self._count("polls/done")
        self._count("polls/requests", poll.requests)
        self._count("polls/tries", poll.tries)
        self._count("polls/repairs", poll.repairs)
        if poll.outcome is Outcome.REACHED:
            self._count("polls/reached")
        if poll.claims:
            claims = "; ".join(f"{claim.public_key} by {', '.join(claim.by)}" for claim in poll.claims)
            self._count("polls/key_claims_differ")
            self.logger.info("Different keys are claimed for %s: %s", poll.address, claims)
        for alias in map(plain, poll.aliases):
            if alias.netloc not in self._known and conversation.redirections < MAX_REDIRECTIONS:
                self._known.add(alias.netloc)
                self._count("polls/candidates")
                candidate = Candidate(alias, conversation.candidate.claims, conversation.candidate.tokens)
                yield from self._begin(candidate, conversation.redirections + 1)

    async def _pause(self, seconds: float) -> None:
        """Wait as long as a server asks for; no longer than the crawl goes on, since Scrapy waits for us."""
        while seconds > 0 and self.crawler.crawling:
            await asyncio.sleep(min(seconds, NAP))
            seconds -= NAP

    def _request(self, ask: Ask, conversation: Conversation) -> Request:
        return Request(
            ask.url,
            callback=self.parse,
            errback=self.failed,
            dont_filter=True,
            cb_kwargs={"conversation": conversation},
            meta={
                "download_slot": conversation.candidate.address.netloc,
                "handle_httpstatus_all": True,
                "dont_redirect": True,
                "budget": conversation.budget,
                "max_tries": ask.tries,
            },
        )

    def _count(self, stat: str, by: int = 1) -> None:
        assert self.crawler.stats is not None  # noqa: S101 - from_crawler ran, so there are stats
        self.crawler.stats.inc_value(stat, by)
