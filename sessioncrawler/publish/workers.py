"""A second process that renders a part of the site while this one renders the rest (docs/cost.md).

It is forked, so all that it needs is there, in memory that is shared until it is written to. It writes into a temporary
file without a name, which vanishes with the two processes, and tells through a pipe what is in it. It hears no signal
but SIGKILL, since this process decides when to stop; where this process is gone, it ends by itself.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

from sessioncrawler.publish.archive import Members, pack, write_members
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.outputs import OUTPUTS, files

MOST = 2
"""Processes: the pages of Communities are half of all the work, and the other half is not worth a third one."""


class RenderingError(Exception):
    """The second process failed; the message says what it met, or what ended it."""


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

    ``folder`` is for temporary files. Raises what rendering raises; RenderingError tells what the second process met.
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
        pack(archive, files(edition, (one for one in OUTPUTS if not one.apart)), second.members())
    finally:
        second.end()


class _Second:
    """The second process. Raises OSError where there can be none."""

    def __init__(self, edition: Edition, folder: str | None) -> None:
        _ = edition.cards  # made once, for both
        with ExitStack() as stack:
            # Who looks for garbage writes to every object there is, and what is written to is shared no longer.
            gc.freeze()
            stack.callback(gc.unfreeze)
            self._file = stack.enter_context(TemporaryFile(prefix="pages-", dir=folder))
            self._told, tell = multiprocessing.Pipe(duplex=False)
            stack.enter_context(self._told)
            self._process = multiprocessing.get_context("fork").Process(
                target=_render, args=(edition, self._file, self._told, tell, os.getpid())
            )
            with tell, _no_signals(), warnings.catch_warnings():
                # A fork beside other threads may wait for their locks for ever; who only renders waits for none.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._process.start()
            self._resources = stack.pop_all()

    def members(self) -> Iterator[Members]:
        """What it has rendered, when it is done."""
        try:
            told = self._told.recv()
        except EOFError:
            self._process.join()
            raise RenderingError(
                f"the process that renders the pages of Communities was ended ({_end(self._process.exitcode)}). "
                "Run it again; with RENDER_PROCESSES=1 there is no such process."
            ) from None
        if isinstance(told, _Failure):
            error = RenderingError(told.words)
            error.add_note(told.traceback)
            raise error
        yield Members(self._file, told)

    def end(self) -> None:
        """End it, whatever it does; its file is gone."""
        with self._resources:
            self._process.kill()
            self._process.join()


def _render(edition: Edition, file: IO[bytes], told: Connection, tell: Connection, parent: int) -> None:
    """Be the second process."""
    told.close()  # or the pipe would seem to have a reader when the parent is gone
    result: Any
    try:
        apart = files(edition, (one for one in OUTPUTS if one.apart))
        result = write_members(file, _while_there_is(parent, apart))
        file.flush()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        result = _Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
    with suppress(OSError):  # nobody is there to listen
        tell.send(result)


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
