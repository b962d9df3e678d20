"""Reading the bodies of answers: how many bytes, in how many pieces, how slowly, and how many large ones at a time."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_parser import RawResponseMessage
from aiohttp.streams import StreamReader

from sessioncrawler.downloadhandlers._attempt import Attempt
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError

SMALL = 262_144
"""Bytes that every answer may have without waiting for its turn."""
ERROR_SIZE = 16_384
"""Bytes that are read of an answer whose status says that it is none."""
RATE_AFTER = 10.0
"""Seconds of a body after which its rate is looked at."""
MOST_HEAD_PIECES = 500
"""Pieces in which the head of an answer may come."""
MOST_EARLY = 20
"""Preliminary answers (RFC 9110, section 15.2) before the answer: a few hints are usual."""
_MOST_CODINGS = 2
"""Layers of compression; more of them only cost time."""
_OK = range(200, 300)
_EARLY = range(100, 200)
Connector = TypeVar("Connector", bound=aiohttp.BaseConnector)


@dataclass(frozen=True, slots=True)
class ReadingBounds:
    """What the bodies of answers may be."""

    memory: int
    """Bytes of all large answers that are being read at a time."""
    maxsize: int
    """Bytes of one answer."""
    rate: float
    """Bytes a second, on average, below which an answer is given up."""
    pieces: int
    """Pieces (packets or chunks) in which all answers of one server may come: a small one costs as much time."""


class BodyReader:
    """Reads bodies within ``bounds``; :class:`TryError` where one is none that can be taken."""

    def __init__(self, bounds: ReadingBounds) -> None:
        self._bounds = bounds
        self._turns = asyncio.Semaphore(max(1, bounds.memory // max(1, bounds.maxsize)))
        self._pieces: Counter[str] = Counter()

    async def body(self, answer: aiohttp.ClientResponse, attempt: Attempt, server: str, maxsize: int) -> bytes | None:
        """The body of an answer of ``server``; None where it is that of an error, and too long to be read.

        What is longer than ``SMALL`` waits until there is room for it, and no clock of the attempt runs meanwhile.
        """
        fails = answer.status not in _OK
        longest = min(maxsize, ERROR_SIZE) if fails else maxsize
        if (answer.content_length or 0) > longest:
            if fails:
                return None
            raise _too_long(longest)
        if answer.content.at_eof():
            return b""  # what never has a body gives empty chunks for ever
        if ",".join(answer.headers.getall("Content-Encoding", [])).count(",") >= _MOST_CODINGS:
            raise TryError(Outcome.TOO_LARGE, f"packs its answer more than {_MOST_CODINGS} times", final=True)
        loop = asyncio.get_running_loop()
        began = loop.time() - attempt.waited
        chunks: list[bytes] = []
        size = 0
        async with contextlib.AsyncExitStack() as turn:
            async for chunk, _ in answer.content.iter_chunks():
                self.count(server)
                size += len(chunk)
                if size > longest:
                    if fails:
                        return None
                    raise _too_long(longest)
                chunks.append(chunk)
                seconds = loop.time() - began - attempt.waited
                if seconds > RATE_AFTER and size < self._bounds.rate * seconds:
                    detail = f"sends its answer more slowly than {self._bounds.rate:g} bytes a second"
                    raise TryError(Outcome.STALLED, detail, final=True)
                if size > SMALL and not attempt.has_turn:
                    await turn.enter_async_context(self._turn(attempt))
            return b"".join(chunks)

    def count(self, server: str) -> None:
        """Note one more piece of an answer of ``server``."""
        self._pieces[server] += 1
        if self._pieces[server] > self._bounds.pieces:
            detail = f"sends its answers in crumbs: more than {self._bounds.pieces:,} pieces"
            raise TryError(Outcome.STALLED, detail, final=True)

    @contextlib.asynccontextmanager
    async def _turn(self, attempt: Attempt) -> AsyncIterator[None]:
        with attempt.waiting():
            await self._turns.acquire()
        attempt.has_turn = True
        try:
            yield
        finally:
            attempt.has_turn = False
            self._turns.release()


class Hearing(ResponseHandler):
    """aiohttp's side of a connection; it ends one whose answer never gets beyond its head, at any cost of work."""

    _heard = True
    _pieces = _early = 0

    def set_response_params(self, **params: Any) -> None:
        """Begin to listen to the next answer."""
        self._heard = False
        self._pieces = self._early = 0
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the answer has a head."""
        self._pieces += not self._heard
        if self._pieces > MOST_HEAD_PIECES:
            self._end("sends the head of its answer in crumbs")
        else:
            super().data_received(data)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Take the head of an answer, or of one that is preliminary."""
        self._heard = data[0].code not in _EARLY
        self._early += not self._heard
        if self._early <= MOST_EARLY:
            super().feed_data(data, size)
        elif self.exception() is None:
            self._end("sends nothing but preliminary answers")

    def _end(self, detail: str) -> None:
        self.set_exception(TryError(Outcome.STALLED, detail, final=True))
        if self.transport is not None:
            self.transport.abort()


def listening(connector: Connector) -> Connector:
    """Let a connector make connections that end by themselves where their answers cost too much."""
    make: functools.partial[Any] = functools.partial(Hearing, loop=asyncio.get_running_loop())
    connector._factory = make  # noqa: SLF001 - aiohttp has no public way
    return connector


def _too_long(longest: int) -> TryError:
    return TryError(Outcome.TOO_LARGE, f"answers with more than {longest:,} bytes", final=True)
