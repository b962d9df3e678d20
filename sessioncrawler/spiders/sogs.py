"""The servers behind the join links."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cached_property
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure as ScrapyFailure

from sessioncrawler.clock import crawl_time
from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.knowledge.patience import LearnedPatience, Rests
from sessioncrawler.knowledge.shares import Queue, Shares, line_up
from sessioncrawler.knowledge.shares import crowded as crowd_poll
from sessioncrawler.model import Poll
from sessioncrawler.protocol.candidates import Candidate, plain
from sessioncrawler.protocol.polling import HTTPS, Ask, Failure, Reply, Step
from sessioncrawler.protocol.shards import Shard
from sessioncrawler.protocol.visit import Visit
from sessioncrawler.publish.reading import reading
from sessioncrawler.signals import all_answered, grace_over
from sessioncrawler.spiders._conversation import CALLED_OFF, Conversation, answer, ended, failure, limits_of
from sessioncrawler.spiders._directory import directory_of
from sessioncrawler.spiders._grace import LastGrace
from sessioncrawler.spiders._publishing import PublishingSpider
from sessioncrawler.spiders._robots import ServerRobots
from sessioncrawler.spiders._telling import Telling

MAX_REDIRECTIONS = 2
"""How many servers may pass us on to another before we stop following."""

POST_HEADERS = {"Content-Type": "application/octet-stream"}
"""pysogs takes no onion request that calls itself a form."""

NAP = 0.25
"""Seconds after which a long pause looks whether the crawl is being stopped."""


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
        self._lately: frozenset[str] = frozenset()
        self._shares = Shares()
        self._past = LearnedPatience((), {}, (), Rests(), 0)
        self._grace = LastGrace()
        self._robots: ServerRobots
        self._telling = Telling(self.logger, self.count)
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
        else:
            crawler.signals.connect(spider.prepare, signal=signals.spider_opened)
        crawler.signals.connect(spider.when_idle, signal=signals.spider_idle)
        return spider

    @cached_property
    def packing(self) -> HttpCompressionMiddleware:
        """What unpacks answers."""
        return HttpCompressionMiddleware(crawler=self.crawler)

    async def start(self) -> AsyncIterator[Any]:
        """Ask every candidate the first question."""
        line = self._line()
        if not (line.known or line.newcomers or line.resting):
            self.logger.error(
                "There is no server to ask: the state holds no join link and directory.toml no [[servers]]. "
                "Run the source spiders first ('scrapy refresh' does both)."
            )
            raise CloseSpider("no_candidates")
        self._lately = line.lately
        factor = self.settings.getint("OPENING_FACTOR") if line.opening else 1
        self._shares = Shares(self.settings.getint("NEW_PER_DOMAIN"), self.settings.getint("NEW_PER_SOURCE") * factor)
        everybody = list(line.ask(self._shares))
        self._known.update(candidate.address.netloc for candidate, _, _ in everybody)
        holds = self._holds()
        ours = [(candidate, new, why) for candidate, new, why in everybody if holds(candidate.address.netloc)]
        self.count("polls/candidates", len(ours))
        self._telling.resting([one for one in line.resting if holds(one.address.netloc)])
        # Where nobody was ever reached nothing is remembered that could be told meanwhile: all are given all tries.
        known = [one.address.netloc for one, new, _ in ours if not new]
        grace = self.settings.getfloat("LAST_GRACE") if any(map(self._past.was_reached, known)) else 0
        worth_it = [(one.address.netloc, new) for one, new, _ in ours if self._past.is_full(one.address.netloc)]
        self._grace = LastGrace(
            grace,
            (netloc for netloc, new in worth_it if not new),
            lambda: self.crawler.signals.send_catch_log(grace_over),
            newcomers=(netloc for netloc, new in worth_it if new),
        )
        self.crawler.signals.connect(self._grace.close, signal=signals.spider_closed, weak=False)
        self._under_way += len(ours)
        self._telling.turned_away([f"{candidate.address} {why}" for candidate, _, why in ours if why])
        for candidate, newcomer, why in ours:
            for step in self._begin(candidate, newcomer=newcomer, crowded=why):
                yield step

    async def parse(self, response: Response, conversation: Conversation, scheme: str) -> list[Request | AnswerItem]:
        """Go on with a conversation after an answer to what was asked by ``scheme``."""
        return await self._go_on(conversation, scheme, answer(response, self.packing))

    async def failed(self, failed: ScrapyFailure) -> list[Request | AnswerItem]:
        """Go on with a conversation after a request that failed."""
        request: Request = failed.request  # type: ignore[attr-defined]  # Scrapy adds it
        return await self._go_on(**request.cb_kwargs, reply=failure(failed))

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

    def _holds(self) -> Callable[[str], bool]:
        """What tells whether a ``host[:port]`` is asked by this shard."""
        try:
            return Shard.parse(self.shard or "1/1").holds
        except ValueError as error:
            self.logger.error("%s", error)  # noqa: TRY400 - the sentence says it all
            raise CloseSpider("bad_shard") from error

    def _line(self) -> Queue:
        directory, now = directory_of(self.settings), crawl_time(self.settings)
        with self.read_state() as state:
            known = Knowledge(
                directory,
                now,
                sightings=tuple(state.sightings()),
                keys=tuple(state.keys()),
                fared=tuple(state.fared()),
                **reading(self.settings),
            )
            self._past = known.patience
            self._robots = ServerRobots(self.crawler, self.packing, known.keys)
            return line_up(known)

    def _begin(
        self, candidate: Candidate, redirections: int = 0, *, newcomer: bool = False, crowded: str = ""
    ) -> Iterator[Request | AnswerItem]:
        netloc = candidate.address.netloc
        visit = Visit(netloc, self.settings.getfloat("SERVER_BUDGET"), newcomer=newcomer)
        visit.together.loses, visit.together.silent = self._past.loses(netloc), not self._past.is_full(netloc)
        self._grace.begins(visit, newcomer=newcomer, remembered=self._past.remembers(netloc))
        conversation = Conversation(
            candidate,
            visit,
            crawl_time(self.settings),
            pause=self.settings.getfloat("RETRY_PAUSE"),
            limits=limits_of(self.settings, candidate),
            redirections=redirections,
        )
        step = Step(poll=crowd_poll(candidate, crowded)) if crowded else conversation.begin()
        yield from self._follow(conversation, step)

    async def _go_on(self, conversation: Conversation, scheme: str, reply: Reply) -> list[Request | AnswerItem]:
        visit = conversation.visits[scheme]
        if visit.over and isinstance(reply, Failure) and self._grace.ends(visit):
            reply = ended(reply)
        step = conversation.go_on(scheme, reply)
        while scheme in dict(step.asks):
            if wait := dict(step.asks)[scheme].wait:
                visit.spend(wait)
                await self._pause(wait, visit)
            if self._grace.ends(visit):
                reply = ended(reply)
            elif visit.over:
                reply = CALLED_OFF
            elif not (visit.lost and isinstance(reply, Failure)):
                break
            step = conversation.go_on(scheme, reply)
        return list(self._follow(conversation, step))

    def _follow(self, conversation: Conversation, step: Step) -> Iterator[Request | AnswerItem]:
        """What a conversation asks now, or how it ended."""
        https = conversation.visits[HTTPS]
        if step.ahead:
            seconds = self.settings.getfloat("HTTPS_HEAD_START")
            https.when_begun(lambda: self._later(seconds, lambda: self._ask_beside(conversation)))
        if step.handshakes is not None:
            self._hurry(https, step.handshakes, grace=step.grace)
        for scheme, ask in step.asks:
            yield self._request(ask, conversation, scheme)
        if step.poll is not None:
            yield from self._end(conversation, step.poll)

    def _ask_beside(self, conversation: Conversation) -> None:
        """Ask by http as well, since https has not answered yet."""
        step = conversation.second()
        if step.poll is not None:  # it was read wrongly: the request under way ends it
            conversation.visits[HTTPS].call_off()
        assert self.crawler.engine is not None  # noqa: S101 - it asks by https
        for scheme, ask in step.asks:
            self.crawler.engine.crawl(self._request(ask, conversation, scheme))

    def _hurry(self, https: Visit, handshakes: int, *, grace: bool) -> None:
        """Wait less for https, where http has answered: for what only breaks handshakes off, not at all."""
        https.most_handshakes, https.together.grace = handshakes, grace
        if grace and https.lost:
            https.call_off()
        elif grace:
            over = asyncio.ensure_future(self._pause(self.settings.getfloat("HTTPS_GRACE"), https))
            over.add_done_callback(lambda _: https.call_off())

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, lambda: call() if self.crawler.crawling else None)

    def _end(self, conversation: Conversation, poll: Poll) -> Iterator[Request | AnswerItem]:
        https = conversation.visits[HTTPS]
        self._grace.ended(https)
        self._telling.ended(poll)
        yield from self._robots.ask(poll, newcomer=https.newcomer)
        for alias in map(plain, poll.aliases):
            if self._follows(alias.netloc, conversation):
                self._known.add(alias.netloc)
                self.count("polls/candidates")
                candidate = Candidate(alias, conversation.candidate.claims, conversation.candidate.tokens)
                self._under_way += 1
                newcomer = alias.netloc not in self._lately
                # What led here has its share of a source, and leads to one more at most.
                why = self._shares.take(alias, "") if newcomer else ""
                yield from self._begin(candidate, conversation.redirections + 1, newcomer=newcomer, crowded=why)
        # Last, since what comes after it waits for its pictures.
        yield AnswerItem(poll, early=poll.address.netloc in self._past.early, loses=https.together.lost)
        self._under_way -= 1
        if not self._under_way:
            self.crawler.signals.send_catch_log(all_answered)

    def _follows(self, netloc: str, conversation: Conversation) -> bool:
        """Whether another server is asked that one leads to."""
        is_new = netloc not in self._known and not self._past.resting(netloc)
        return is_new and conversation.redirections < MAX_REDIRECTIONS

    async def _pause(self, seconds: float, visit: Visit) -> None:
        """Wait for so long, and longer where this process is too busy to hear anybody; no longer than for others."""
        while seconds > 0 and self.crawler.crawling and not (visit.over or self._grace.ends(visit)):
            await asyncio.sleep(min(seconds, NAP))
            seconds -= NAP

    def _tries(self, ask: Ask, visit: Visit) -> int | None:
        """How many tries a question is worth: few where there was no answer in the last crawls."""
        if not visit.together.silent:
            return ask.tries
        few = self.settings.getint("SILENT_RETRY_TIMES")
        return few if ask.tries is None else min(ask.tries, few)

    def _request(self, ask: Ask, conversation: Conversation, scheme: str) -> Request:
        return Request(
            ask.url,
            method=ask.method,
            body=ask.body,
            headers=POST_HEADERS if ask.method == "POST" else None,
            callback=self.parse,
            errback=self.failed,
            dont_filter=True,
            cb_kwargs={"conversation": conversation, "scheme": scheme},
            meta={
                "download_slot": conversation.candidate.address.netloc,
                "apart": True,
                "handle_httpstatus_all": True,
                "dont_redirect": True,
                "visit": conversation.visits[scheme],
                "max_tries": self._tries(ask, conversation.visits[scheme]),
            },
        )
