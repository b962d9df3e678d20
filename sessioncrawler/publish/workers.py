"""A second process that renders a part of the site while this one renders the rest (docs/cost.md).

What is ``apart`` lies ready in parts, and whoever is free takes the next one: the second process from the beginning,
this one when it has rendered all else. Where the second one fails or does not answer, this one renders its parts too.

It is forked, so all that it needs is there, in memory that is shared until it is written to. It writes into a temporary
file without a name, which vanishes with the two processes, and tells through a pipe what is in it. It hears no signal
but SIGKILL, since this process decides when to stop; where this process is gone, it ends by itself.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from multiprocessing.connection import Connection
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

from sessioncrawler.publish.archive import Members, pack, write_members
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.manifest import Fingerprint
from sessioncrawler.publish.outputs import OUTPUTS, Output, files

logger = logging.getLogger(__name__)

MOST = 2
"""Processes: the pages of Communities and servers are half of all the work; the rest is not worth a third one."""
PATIENCE = 60
"""Seconds that this process waits for the second one when nothing else is left to do.

The second one is at its last part then, which takes it about a second for 50,000 Communities.
"""


class RenderingError(Exception):
    """A renderer failed in the second process, as it would have in this one; the message says what it met."""


class _Failure(NamedTuple):
    """What was raised in the second process, in words: not every exception can be sent."""

    words: str
    traceback: str


def processes(wanted: int) -> int:
    """How many processes render: as many as ``wanted``, but no more than MOST; for 0, one a core.

    Where Linux does not tell the cores there is one process: elsewhere, system libraries do not bear a fork.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return min(MOST, wanted if wanted > 0 else cores)


def pack_edition(archive: IO[bytes], edition: Edition, *, processes: int = 1, folder: str | None = None) -> None:
    """Write the archive of ``edition``: the same site, whatever the number of ``processes``.

    ``folder`` is for temporary files. Raises what rendering raises; RenderingError where the second process met it.
    The archive is not whole then.
    """
    second = None
    if processes > 1:
        with suppress(OSError):  # no room for one more process, or for its file
            second = _Second(edition, folder)
    if second is None:
        pack(archive, files(edition, OUTPUTS))
        return
    try:
        here = chain((one for one in OUTPUTS if not one.apart), second.left())
        pack(archive, files(edition, here), second.members())
    finally:
        second.end()


class _Second:
    """The second process. Raises OSError where there can be none."""

    def __init__(self, edition: Edition, folder: str | None) -> None:
        _ = edition.cards, edition.posters  # made once, for both
        self._apart = [one for one in OUTPUTS if one.apart]
        self._rendered: Members | None = None
        with ExitStack() as stack:
            # Who looks for garbage writes to every object there is, and what is written to is shared no longer.
            gc.freeze()
            stack.callback(gc.unfreeze)
            self._file = stack.enter_context(TemporaryFile(prefix="pages-", dir=folder))
            self._ready = stack.enter_context(_ready(len(self._apart)))
            self._told, tell = multiprocessing.Pipe(duplex=False)
            stack.enter_context(self._told)
            self._process = multiprocessing.get_context("fork").Process(
                target=self._render, args=(edition, tell, os.getpid())
            )
            with tell, _no_signals(), warnings.catch_warnings():
                # A fork beside other threads may wait for their locks for ever; who only renders waits for none.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process.start()
            self._resources = stack.pop_all()

    def left(self) -> Iterator[Output]:
        """What this process has to render of what is apart; at the end it waits for the second one."""
        mine = set()
        for number in _taken(self._ready):
            mine.add(number)
            yield self._apart[number]
            if self._told.poll():  # it has failed, or found nothing more to take
                break
        if told := self._wait():
            self._rendered = Members(self._file, told)
        else:
            yield from (one for number, one in enumerate(self._apart) if number not in mine)

    def members(self) -> Iterator[Members]:
        """What the second process has rendered, when all else is."""
        if self._rendered:
            yield self._rendered

    def _wait(self) -> dict[str, Fingerprint] | None:
        """What the second process has rendered; None, and a line in the log, where it failed or is still busy."""
        ended = f"told nothing for {PATIENCE} s"
        try:
            told = self._told.recv() if self._told.poll(PATIENCE) else None
        except (EOFError, OSError):  # it may have died while it told
            told = None
            self._process.join()
            ended = f"was ended ({_end(self._process.exitcode)})"
        if isinstance(told, _Failure):
            error = RenderingError(told.words)
            error.add_note(told.traceback)
            raise error
        if told is None:
            logger.warning(
                "The second process that renders %s, so the first one renders the rest. With RENDER_PROCESSES=1 "
                "there is none.",
                ended,
            )
        return told

    def end(self) -> None:
        """End it, whatever it does; its file is gone."""
        with self._resources:
            self._process.kill()
            self._process.join()

    def _render(self, edition: Edition, tell: Connection, parent: int) -> None:
        """Be the second process."""
        self._told.close()  # or the pipe would seem to have a reader when the parent is gone
        result: Any
        try:
            apart = files(edition, (self._apart[number] for number in _taken(self._ready)))
            result = write_members(self._file, _while_there_is(parent, apart))
            self._file.flush()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            result = _Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
        with suppress(OSError):  # nobody is there to listen
            tell.send(result)


def _ready(parts: int) -> IO[bytes]:
    """A pipe that holds the numbers of so many parts (256 at most), and no more will come."""
    reading, writing = os.pipe()
    try:
        os.write(writing, bytes(range(parts)))
    finally:
        os.close(writing)
    return os.fdopen(reading, "rb", buffering=0)


def _taken(ready: IO[bytes]) -> Iterator[int]:
    """Numbers of parts, as long as there are any: what one process reads out of the pipe no other one reads."""
    while number := ready.read(1):
        yield number[0]


def _while_there_is(parent: int, files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        if os.getppid() != parent:
            raise ProcessLookupError("nobody waits for these files")
        yield file


@contextmanager
def _no_signals() -> Iterator[None]:
    """Hold all signals back from this thread, and for good from a process that it starts."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(code: int | None) -> str:
    return signal.Signals(-code).name if code and code < 0 else f"exit code {code}"
