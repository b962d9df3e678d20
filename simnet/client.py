"""The parent's side: start a simulated network in a process of its own, and talk to its control port."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from simnet.truth import Truth

START_SECONDS = 60.0
"""Seconds until the handshake must be there; 10,000 servers take a few."""
STOP_SECONDS = 10.0
_OPENER = build_opener(ProxyHandler({}))  # loopback is never reached through a proxy


class SimNetError(RuntimeError):
    """The simulated network did not start or does not understand."""


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """A TCP connection to one port. ``server`` is ``INDEX-KIND``, a source's name, or ``canary``."""

    server: str
    port: int
    offset: float
    """Seconds since the network started."""
    ended: float | None = None
    """Seconds since the network started; None while the connection is open."""


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request to one port."""

    server: str
    port: int
    offset: float
    method: str
    path: str
    """With its query, as it was sent."""
    user_agent: str
    scheme: str


class SimNet:
    """A simulated network for the length of a ``with`` block; see ``world.make_world`` for the arguments.

    With ``spread`` each server has a domain and an IP address of its own (:mod:`simnet.spread`). ``now``
    (Unix seconds) is when the scenario ``lifelike`` is looked at, to whose servers :mod:`simnet.lifelike.roads` leads.

    SimNetError where the process does not start in time.
    """

    listing_urls: dict[str, str]
    ports: dict[int, int]
    """Index of a server → its port."""
    ca_file: Path
    directory_toml: Path
    truth: Truth
    started: float
    """When the offsets of the log begin, on the clock of ``time.monotonic``."""

    def __init__(
        self,
        seed: int = 1,
        scenario: str = "demo",
        servers: int | None = None,
        latency: tuple[float, float] = (0.0, 0.0),
        *,
        later: bool = False,
        spread: bool = False,
        now: int | None = None,
    ) -> None:
        self._arguments = ["--seed", str(seed), "--scenario", scenario]
        self._arguments += ["--latency", str(latency[0]), str(latency[1])]
        self._arguments += ["--later"] * later + ["--spread"] * spread
        for name, value in (("--servers", servers), ("--now", now)):
            if value is not None:
                self._arguments += [name, str(value)]
        self._process: subprocess.Popen[bytes] | None = None
        self._control = ""

    def __enter__(self) -> Self:
        root = str(Path(__file__).parents[1])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(  # noqa: S603 (our own module, our own arguments)
            [sys.executable, "-m", "simnet", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            self._read_handshake(self._process)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _read_handshake(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 (it is a pipe)
        ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
        line = process.stdout.readline() if ready else b""
        if not line:
            raise SimNetError("The simulated network did not start; its error output says why.")
        handshake = json.loads(line)
        self._control = handshake["control_url"]
        self.listing_urls = handshake["listing_urls"]
        self.ports = {int(index): port for index, port in handshake["ports"].items()}
        self.started = handshake["started"]
        self.ca_file = Path(handshake["ca_file"])
        self.directory_toml = Path(handshake["directory_toml"])
        self.truth = Truth.from_json(Path(handshake["truth"]).read_text(encoding="utf-8"))

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None  # noqa: S101 (both are pipes)
            pipe.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._control:
            shutil.rmtree(self.ca_file.parent, ignore_errors=True)

    def _ask(self, path: str) -> Any:
        try:
            with _OPENER.open(self._control + path, timeout=STOP_SECONDS) as response:
                return json.load(response)
        except HTTPError as error:
            with error:
                raise SimNetError(error.read().decode()) from error
        except OSError as error:
            message = f"The simulated network does not answer {path}: {error}."
            raise SimNetError(message) from error

    def requests(self) -> list[RequestRecord]:
        """Every request since the start or the last reset, in order."""
        return [RequestRecord(*row) for row in self._ask("/requests")]

    def connections(self) -> list[ConnectionRecord]:
        """Every accepted connection since the start or the last reset, in order."""
        return [ConnectionRecord(*row) for row in self._ask("/connections")]

    def reset_log(self) -> None:
        """Forget the log; faults that pass begin anew."""
        self._ask("/reset")

    def advance(self, *servers: int, back: bool = False) -> None:
        """Let the servers with these indices become what they are later in their world, all where none is named.

        ``back`` makes them what they were at first. Sources show what is posted then, and ``truth`` is that of the
        world as it is then.
        """
        query = urlencode([*(("server", index) for index in servers), ("back", int(back))])
        self.truth = Truth.from_json(json.dumps(self._ask(f"/advance?{query}")))

    def set_listing(self, name: str, mode: str) -> None:
        """Put a source into a mode of ``sources.Mode``. SimNetError where there is no such site or mode."""
        self._ask("/listing?" + urlencode({"name": name, "mode": mode}))
