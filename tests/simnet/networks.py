"""Small networks of a few kinds of servers, in the process of a test, and a client that sees their sockets."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from simnet.kinds import make_server
from simnet.process import Network
from simnet.specs import ServerSpec, World
from simnet.world import SITES

PATIENCE = 0.3
"""Seconds after which a test takes silence for silence."""


class Client:
    """Speaks plain asyncio to one network."""

    def __init__(self, network: Network, ca_file: Path) -> None:
        self.network = network
        self.trusting = ssl.create_default_context(cafile=str(ca_file))

    async def connect(self, index: int, scheme: str = "http", host: str = "localhost"):
        context = self.trusting if scheme == "https" else None
        name = host if context else None
        return await asyncio.open_connection("127.0.0.1", self.network.ports[index], ssl=context, server_hostname=name)

    async def get(self, index: int, target: str = "/rooms", scheme: str = "http", **more) -> bytes:
        """The raw response, empty where the server closes; TimeoutError where it is silent."""
        reader, writer = await self.connect(index, scheme, **more)
        writer.write(b"GET %s HTTP/1.1\r\nHost: h:1\r\nUser-Agent: t\r\nConnection: close\r\n\r\n" % target.encode())
        try:
            return await asyncio.wait_for(reader.read(), PATIENCE)
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()


def run(folder: Path, kinds: list[str], test: Callable[[Client, dict], Awaitable[None]], latency: float = 0.0) -> None:
    """Open a network of servers of ``kinds`` and run ``test`` against it."""
    servers: list[ServerSpec] = []
    for index, kind in enumerate(kinds):
        servers.append(make_server(Random(index), index, kind, servers[-1] if servers else None, latency))
    posts = {site: tuple((spec.index, link) for spec in servers for link in spec.links) for site in SITES}

    async def whole() -> None:
        network = Network(World(1, "test", tuple(servers), posts), folder)
        handshake = network.open()
        try:
            await test(Client(network, Path(handshake["ca_file"])), handshake)
        finally:
            await network.close()

    asyncio.run(whole())
