"""Glue between the pure conversation of :mod:`sessioncrawler.protocol.polling` and Scrapy's requests."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure as ScrapyFailure

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.polling import HTTP, HTTPS, Answer, Failure, Race, Reply, Step
from sessioncrawler.protocol.visit import Visit

_OK = 200
logger = logging.getLogger(__name__)

_PACKERS = frozenset({"zlib", "brotli", "brotlicffi", "backports.zstd", "compression.zstd"})
"""Modules whose own errors mean a body that cannot be unpacked; Scrapy takes what the version of Python has."""


CALLED_OFF = Failure(Outcome.ABANDONED, "was not waited for", tries=0)


class Conversation:
    """One candidate being polled by both schemes: what is asked next, or how it ended.

    ``visit`` holds its clock, ``now`` is the time of the crawl, ``pause`` are seconds after an error that passes, and
    ``redirections`` counts how many other servers led here.
    """

    def __init__(
        self,
        candidate: Candidate,
        visit: Visit,
        now: int,
        *,
        pause: float,
        limits: ServerLimits | None = None,
        redirections: int = 0,
    ) -> None:
        self.candidate = candidate
        self.visits = {HTTPS: visit, HTTP: visit.beside()}
        self.redirections = redirections
        self._race = Race(candidate, now, pause, limits)
        self._failed: Poll | None = None

    def begin(self) -> Step:
        """The first to do."""
        return self._step(self._race.begin)

    def second(self) -> Step:
        """What to do when the head start of https is over."""
        return self._step(self._race.second)

    def go_on(self, scheme: str, reply: Reply) -> Step:
        """What to do after ``reply`` to the question that was asked by ``scheme``."""
        return self._step(lambda: self._race.tell(scheme, reply))

    def _step(self, call: Callable[[], Step]) -> Step:
        try:
            step = Step(poll=self._failed) if self._failed else self._in_time(call())
        except Exception:
            # What a server sends must never cost the others their place, not even where we read it wrongly.
            logger.exception("Reading the answer of %s failed; please report this", self.candidate.address)
            self._failed = Poll(self.candidate.address, Outcome.ABANDONED, "its answer could not be read")
            step = Step(poll=self._failed)
        if step.over:
            self.visits[step.over].call_off()
        if step.poll is None:
            return step
        return replace(step, poll=replace(step.poll, seconds=round(self.visits[HTTPS].spent, 3)))

    def _in_time(self, step: Step) -> Step:
        """The step, where a question that would come too late is as one that failed."""
        visit = self.visits[HTTPS]
        for scheme, ask in step.asks:
            if ask.wait >= visit.left:
                words = f"did not tell all within {visit.budget:g} seconds"
                asks = tuple(one for one in step.asks if one[0] != scheme)
                more = self._race.tell(scheme, Failure(Outcome.STALLED, words, tries=0))
                return self._in_time(replace(more, asks=(*asks, *more.asks), over=more.over or step.over))
        return step


def limits_of(settings: BaseSettings, candidate: Candidate) -> ServerLimits:
    """What settings say is taken of a server: of one that is new a small share."""
    share = 1.0 if candidate.known else settings.getfloat("NEW_SERVER_SHARE")
    return ServerLimits(
        rooms=int(settings.getint("ROOMS_PER_SERVER") * share),
        text=int(settings.getint("TEXT_PER_SERVER") * share),
        name=settings.getint("NAME_LETTERS"),
        description=settings.getint("DESCRIPTION_LETTERS"),
    )


def answer(response: Response, packing: HttpCompressionMiddleware) -> Reply:
    """The parts of a Scrapy response that a conversation reads.

    It is unpacked here, where it is read at once and dropped: were Scrapy to do it, all that came at a time would be
    there unpacked before the first is read.
    """
    whole = response.meta.pop("whole", response)
    tries = response.meta.get("tries", 1)
    body = b""
    request = response.request
    if request is not None:
        try:
            body = packing.process_response(request, whole).body
        except Exception as error:  # noqa: BLE001 - each way of packing has errors of its own
            if whole.status == _OK:
                return replace(_trouble(error), tries=tries)
    return Answer(
        url=whole.url,
        status=whole.status,
        body=body,
        location=_header(whole, "Location"),
        retry_after=_header(whole, "Retry-After"),
        date=_header(whole, "Date") or formatdate(usegmt=True),
        tries=tries,
    )


def failure(failed: ScrapyFailure) -> Failure:
    """What a conversation needs to know of a request that failed."""
    return _trouble(failed.value)


def _trouble(error: BaseException | None) -> Failure:
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


def ended(reply: Reply) -> Failure:
    """What a server that stalls answers to the questions that are not asked any more: what it answered last."""
    if isinstance(reply, Failure) and reply.outcome is not Outcome.ABANDONED:
        return replace(reply, tries=0)
    return Failure(Outcome.STALLED, "did not tell all before the others had", tries=0)
