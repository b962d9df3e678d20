"""The process that decodes strangers' pictures: how it starts, what it is not given, and that none is left."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sessioncrawler.pipelines import _decoder
from sessioncrawler.pipelines._decoder import DecoderMissingError, UndecidedError
from tests.pipelines.decoding import GOOD, ROOT, decoder, pid_of, run


def test_it_has_none_of_our_sockets_and_secrets(monkeypatch):
    monkeypatch.setenv("SESSIONCRAWLER_SITE_URI", "ftp://user:password@example.org")

    ours_too = {Path(f"/proc/self/fd/{number}").readlink() for number in (0, 1)}

    async def test(one):
        with socket.create_server(("127.0.0.1", 0)) as ours:
            ours.set_inheritable(True)
            await one.make_icon(GOOD)
            process = Path("/proc", str(pid_of(one)))
            assert b"password" not in (process / "environ").read_bytes()
            files = {number.name: number.readlink() for number in (process / "fd").iterdir()}
        assert set(files) == {"0", "1", "2"}
        assert str(files["2"]) == os.devnull
        assert not {files["0"], files["1"]} & ours_too

    run(test)


ORPHAN = """
import asyncio, os
from sessioncrawler.pipelines._decoder import Decoder
from simnet.bombs import many_scans
from simnet.images import checked
async def main():
    one = Decoder(2, 200, 60)
    await one.make_icon(checked("x"))
    print(one._process.pid, flush=True)
    asyncio.create_task(one.make_icon(many_scans(2000, 3000)))
    await asyncio.sleep(0.2)
    os._exit(0)
asyncio.run(main())
"""


def test_it_does_not_outlive_a_crawl_that_is_killed():
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    process = Path("/proc", done.stdout.strip())
    deadline = time.monotonic() + 30
    while process.exists() and "\nState:\tZ" not in (process / "status").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("program", "why"),
    [("/nowhere/python", "No such file"), ("/bin/false", "ended at once"), ("/bin/cat", "ended at once")],
)
def test_where_there_can_be_no_process_that_is_said_once(monkeypatch, program, why):
    async def whole():
        async with decoder() as one:
            for _ in range(2):
                with pytest.raises(DecoderMissingError, match=why):
                    await one.make_icon(GOOD)
                monkeypatch.setattr(sys, "executable", "/never/tried/again")

    monkeypatch.setattr(sys, "executable", program)
    asyncio.run(whole())


def test_a_process_that_is_not_ready_in_time_is_none(monkeypatch):
    monkeypatch.setattr(_decoder, "PROGRAM", "import time; time.sleep(60) # {path} {cpu} {memory}")
    monkeypatch.setattr(_decoder, "START_SECONDS", 0.2)

    async def test(one):
        with pytest.raises(DecoderMissingError, match="not ready"):
            await one.make_icon(GOOD)

    run(test)


TAKEN_OVER = """
import sys, time
sys.path[:] = {{path!r}}
from sessioncrawler.pipelines._pictures import READY, _send
_send(sys.stdout.buffer, READY)
_send(sys.stdout.buffer, {answer})
time.sleep(60 + {{cpu}} + {{memory}})
"""


@pytest.mark.parametrize("answer", ["b''", "b'+no webp'", "b'-because'", "bytes([255])", "b'+RIFF' + bytes(70_000)"])
def test_what_a_process_says_that_was_taken_over_is_not_believed(monkeypatch, answer):
    monkeypatch.setattr(_decoder, "PROGRAM", TAKEN_OVER.format(answer=answer))

    async def test(one):
        with pytest.raises(UndecidedError):
            await one.make_icon(GOOD)

    run(test)


REFUSING = """
import os, resource
def refuse(*_): raise PermissionError(1, "Operation not permitted")
os.nice = resource.setrlimit = refuse
"""
LOW = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
"""


@pytest.mark.parametrize("system", [REFUSING, LOW], ids=["refused", "low already"])
def test_it_works_where_limits_are_low_or_cannot_be_set(monkeypatch, system):
    """As a service without leave to set priorities and limits (``SystemCallFilter=~@resources``)."""
    monkeypatch.setattr(_decoder, "PROGRAM", system + _decoder.PROGRAM)

    async def test(one):
        assert await one.make_icon(GOOD)

    run(test, memory=10_000)


def test_it_starts_from_an_egg(monkeypatch, tmp_path):
    """The package is in a zip file on the path of modules, and nowhere else."""
    shutil.copytree(
        ROOT / "sessioncrawler",
        tmp_path / "egg" / "sessioncrawler",
        ignore=shutil.ignore_patterns("locale", "__pycache__"),
    )
    egg = shutil.make_archive(str(tmp_path / "project"), "zip", tmp_path / "egg")
    shutil.rmtree(tmp_path / "egg")
    path = [place for place in sys.path if not Path(place or ".", "sessioncrawler").exists()]
    monkeypatch.setattr(sys, "path", [egg, *path])
    monkeypatch.chdir(tmp_path)

    async def test(one):
        assert await one.make_icon(GOOD)

    run(test)
