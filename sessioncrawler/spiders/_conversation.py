"""Glue between the pure conversation of :mod:`sessioncrawler.protocol.polling` and Scrapy's requests."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from dataclasses import replace
from email.utils import formatdate

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure as ScrapyFailure

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.polling import Answer, Ask, Failure, Reply, poll

logger = logging.getLogger(__name__)

_PACKERS = frozenset({"zlib", "brotli", "brotlicffi", "backports.zstd", "compression.zstd"})
"""Modules whose own errors mean a body that cannot be unpacked; Scrapy takes what the version of Python has."""


class Conversation:
    """One candidate being polled: what is asked next, or how it ended.

    ``budget`` are seconds for all of it, ``now`` is the time of the crawl, and ``redirections`` counts how many other
    servers led here.
    """

    def __init__(self, candidate: Candidate, budget: float, now: int, redirections: int = 0) -> None:
        self.candidate = candidate
        self.redirections = redirections
        self._budget = budget
        self._began = time.monotonic()
        self._talk: Generator[Ask, Reply, Poll] = poll(candidate, now)

    @property
    def budget(self) -> float:
        """Seconds that are left for this server."""
        return self._budget - (time.monotonic() - self._began)

    def begin(self) -> Ask | Poll:
        """The first thing to ask."""
        return self._step(None)

    def go_on(self, reply: Reply) -> Ask | Poll:
        """The next thing to ask after ``reply``, or the poll if that was all."""
        step = self._step(reply)
        while isinstance(step, Ask) and step.wait >= self.budget:
            step = self._step(Failure(Outcome.STALLED, f"did not tell all within {self._budget:g} seconds", tries=0))
        return step

    def _step(self, reply: Reply | None) -> Ask | Poll:
        try:
            return next(self._talk) if reply is None else self._talk.send(reply)
        except StopIteration as end:
            ended: Poll = end.value
            return replace(ended, seconds=round(time.monotonic() - self._began, 3))
        except Exception:
            # What a server sends must never cost the others their place, not even where we read it wrongly.
            logger.exception("Reading the answer of %s failed; please report this", self.candidate.address)
            return Poll(self.candidate.address, Outcome.ABANDONED, "its answer could not be read")


def answer(response: Response) -> Answer:
    """The parts of a Scrapy response that a conversation reads."""
    return Answer(
        url=response.url,
        status=response.status,
        body=response.body,
        location=_header(response, "Location"),
        retry_after=_header(response, "Retry-After"),
        date=_header(response, "Date") or formatdate(usegmt=True),
        tries=response.meta.get("tries", 1),
    )


def failure(failed: ScrapyFailure) -> Failure:
    """What a conversation needs to know of a request that failed."""
    error = failed.value
    if isinstance(error, TryError):
        return Failure(error.outcome, error.detail, error.tries)
    if isinstance(error, IgnoreRequest):
        return Failure(Outcome.TOO_LARGE, "answers with more than is read when decompressed")
    if isinstance(error, (OSError, EOFError)) or type(error).__module__ in _PACKERS:
        return Failure(Outcome.RESET, "gives an answer that cannot be decompressed")
    logger.error("A request failed in an unknown way: %s: %.500s", type(error).__name__, error)
    return Failure(Outcome.RESET, f"gives an answer that cannot be read ({type(error).__name__})")


def _header(response: Response, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else ""
