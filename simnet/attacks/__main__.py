"""``python -m simnet.attacks MANNER``: attackers on loopback until stdin closes; each line there asks for the log."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import simnet.attacks.pictures  # noqa: F401 - makes its manners known
from simnet.attacks.manners import MANNERS, Manner
from simnet.engine import bind
from simnet.process import raise_file_limit


class Crowd:
    """All attackers of one manner, and what was asked of them."""

    def __init__(self, act: Manner) -> None:
        self._act = act
        self._open: Counter[str] = Counter()
        self._most: Counter[str] = Counter()
        self._times: list[float] = []
        self._servers: list[asyncio.Server] = []

    async def open(self, hosts: list[str], count: int) -> list[str]:
        """Listen at ``count`` ports of loopback, in turns at ``hosts``; ``host:port`` of each."""
        found = []
        for number in range(count):
            host = hosts[number % len(hosts)]
            sock = bind(host)
            self._servers.append(await asyncio.start_server(self._meet, sock=sock))
            found.append(f"{host}:{sock.getsockname()[1]}")
        return found

    def log(self) -> dict[str, Any]:
        """How many connections there were, when they began (``time.monotonic``), and the most at once a host."""
        return {"times": self._times, "most": self._most}

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self._times.append(time.monotonic())
        self._open[host] += 1
        self._most[host] = max(self._most[host], self._open[host])
        with suppress(OSError, asyncio.IncompleteReadError):
            await self._act(reader, writer)
        self._open[host] -= 1
        with suppress(OSError):
            writer.close()


async def serve(name: str, hosts: list[str], count: int) -> None:
    """Say where attackers listen, then answer each line of stdin, until it closes."""
    raise_file_limit()
    crowd = Crowd(MANNERS[name])
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
    print(json.dumps(await crowd.open(hosts, count)), flush=True)  # noqa: T201 - the parent reads it
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while await lines.readline():
        print(json.dumps(crowd.log()), flush=True)  # noqa: T201 - as above


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m simnet.attacks", description=__doc__)
    parser.add_argument("manner", choices=sorted(MANNERS))
    parser.add_argument("--hosts", nargs="+", default=["127.0.0.1"], help="addresses of loopback to listen at")
    parser.add_argument("--count", type=int, default=1, help="how many ports")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(options.manner, options.hosts, options.count))


if __name__ == "__main__":
    main()
