"""The servers behind the join links."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from sessioncrawler.clock import crawl_time
from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate, plain
from sessioncrawler.protocol.polling import Ask, Reply
from sessioncrawler.protocol.shards import Shard
from sessioncrawler.signals import all_answered
from sessioncrawler.spiders._conversation import Conversation, answer, failure
from sessioncrawler.spiders._directory import directory_of
from sessioncrawler.spiders._publishing import PublishingSpider

MAX_REDIRECTIONS = 2
"""How many servers may pass us on to another before we stop following."""

POST_HEADERS = {"Content-Type": "application/octet-stream"}
"""pysogs takes no onion request that calls itself a form."""

NAP = 0.5
"""Seconds after which a long pause looks whether the crawl is being stopped."""

Step = Request | AnswerItem


class Sogs(PublishingSpider):
    """Polls every known server; when nothing is left to ask, publishes what the state holds, as ``directory`` does.

    Candidates are the join links in the state and the ``[[servers]]`` of ``directory.toml``. What each answers goes
    into the state at once (pipeline 60). A crawl that is stopped publishes nothing.

    ``-a shard=I/N`` polls only part I of N of the candidates (:class:`~sessioncrawler.protocol.shards.Shard`) and
    publishes nothing: the spider ``directory`` publishes what all shards learned.

    Finish reasons besides Scrapy's and those of publishing: ``no_candidates``, ``bad_shard``.
    """

    name = "sogs"

    def __init__(self, *args: Any, shard: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shard = shard
        self._known: set[str] = set()
        self._under_way = 0
        """Conversations that have begun and not ended."""
        self._publishing = bool(shard)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make a spider that publishes when nothing is left to ask; a shard has no site to publish."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.shard:
            feeds = crawler.settings.getdict("FEEDS")
            others = {uri: feed for uri, feed in feeds.items() if feed.get("format") != "site"}
            crawler.settings.set("FEEDS", others, priority=crawler.settings.getpriority("FEEDS") or 0)
        crawler.signals.connect(spider.when_idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Ask every candidate the first question."""
        candidates = self._candidates()
        if not candidates:
            self.logger.error(
                "There is no server to ask: the state holds no join link and directory.toml no [[servers]]. "
                "Run the source spiders first ('scrapy refresh' does both)."
            )
            raise CloseSpider("no_candidates")
        self._known.update(candidate.address.netloc for candidate in candidates)
        ours = self._ours(candidates)
        self.count("polls/candidates", len(ours))
        self._under_way += len(ours)
        for candidate in ours:
            for step in self._begin(candidate):
                yield step

    async def parse(self, response: Response, conversation: Conversation) -> list[Step]:
        """Go on with a conversation after an answer."""
        return await self._go_on(conversation, answer(response))

    async def failed(self, failed: Failure) -> list[Step]:
        """Go on with a conversation after a request that failed."""
        request: Request = failed.request  # type: ignore[attr-defined]  # Scrapy adds it
        return await self._go_on(request.cb_kwargs["conversation"], failure(failed))

    def when_idle(self) -> None:
        """Publish once, when nothing is left to ask and all answers are in the state."""
        if not self._publishing:
            self._publishing = True
            assert self.crawler.engine is not None  # noqa: S101 - the engine sent the signal
            self.crawler.engine.crawl(Request("data:,", self.publish, dont_filter=True))
            raise DontCloseSpider

    def publish(self, _: Response) -> Iterator[CommunityItem | PollItem]:
        """Emit what the state holds."""
        return self.publication()

    def _ours(self, candidates: tuple[Candidate, ...]) -> list[Candidate]:
        if not self.shard:
            return list(candidates)
        try:
            shard = Shard.parse(self.shard)
        except ValueError as error:
            self.logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
            raise CloseSpider("bad_shard") from error
        return [candidate for candidate in candidates if shard.holds(candidate.address.netloc)]

    def _candidates(self) -> tuple[Candidate, ...]:
        directory, now = directory_of(self.settings), crawl_time(self.settings)
        with self.read_state() as state:
            known = Knowledge(
                directory,
                now,
                sightings=tuple(state.sightings()),
                sources=tuple(state.sources()),
                keys=tuple(state.keys()),
            )
            return known.candidates

    def _begin(self, candidate: Candidate, redirections: int = 0) -> Iterator[Step]:
        conversation = Conversation(
            candidate, self.settings.getfloat("SERVER_BUDGET"), crawl_time(self.settings), redirections
        )
        step = conversation.begin()
        if isinstance(step, Ask):
            yield self._request(step, conversation)
        else:
            yield from self._end(conversation, step)

    async def _go_on(self, conversation: Conversation, reply: Reply) -> list[Step]:
        step = conversation.go_on(reply)
        if isinstance(step, Ask):
            await self._pause(step.wait)
            return [self._request(step, conversation)]
        return list(self._end(conversation, step))

    def _end(self, conversation: Conversation, poll: Poll) -> Iterator[Step]:
        yield AnswerItem(poll)
        self.count("polls/done")
        self.count("polls/requests", poll.requests)
        self.count("polls/tries", poll.tries)
        self.count("polls/repairs", poll.repairs)
        if poll.outcome is Outcome.REACHED:
            self.count("polls/reached")
        if poll.claims:
            claims = "; ".join(f"{claim.public_key} by {', '.join(claim.by)}" for claim in poll.claims)
            self.count("polls/key_claims_differ")
            self.logger.info("Different keys are claimed for %s: %s", poll.address, claims)
        for alias in map(plain, poll.aliases):
            if alias.netloc not in self._known and conversation.redirections < MAX_REDIRECTIONS:
                self._known.add(alias.netloc)
                self.count("polls/candidates")
                candidate = Candidate(alias, conversation.candidate.claims, conversation.candidate.tokens)
                self._under_way += 1
                yield from self._begin(candidate, conversation.redirections + 1)
        self._under_way -= 1
        if not self._under_way:
            self.crawler.signals.send_catch_log(all_answered)

    async def _pause(self, seconds: float) -> None:
        """Wait as long as a server asks for; no longer than the crawl goes on, since Scrapy waits for us."""
        while seconds > 0 and self.crawler.crawling:
            await asyncio.sleep(min(seconds, NAP))
            seconds -= NAP

    def _request(self, ask: Ask, conversation: Conversation) -> Request:
        return Request(
            ask.url,
            method=ask.method,
            body=ask.body,
            headers=POST_HEADERS if ask.method == "POST" else None,
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
