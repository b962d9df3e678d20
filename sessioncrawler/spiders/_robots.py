"""Asking servers for their ``robots.txt``, in which they may opt out (docs/operators.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Response
from twisted.python.failure import Failure as ScrapyFailure

from sessioncrawler.clock import crawl_time
from sessioncrawler.items import RobotsItem
from sessioncrawler.knowledge.opted_out import is_asked
from sessioncrawler.model import KeyProof, Outcome, Poll
from sessioncrawler.protocol.asking import Ask, Reply
from sessioncrawler.protocol.keys.memory import KnownKey, place_of
from sessioncrawler.protocol.schemes.robots import ask_robots
from sessioncrawler.protocol.visit import Visit
from sessioncrawler.signals import all_answered
from sessioncrawler.spiders._conversation import answer, failure

Talk = Generator[Ask, Reply, bool | None]


class ServerRobots:
    """Asks those for it that have just proven their key, at the address that did; nobody waits for the answer.

    ``keys`` is what was known when the crawl began. Each has ``ROBOTS_TIME`` seconds, and no more than that when all
    servers have answered.

    Stats: ``robots/asked``, ``robots/opted_out``, ``robots/failed``.
    """

    def __init__(self, crawler: Crawler, packing: HttpCompressionMiddleware, keys: Iterable[KnownKey] = ()) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._packing = packing
        self._keys = {(one.public_key, one.netloc): one for one in keys}
        self._now = crawl_time(settings)
        self._days = settings.getfloat("ROBOTS_DAYS")
        self._seconds = settings.getfloat("ROBOTS_TIME")
        self._size = settings.getint("ROBOTS_SIZE")
        self._visits: set[Visit] = set()
        crawler.signals.connect(self._hurry, signal=all_answered)

    def ask(self, poll: Poll, *, newcomer: bool) -> Iterator[Request]:
        """The question for the server that ``poll`` reached, where it is its time."""
        if poll.outcome is not Outcome.REACHED or poll.key_proof is not KeyProof.ONION or poll.server is None:
            return
        key, netloc = poll.server.public_key, place_of(poll)
        if is_asked(self._keys.get((key, netloc)), netloc, self._now, self._days):
            self._count("asked")
            visit = Visit(poll.address.netloc, self._seconds, newcomer=newcomer)
            visit.together.leaves_last = True
            self._visits.add(visit)
            talk = ask_robots(poll.server.address)
            yield self._request(next(talk), talk, visit, RobotsItem(key, netloc))

    def answered(self, response: Response, talk: Talk, visit: Visit, told: RobotsItem) -> list[Request | RobotsItem]:
        """Go on after an answer."""
        return self._go_on(talk, answer(response, self._packing), visit, told)

    def failed(self, failed: ScrapyFailure) -> list[Request | RobotsItem]:
        """Go on without one."""
        request: Request = failed.request  # type: ignore[attr-defined]  # Scrapy adds it
        return self._go_on(reply=failure(failed), **request.cb_kwargs)

    def _go_on(self, talk: Talk, reply: Reply, visit: Visit, told: RobotsItem) -> list[Request | RobotsItem]:
        try:
            return [self._request(talk.send(reply), talk, visit, told)]
        except StopIteration as end:
            opts_out: bool | None = end.value
        self._visits.discard(visit)
        if opts_out is None:
            self._count("failed")
        elif opts_out:
            self._count("opted_out")
            self._crawler.spider.logger.info(  # type: ignore[union-attr]  # it asks
                "%s asks in its robots.txt not to be listed; 'scrapy explain %s' tells more.", told.netloc, told.netloc
            )
        return [replace(told, opts_out=opts_out)]

    def _request(self, ask: Ask, talk: Talk, visit: Visit, told: RobotsItem) -> Request:
        return Request(
            ask.url,
            callback=self.answered,
            errback=self.failed,
            dont_filter=True,
            cb_kwargs={"talk": talk, "visit": visit, "told": told},
            meta={
                "download_slot": visit.netloc,
                "apart": True,
                "handle_httpstatus_all": True,
                "dont_redirect": True,
                "visit": visit,
                "max_tries": ask.tries,
                "download_timeout": self._seconds,
                "download_maxsize": self._size,
            },
        )

    def _hurry(self) -> None:
        asyncio.get_running_loop().call_later(self._seconds, self._call_off)

    def _call_off(self) -> None:
        for visit in tuple(self._visits):
            visit.call_off()

    def _count(self, stat: str) -> None:
        self._crawler.stats.inc_value(f"robots/{stat}")
