"""One run at a time publishes at a place that knows no locks: a bucket, an FTP server.

A run leaves a mark there, changes it while it goes on, and takes it away when it is done. Nobody's clock is compared
with anybody else's: who waits looks whether the mark changes. One that has not changed for ``PUBLISH_LEASE`` seconds
was left by a run that is dead, and is taken over.
"""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import Any

from scrapy.settings import BaseSettings

from sessioncrawler.feedstorages._site import Target, Trouble
from sessioncrawler.publish.manifest import FILES

logger = logging.getLogger(__name__)

MARK = ".publishing"
"""Its name; web servers don't show what begins with a dot."""
_LOOKS = 24
"""Looks at another run's mark until it counts as left behind."""
_RENEWALS = 4
"""Changes of our own mark in that time, at least, where files are stored that fast."""


class BusyError(Exception):
    """Another run publishes at the same place, and goes on doing so."""


class Lease(ABC):
    """Such a mark. What tells one state of it from another, a place decides: None is no mark."""

    def __init__(self, settings: BaseSettings, where: str) -> None:
        self._where = where
        self._seconds = settings.getfloat("PUBLISH_LEASE")
        # At least as long as it takes to know whether the other one lives.
        self._wait = max(settings.getfloat("PUBLISH_WAIT"), 1.5 * self._seconds)
        self._mark: Any = None
        self._changed = 0.0

    @abstractmethod
    def make(self, content: bytes) -> Any:
        """Leave a mark where there is none; None where there is one."""

    @abstractmethod
    def look(self) -> Any:
        """The mark that is there."""

    @abstractmethod
    def change(self, mark: Any, content: bytes) -> Any:
        """Change a mark that is our own; None where it is no more."""

    @abstractmethod
    def take(self, mark: Any, content: bytes) -> Any:
        """Put ours in the place of a mark that was left behind; None where somebody else was faster."""

    @abstractmethod
    def remove(self) -> None:
        """Take our mark away."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait until nobody else publishes here, and keep others away; Trouble where that takes too long."""
        self._mark, self._changed = self._acquired(), time.monotonic()
        try:
            yield
        finally:
            if self._mark is not None:
                self.remove()

    def check(self, place: Target) -> None:
        """Say that we live, now and then; Trouble where another run thought we did not, and took our place.

        What we stored since then may be among its files, so its manifest goes, and the next run compares every file.
        """
        if time.monotonic() - self._changed < self._seconds / _RENEWALS:
            return
        self._mark = self.change(self._mark, _anything())
        if self._mark is None:
            with suppress(Trouble):
                place.delete([FILES])
            error = BusyError("another run has begun to publish here, since this one was silent for too long")
            raise Trouble(self._where, error, "Run it again when that one has ended.", str(error))
        self._changed = time.monotonic()

    def stays(self, why: str) -> None:
        """Say that our mark could not be taken away."""
        words = "The mark at %s could not be removed (%s), so the next run waits for %.0f s before it goes on."
        logger.warning(words, self._where, " ".join(why.split()), self._seconds)

    def _acquired(self) -> Any:
        began = now = time.monotonic()
        seen, since = None, began
        while (mark := self.make(_anything())) is None:
            there, now = self.look(), time.monotonic()
            if there != seen:
                seen, since = there, now
            elif there is not None and now - since >= self._seconds:
                mark = self.take(there, _anything())
                if mark is not None:
                    logger.warning("A run that published at %s was killed: this one goes on in its place.", self._where)
                    break
            if now - began >= self._wait:
                raise busy(self._where, now - began)
            time.sleep(self._seconds / _LOOKS)
        return mark


def busy(where: str, seconds: float) -> Trouble:
    """What is told where we have waited in vain."""
    error = BusyError(f"another run is publishing there, and was not done after {seconds:.0f} s")
    return Trouble(where, error, "Run it again when that one has ended, or set PUBLISH_WAIT higher.", str(error))


def _anything() -> bytes:
    """What no other mark is."""
    return token_hex(16).encode()
