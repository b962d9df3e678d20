"""The child's side: binds every port of a world, says so in one line of JSON, and serves until its stdin closes."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from simnet.certificates import make_contexts
from simnet.configuration import directory_toml
from simnet.engine import Engine, bind, fill_backlog
from simnet.services import ControlService, Log, LoggedService, ServerService, SiteService
from simnet.sources import FORMS, make_sites
from simnet.specs import CANARY_HOST, IP, Certificate, ServerSpec, Socket, World
from simnet.truth import best_url, make_truth


def raise_file_limit() -> None:
    """As many open files as the system lets this process have: each server is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Network:
    """A world on loopback: ``open`` it inside a running loop, ``close`` it at the end."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.ports: dict[int, int] = {}
        self._log = Log()
        self._engine = Engine()
        self._servers: list[ServerService] = []

    def open(self) -> dict[str, Any]:
        """Bind everything and write the files; the handshake."""
        ca_file = self.folder / "ca.pem"
        contexts = make_contexts(ca_file)
        for spec in self.world.servers:
            if spec.socket is not Socket.NONE:
                self.ports[spec.index] = self._open_server(spec, contexts)
        self._introduce(self._open_canary())
        sites = make_sites(self.world, self.ports)
        listing_urls = {}
        for name, site in sites.items():
            listing_urls[name] = f"http://{IP}:{self._open(SiteService(site, self._log))}{FORMS[name].path}"
        control = self._engine.serve(bind(), ControlService(self._log, sites, self._servers))
        (self.folder / "directory.toml").write_text(
            directory_toml(self.world, self.ports, listing_urls["extra"]), encoding="utf-8"
        )
        (self.folder / "truth.json").write_text(make_truth(self.world, self.ports).to_json(), encoding="utf-8")
        return {
            "seed": self.world.seed,
            "scenario": self.world.scenario,
            "servers": len(self.world.servers),
            "listing_urls": listing_urls,
            "ca_file": str(ca_file),
            "directory_toml": str(self.folder / "directory.toml"),
            "truth": str(self.folder / "truth.json"),
            "control_url": f"http://{IP}:{control}",
            "started": self._log.started,
        }

    def _open_server(self, spec: ServerSpec, contexts: Mapping[Certificate, ssl.SSLContext]) -> int:
        if spec.socket is Socket.REFUSED:
            return self._engine.keep(bind(listen=None))
        if spec.socket is Socket.BACKLOG_FULL:
            sock = bind(listen=0)
            for filler in fill_backlog(sock):
                self._engine.keep(filler)
            return self._engine.keep(sock)
        service = ServerService(spec, self._log, contexts)
        self._servers.append(service)
        return self._open(service)

    def _open(self, service: LoggedService, sock: socket.socket | None = None) -> int:
        service.port = self._engine.serve(sock or bind(), service)
        return service.port

    def _open_canary(self) -> int:
        """The port where nobody may ever come; 0 on systems that know only one loopback address."""
        try:
            sock = bind(CANARY_HOST)
        except OSError:
            return 0
        return self._open(LoggedService("canary", self._log), sock)

    def _introduce(self, canary_port: int) -> None:
        """Tell the servers their own addresses and each other's."""
        for service in self._servers:
            spec = service.spec
            service.base = spec.preview_base or best_url(spec, service.port)
            service.canary_port = canary_port or 9
            if spec.peer is not None:
                service.peer = best_url(self.world.servers[spec.peer], self.ports[spec.peer])

    async def close(self) -> None:
        """Close every port."""
        await self._engine.close()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop when stdin ends, as it does when the parent dies, however it dies."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        with suppress(RuntimeError):  # the loop may be gone already
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, daemon=True).start()


async def serve(world: World) -> None:
    """Serve ``world`` until stdin closes or SIGTERM or SIGINT comes; the handshake goes to stdout."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _watch_stdin(loop, stop)
    raise_file_limit()
    folder = Path(tempfile.mkdtemp(prefix="simnet-"))
    try:
        network = Network(world, folder)
        try:
            sys.stdout.write(json.dumps(network.open()) + "\n")
            sys.stdout.flush()
            await stop.wait()
        finally:
            await network.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
