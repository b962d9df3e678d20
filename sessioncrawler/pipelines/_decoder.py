"""The process that decodes pictures, from the side of the crawl (docs/architecture.md).

It is a Python of its own, with no socket and no secret of the crawl: neither its environment nor its memory. Pictures
come one after another. Where one takes too much, the process ends, and the next picture gets a new one. It ends by
itself when its stdin closes, so none outlives the crawl.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress

from sessioncrawler.pipelines._pictures import HEAD, ICON, READY, UNFIT, Unfit, UnfitPictureError

PROGRAM = """
import sys
sys.path[:] = {path!r}
from sessioncrawler.pipelines._pictures import serve
serve({cpu!r}, {memory!r})
"""
ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")
"""All that it gets of the environment: what some Pythons need to start."""
END_SECONDS = 1.0
"""Seconds in which a process that closed its pipe has ended."""
START_SECONDS = 30.0
"""It takes a tenth of one; on a machine that is overrun, more."""
MOST_BYTES = 65_536
"""Of an answer. Icons have up to 10,000; nothing that took the process over may fill the state."""
_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP}
_ENDED = (OSError, EOFError)
"""How asyncio tells that the other side of a pipe is gone."""
_WEBP = b"RIFF"
_REASONS = frozenset(Unfit)


class UndecidedError(Exception):
    """No icon was made, and the picture may be good all the same. The message is for a log."""


class DecoderMissingError(Exception):
    """There is no process that makes icons, and there will be none in this crawl."""


class Decoder:
    """Makes icons, one at a time, each within the same limits. The process is started when there is a picture."""

    def __init__(self, cpu: float, memory: int, seconds: float) -> None:
        """``cpu``: seconds of processor time; ``memory``: MiB; ``seconds`` by the clock, from when it is its turn."""
        self._seconds = seconds
        path = [os.path.abspath(place) for place in sys.path]  # noqa: PTH100 - "" is the folder we are in
        self._program = PROGRAM.format(path=path, cpu=cpu, memory=memory << 20)
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._killed: list[Process] = []
        self._missing = ""
        """Why there can be no process."""

    async def make_icon(self, data: bytes) -> bytes:
        """The icon of a picture, as :func:`~sessioncrawler.pipelines._pictures.make_icon` makes it.

        Raises :class:`UnfitPictureError`, :class:`UndecidedError`, :class:`DecoderMissingError`.
        """
        async with self._turn:
            process = self._process or await self._start()
            try:
                async with asyncio.timeout(self._seconds):
                    return _understood(await _ask(process, data))
            except TimeoutError:
                self._kill()
                raise UndecidedError(f"it was not decoded within {self._seconds:g} s (ICON_TIME)") from None
            except _ENDED:
                raise await self._why(process) from None
            except asyncio.CancelledError:
                self._kill()  # the answer that it would give is to nobody's question
                raise

    async def close(self) -> None:
        """End the process; none is left when this returns."""
        self._kill()
        for process in self._killed:
            await process.wait()

    async def _start(self) -> Process:
        """A new process that says it is ready. Where there can be none, none is tried again."""
        if self._missing:
            raise DecoderMissingError(self._missing)
        environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        try:
            async with asyncio.timeout(START_SECONDS):
                # Not forked: it shall have neither our sockets nor our memory. asyncio closes all else that is open.
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-c", self._program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
                )
                if await _receive(self._process) == READY:
                    return self._process
            self._missing = "what it says is not understood"
        except TimeoutError:
            self._missing = f"it was not ready within {START_SECONDS:g} s"
        except EOFError:
            self._missing = "it ended at once"
        except OSError as error:
            self._missing = str(error)
        except asyncio.CancelledError:
            self._kill()
            raise
        self._kill()
        raise DecoderMissingError(self._missing)

    async def _why(self, process: Process) -> Exception:
        """Why the process ended in the middle of a picture."""
        # Let it end by itself first: whoever kills by asyncio may take the exit code away from it.
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        self._kill()  # it may also have closed its pipe only
        code = await process.wait()
        if code == -signal.SIGPROF:
            return UnfitPictureError(Unfit.COSTLY)
        if -code in _CRASHES:
            return UnfitPictureError(Unfit.BROKEN)
        return UndecidedError(f"the process that decoded it was ended from outside (code {code})")

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101 - a pipe
        process.stdin.close()
        with suppress(ProcessLookupError):
            process.kill()
        self._killed = [one for one in (*self._killed, process) if one.returncode is None]


async def _ask(process: Process, picture: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101 - a pipe
    process.stdin.writelines((HEAD.pack(len(picture)), picture))
    await process.stdin.drain()
    return await _receive(process)


async def _receive(process: Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 - a pipe
    (size,) = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
    if size > MOST_BYTES:
        raise EOFError
    return await process.stdout.readexactly(size)


def _understood(answer: bytes) -> bytes:
    """The icon that an answer brings; raises what it says else."""
    if answer.startswith(ICON + _WEBP):
        return answer.removeprefix(ICON)
    reason = answer.removeprefix(UNFIT).decode(errors="replace")
    if answer.startswith(UNFIT) and reason in _REASONS:
        raise UnfitPictureError(Unfit(reason))
    raise UndecidedError("what the process said of it is not understood")
