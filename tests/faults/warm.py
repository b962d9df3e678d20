"""A process that has imported everything and forks a crawl on demand: a run costs a second instead of two.

Like ``tests/support/warm.py``, with orders that tell where to end a crawl. Run as ``python -m tests.faults.warm``.

Moments of a run are counted by Python's audit events: files that are opened for writing, renamed or removed, folders
that are made or removed, connections to databases and servers. A run is killed (``SIGKILL``) at one of them, some calls
of functions later, or some milliseconds later.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.warm import answer, warm_up

EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect", "socket.connect"}


def is_moment(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether something is about to be changed or asked for."""
    if event != "open":
        return event in EVENTS
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def give_up_privileges() -> None:
    """Be root no longer where files have owners and modes: without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(0x2008_0522, 0), (_Sets * 2)()
    assert libc.capget(ctypes.byref(header), sets) == 0
    for one in ("effective", "permitted", "inheritable"):
        setattr(sets[0], one, getattr(sets[0], one) & ~0b110)
    assert libc.capset(ctypes.byref(header), sets) == 0


class Moments:
    """Counts the moments of a run, and ends it at one of them."""

    def __init__(self, last: int | None, calls: int | None, late: float | None, pipe: int) -> None:
        self.seen: list[str] = []
        self._last = last
        self._calls = calls
        self._late = late
        self._pipe = pipe

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if is_moment(event, arguments):
            self.seen.append(event)
            if len(self.seen) == self._last:
                self._end()

    def end_child(self, calls: int) -> None:
        """Called in a process that the run has forked: end it so many calls later."""
        self._calls = calls
        sys.setprofile(self._count)

    def _end(self) -> None:
        if self._late is not None:
            os.write(self._pipe, b"!")  # the parent kills us a little later, wherever we are then
        elif self._calls is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            sys.setprofile(self._count)

    def _count(self, *_: object) -> None:
        """Called where this thread calls a function and where one returns."""
        assert self._calls is not None
        self._calls -= 1
        if self._calls <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def crawl(order: dict[str, Any], pipe: int) -> None:
    """Be the crawl, in a process that was forked for it. Never returns."""
    folder = Path(order["folder"])
    output = os.open(folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(order["environment"])
    if order["largest"] is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest"], order["largest"]))
    if order["ordinary"]:
        give_up_privileges()
    for name, url in order["listing_urls"].items():
        _spider(name).page = url
    moments = Moments(order["last"], order["calls"], order["late"], pipe)
    sys.addaudithook(moments.hook)
    if order["second"] is not None:
        os.register_at_fork(after_in_child=lambda: moments.end_child(order["second"]))
    sys.argv = ["scrapy", *order["arguments"]]
    code: Any = 1
    try:
        from scrapy.cmdline import execute

        execute()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - nobody above would print it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if order["moments"]:
            Path(order["moments"]).write_text(json.dumps(moments.seen))
        os._exit(code if isinstance(code, int) else 0)


def _spider(name: str) -> Any:
    module = importlib.import_module(f"sessioncrawler.spiders.{name}")
    return next(value for value in vars(module).values() if getattr(value, "name", None) == name)


def attend(child: int, pipe: int, order: dict[str, Any]) -> int:
    """Wait for a crawl; end it after ``seconds``, or ``late`` seconds after its last moment. The exit code."""
    wait = order["seconds"] if order["seconds"] is not None else order["patience"]
    ready, _, _ = select.select([pipe], [], [], wait)
    if ready and os.read(pipe, 1):
        time.sleep(order["late"])
        ready = []
    if not ready:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    warm_up()
    answer("warm")
    for line in sys.stdin:
        order = json.loads(line)
        ours, theirs = os.pipe()
        began = time.monotonic()
        child = os.fork()
        if not child:
            os.close(ours)
            crawl(order, theirs)
        os.close(theirs)
        code = attend(child, ours, order)
        os.close(ours)
        answer({"code": code, "seconds": time.monotonic() - began})


if __name__ == "__main__":
    main()
