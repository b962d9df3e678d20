"""300: the language of a Community."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.editorial.guess import Guess, RememberedGuesses, classify
from sessioncrawler.editorial.judge import Judge, LanguageVerdict
from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.model import Poll, Room, Server
from sessioncrawler.pipelines._decoder import ENVIRONMENT
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.state import State, StateError

PROGRAM = """
import json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the crawl, when stdin does
sys.path[:] = {path!r}
from sessioncrawler.editorial.guess import classify
for line in sys.stdin.buffer:
    print(json.dumps([classify(words) for words in json.loads(line)]), flush=True)
"""
MODEL_SECONDS = 60.0
"""In which the model has answered; it is loaded in half a second, and a server's texts take it a tenth of one."""

FORESEEN = 10_000
"""Texts in a crawl that are guessed before they are wanted: half a millisecond each, and strangers write them."""
AT_ONCE = 200
"""Texts in one question, so that the answer is a line that asyncio reads."""

logger = logging.getLogger(__name__)


class LanguagePipeline(StatefulPipeline):
    """Sets ``language`` and ``language_from`` (docs/languages.md). The state remembers guesses, by the text.

    What is new is guessed as soon as a server has told it, beside the crawl: the model is asked in a process of its
    own, which is there only when it is needed, and gone before the site is rendered.

    Stats: ``language/from/ORIGIN`` with a value of :class:`~sessioncrawler.editorial.judge.LanguageOrigin`,
    ``language/unknown`` (nobody said), ``language/not_understood`` for tags that are no language, and
    ``language/guessed`` for texts that the model was asked about.
    """

    lost = "What was guessed of languages is not kept."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._model = Model()
        self._guesses = RememberedGuesses(self._read, self._model.said)
        self._foreseeing: set[asyncio.Task[None]] = set()
        self._foreseen = FORESEEN
        """Texts that may still be guessed before they are wanted."""
        self._publishing = False
        self.judge = Judge(
            configured_directory(settings["DIRECTORY_CONFIG"]),
            self.now,
            guess=settings.getbool("GUESS_LANGUAGES", True),
            guesser=self._guesses.guess,
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the pipeline, and let no process outlive the crawl."""
        pipeline = super().from_crawler(crawler)
        crawler.signals.connect(pipeline.end, signal=signals.spider_closed)
        return pipeline

    async def process_item(self, item: Any) -> Any:
        """Find the language of a Community; begin to guess those of a server."""
        if isinstance(item, AnswerItem):
            foreseeing = asyncio.get_running_loop().create_task(self._foresee(item.poll))
            self._foreseeing.add(foreseeing)
            foreseeing.add_done_callback(self._foreseeing.discard)
        elif isinstance(item, CommunityItem):
            self._publishing = True
            verdict = await self._verdict(item.server, item.room)
            item.language, item.language_from = verdict.code, verdict.origin
            self.stats.inc_value(f"language/from/{verdict.origin}" if verdict.origin else "language/unknown")
            if verdict.not_understood:
                self.stats.inc_value("language/not_understood", count=len(verdict.not_understood))
        elif isinstance(item, PollItem):  # all Communities are through
            await self._model.close()
        return item

    async def end(self) -> None:
        """Guess nothing more, and leave no process behind."""
        for foreseeing in self._foreseeing:
            foreseeing.cancel()
        await self._model.close()

    def ready(self) -> bool:
        """Whether anything was guessed, or known to be."""
        return bool(self._guesses.new or self._guesses.used)

    def write(self, state: State) -> None:
        """Remember what was guessed."""
        new, used = self._guesses.taken()
        state.record_guesses(new, used, self.now)
        if new:
            self.stats.inc_value("language/guessed", count=len(new))

    async def _verdict(self, server: Server, room: Room) -> LanguageVerdict:
        try:
            return self.judge.language(server, room)
        except UnheardError as unheard:
            await self._model.hear([unheard.words])
        return self.judge.language(server, room)

    async def _foresee(self, poll: Poll) -> None:
        """Let the model say of the texts of a server what will be asked when they are published.

        Some will not be; they are remembered all the same, or the model would be asked in each crawl.
        """
        if poll.server is None:
            return
        new: list[tuple[Room, str]] = []
        for room in poll.rooms:
            try:
                self.judge.language(poll.server, room)
            except UnheardError as unheard:
                new.append((room, unheard.words))
        new = new[: self._foreseen]
        self._foreseen -= len(new)
        await self._model.hear([words for _, words in new], lambda: not self._publishing)
        with suppress(UnheardError):
            for room, _ in new:
                self.judge.language(poll.server, room)

    def _read(self) -> Mapping[str, Guess | None]:
        """What is remembered. Where there is no state nothing is: whoever writes into it says what is wrong."""
        try:
            with State.open(self.url, create=False) as state:
                return state.guesses()
        except StateError:
            return {}


class UnheardError(Exception):
    """The model has not said yet what it makes of ``words``."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Model:
    """What :func:`classify` says, out of a process of its own: the model takes 100 MB and half a second.

    Where there can be no such process, it is loaded here.
    """

    def __init__(self) -> None:
        path = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - "" is the folder we are in
        self._command = sys.executable, "-c", PROGRAM.format(path=path)
        self._said: dict[bytes, tuple[str, float]] = {}
        """By the digest of the words: there may be tens of thousands."""
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._here = False

    def said(self, words: str) -> tuple[str, float]:
        """What the model said of words; :class:`UnheardError` where it was not asked."""
        try:
            return self._said[_digest(words)]
        except KeyError:
            raise UnheardError(words) from None

    async def hear(self, texts: Sequence[str], wanted: Callable[[], bool] = lambda: True) -> None:
        """Ask the model, as long as that is ``wanted``."""
        async with self._turn:
            new = [words for words in dict.fromkeys(texts) if _digest(words) not in self._said]
            for start in range(0, len(new), AT_ONCE):
                if not wanted():
                    return
                some = new[start : start + AT_ONCE]
                self._said |= zip(map(_digest, some), await self._ask(some), strict=True)

    async def close(self) -> None:
        """End the process; none is left when this returns."""
        async with self._turn:
            await self._end()

    async def _ask(self, texts: list[str]) -> list[tuple[str, float]]:
        if not self._here:
            try:
                async with asyncio.timeout(MODEL_SECONDS):
                    return await self._answers(texts)
            except (OSError, EOFError, ValueError) as error:
                logger.info("Languages are guessed in this process, since there is no other (%r).", error)
                self._here = True
                await self._end()
        return [classify(words) for words in texts]

    async def _answers(self, texts: list[str]) -> list[tuple[str, float]]:
        if self._process is None:
            environment = {name: os.environ[name] for name in (*ENVIRONMENT, "TMPDIR") if name in os.environ}
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
            )
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None  # noqa: S101 - a pipe
        assert told is not None  # noqa: S101 - a pipe
        asked.write(json.dumps(texts).encode() + b"\n")
        await asked.drain()
        answers = [(str(code), float(probability)) for code, probability in json.loads(await told.readline())]
        if len(answers) != len(texts):
            raise EOFError
        return answers

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101 - a pipe
        process.stdin.close()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _digest(words: str) -> bytes:
    return blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).digest()
