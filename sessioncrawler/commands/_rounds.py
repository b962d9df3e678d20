"""Refreshing again and again, each round in a process of its own, where nothing else keeps time (docs/deploy.md)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import random
import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field

from sessioncrawler.text.numbers import counted

logger = logging.getLogger(__name__)

_UNITS = {"h": 3600, "m": 60, "s": 1}
_INTERVAL = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?", re.ASCII)
_STOPS = (signal.SIGTERM, signal.SIGINT)


def parse_interval(text: str) -> int:
    """Seconds of ``45m``, ``1h30m`` or ``90s``; ValueError for anything else."""
    found = _INTERVAL.fullmatch(text.strip())
    numbers = found.groups(default="0") if found else ()
    seconds = sum(int(number) * unit for number, unit in zip(numbers, _UNITS.values(), strict=False))
    if seconds <= 0:
        raise ValueError(f"{text!r} is no time between two rounds; write it as 45m or 1h30m")
    return seconds


def in_units(seconds: float) -> str:
    """The same the other way: ``1h30m``."""
    left, parts = math.ceil(seconds), ""
    for unit, length in _UNITS.items():
        number, left = divmod(left, length)
        parts += f"{number}{unit}" if number else ""
    return parts or "0s"


@dataclass
class RefreshService:
    """Runs ``command`` again and again until a signal stops it.

    The times are seconds but for ``jitter``, the share of a pause that is chance, and ``backoff``, how many times a
    pause is made longer at most after rounds that failed.
    """

    command: Sequence[str]
    interval: float
    """From the beginning of a round to that of the next."""
    jitter: float = 0.0
    backoff: int = 1
    longest: float = math.inf
    """After which a round is ended: it hangs."""
    mercy: float = 60.0
    """In which a round that is to end must have ended."""
    failures: int = 0
    """Rounds in a row that published nothing."""
    number: int = 0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _forced: bool = False
    _round: asyncio.subprocess.Process | None = None

    async def run(self) -> int:
        """The exit code: 0 where it was stopped and the round under way came to its end, 1 where that was forced."""
        loop = asyncio.get_running_loop()
        for one in _STOPS:
            loop.add_signal_handler(one, self._stop)
        while not self._stopping.is_set():
            began = loop.time()
            code = await self._one()
            if self._stopping.is_set():
                break
            pause = max(self._pause(failed=code != 0) - (loop.time() - began), 0.0)
            self._tell(code, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
        logger.info("Stopped after %s.", counted(self.number, "round", "rounds"))
        return int(self._forced)

    async def _one(self) -> int:
        """Run a round to its end; its exit code, negative where a signal ended it."""
        self.number += 1
        # A group of its own: Ctrl-C on a terminal is for us, who hand it on once.
        self._round = process = await asyncio.create_subprocess_exec(*self.command, process_group=0)
        if self._stopping.is_set():
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self.longest):
                return await process.wait()
        except TimeoutError:
            logger.error("Round %d took longer than %s and is ended.", self.number, in_units(self.longest))  # noqa: TRY400
            return await self._end(process)
        finally:
            self._round = None

    async def _end(self, process: asyncio.subprocess.Process) -> int:
        """End a round that hangs."""
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self.mercy):
                return await process.wait()
        except TimeoutError:
            process.kill()
            return await process.wait()

    def _pause(self, *, failed: bool) -> float:
        """Seconds from the beginning of a round to that of the next."""
        self.failures = self.failures + 1 if failed else 0
        times: int = min(1 << min(max(self.failures - 1, 0), 30), max(self.backoff, 1))
        chance = random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 - so that not all machines ask at once
        return self.interval * times * chance

    def _tell(self, code: int, pause: float) -> None:
        then = f"the next begins in {in_units(pause)}"
        if not code:
            logger.info("Round %d published the site; %s.", self.number, then)
            return
        how = f"exit code {code}" if code > 0 else f"signal {signal.Signals(-code).name}"
        row = f", the {self.failures} last ones did" if self.failures > 1 else ""
        logger.error(
            "Round %d published nothing and ended with %s%s; %s. What it wrote above says why.",
            self.number,
            how,
            row,
            then,
        )

    def _stop(self) -> None:
        """The first signal lets the round under way end as it can, a second one ends it at once."""
        if self._stopping.is_set():
            self._forced = True
            if self._round is not None:
                self._round.kill()
            return
        self._stopping.set()
        if self._round is not None:
            logger.info("The round under way is stopped; the site stays as it is. Send the signal again to force it.")
            self._round.send_signal(signal.SIGTERM)
