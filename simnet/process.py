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
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from simnet.certificates import make_contexts
from simnet.configuration import directory_toml
from simnet.engine import Engine, bind, fill_backlog
from simnet.lifelike.roads import SOURCE
from simnet.services import ControlService, Log, LoggedService, ServerService, SiteService
from simnet.sources import FORMS, SourceSite, make_sites
from simnet.specs import CANARY_HOST, IP, NAME, Certificate, ServerSpec, Socket, World
from simnet.truth import best_url, make_truth
from simnet.world import choose


def raise_file_limit() -> None:
    """As many open files as the system lets this process have: each server is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Network:
    """A world on loopback: ``open`` it inside a running loop, ``close`` it at the end."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self._first = world
        self._later: set[int] = set()
        self.folder = folder
        self.ports: dict[int, int] = {}
        self._log = Log()
        self._engine = Engine()
        self._servers: list[ServerService] = []
        self._sites: dict[str, SourceSite] = {}
        self._canary_port = 0

    def open(self) -> dict[str, Any]:
        """Bind everything and write the files; the handshake."""
        ca_file = self.folder / "ca.pem"
        apart = [spec for spec in self.world.servers if spec.name != NAME and spec.certificate is Certificate.GOOD]
        contexts, own = make_contexts(ca_file, ((spec.name, spec.ip) for spec in apart))
        for spec in self.world.servers:
            if spec.socket is not Socket.NONE:
                good = {Certificate.GOOD: own[spec.name]} if spec.name in own else {}
                self.ports[spec.index] = self._open_server(spec, {**contexts, **good})
        self._canary_port = self._open_canary()
        self._introduce()
        self._sites = make_sites(self.world, self.ports)
        listing_urls = {}
        for name, site in self._sites.items():
            host = SOURCE if self.world.lifelike and name == "extra" else IP
            listing_urls[name] = f"http://{host}:{self._open(SiteService(site, self._log))}{FORMS[name].path}"
        control = self._engine.serve(bind(), ControlService(self._log, self._sites, self._servers, self.advance))
        (self.folder / "directory.toml").write_text(
            directory_toml(self.world, self.ports, listing_urls["extra"]), encoding="utf-8"
        )
        (self.folder / "truth.json").write_text(make_truth(self.world, self.ports).to_json(), encoding="utf-8")
        return {
            "seed": self.world.seed,
            "scenario": self.world.scenario,
            "servers": len(self.world.servers),
            "listing_urls": listing_urls,
            "ports": self.ports,
            "ca_file": str(ca_file),
            "directory_toml": str(self.folder / "directory.toml"),
            "truth": str(self.folder / "truth.json"),
            "control_url": f"http://{IP}:{control}",
            "started": self._log.started,
        }

    def _open_server(self, spec: ServerSpec, contexts: Mapping[Certificate, ssl.SSLContext]) -> int:
        ip = IP if spec.ports else spec.ip
        if spec.socket is Socket.REFUSED and self.world.after is None:
            return self._engine.keep(bind(ip, listen=None))
        if spec.socket is Socket.BACKLOG_FULL:
            sock = bind(ip, listen=0)
            for filler in fill_backlog(sock):
                self._engine.keep(filler)
            return self._engine.keep(sock)
        service = ServerService(spec, self._log, contexts)
        self._servers.append(service)
        if spec.socket is Socket.REFUSED:
            service.port = self._engine.keep(bind(listen=None))
            return service.port
        return self._open(service, bind(ip))

    def advance(self, indices: Collection[int], *, back: bool) -> str:
        """The servers with these indices become what they are later, or were first (``back``); the truth as JSON.

        Where there are no indices, all do.
        """
        chosen = set(indices or range(len(self._first.servers)))
        self._later = self._later - chosen if back else self._later | chosen
        before, self.world = self.world, choose(self._first, self._later)
        for service in self._servers:
            was, service.spec = service.spec, self.world.servers[service.spec.index]
            if was.socket is not service.spec.socket:
                if service.spec.socket is Socket.LISTEN:
                    self._engine.listen(service.port, service)
                else:
                    self._engine.refuse(service.port)
        if self.world != before:
            self._introduce()
            for name, site in make_sites(self.world, self.ports).items():
                self._sites[name].show(site)
        return make_truth(self.world, self.ports).to_json()

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

    def _introduce(self) -> None:
        """Tell the servers their own addresses and each other's."""
        services = {service.spec.index: service for service in self._servers}
        for service in self._servers:
            spec = service.spec
            service.become(spec)
            service.base = spec.preview_base or self._url(spec.index if spec.names is None else spec.names)
            service.canary_port = self._canary_port or 9
            if spec.peer is not None:
                service.peer = self._url(spec.peer)
                up = self.world.servers[spec.peer].socket is Socket.LISTEN
                service.behind = services[spec.peer].respond if up else None

    def _url(self, index: int) -> str:
        return best_url(self.world.servers[index], self.ports[index])

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
