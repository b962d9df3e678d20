"""Real proxies on loopback, small: an HTTP proxy that forwards and tunnels, and a SOCKS 5 server (RFC 1928, RFC 1929).

Both find hosts in a table of their own, as a proxy does that resolves names by itself.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import struct
from collections.abc import AsyncIterator, Mapping

from scrapy.http import Request

from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.loopback import answer_ok, handler, server

HOST = "community.example"
ONION = "abcdefghij234567.onion"
LOGIN = ("crawler", "se:cret@%")
QUOTED = "crawler:se%3Acret%40%25"
PROXIED = {"proxy": "http://{at}"}
Places = Mapping[str, int]
"""Host → port on 127.0.0.1; any other host is unknown to the proxy."""


class Proxy:
    """What both kinds share: it counts connections and keeps what it was asked for."""

    def __init__(self, places: Places, login: tuple[str, str] | None = None) -> None:
        self.places, self.login = places, login
        self.connections = self.port = 0
        self.asked: list[str] = []
        self.hangs = False
        """Whether requests are read and never answered."""
        self.silent = False
        """Whether the proxy hangs up where it should answer."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self.speak(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    async def stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class HttpProxy(Proxy):
    """Absolute-form requests and CONNECT; ``refuses`` is a status that it answers to all."""

    def __init__(self, places: Places, login: tuple[str, str] | None = None, refuses: int = 0) -> None:
        super().__init__(places, login)
        self.refuses = refuses

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n", 1)[0].split(" ")
        self.asked.append(f"{method} {target}")
        if self.hangs:
            await reader.read()
        if self.silent:
            return
        authority = target if method == "CONNECT" else target.split("/")[2]
        status = self._status(head, authority.rpartition(":")[0] or authority)
        if status != 200:
            writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        inner_reader, inner_writer = await self._open(authority)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = "/" + target.split("/", 3)[3]
            inner_writer.write(head.replace(target, path, 1).encode())
        await _join(reader, writer, inner_reader, inner_writer)

    def _status(self, head: str, host: str) -> int:
        if self.login is not None:
            wanted = base64.b64encode(":".join(self.login).encode()).decode()
            if f"proxy-authorization: basic {wanted}".lower() not in head.lower():
                return 407
        return self.refuses or (200 if host in self.places else 502)

    async def _open(self, authority: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host = authority.rpartition(":")[0] or authority
        return await asyncio.open_connection("127.0.0.1", self.places[host])


class SocksProxy(Proxy):
    """SOCKS 5, with or without a login; ``refuses`` is the code of the reply to every CONNECT, 0 for none."""

    def __init__(self, places: Places, login: tuple[str, str] | None = None, refuses: int = 0) -> None:
        super().__init__(places, login)
        self.refuses = refuses

    async def speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = struct.unpack("BB", await reader.readexactly(2))
        await reader.readexactly(methods)
        if not await self._authenticate(reader, writer):
            return
        host, _ = await self._target(reader)
        self.asked.append(host)
        if self.hangs:
            await reader.read()
        if self.silent:
            return
        code = self.refuses or (0 if host in self.places else 4)  # 4: host unreachable
        if code:
            writer.write(struct.pack("!BBBB4sH", 5, code, 0, 1, bytes(4), 0))
            return
        inner = await asyncio.open_connection("127.0.0.1", self.places[host])
        writer.write(struct.pack("!BBBB4sH", 5, 0, 0, 1, bytes(4), 0))
        await _join(reader, writer, *inner)

    async def _authenticate(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.login is None:
            writer.write(b"\x05\x00")
            return True
        writer.write(b"\x05\x02")
        await reader.readexactly(1)
        given = tuple([(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)])
        writer.write(b"\x01\x00" if given == self.login else b"\x01\x01")
        return given == self.login

    async def _target(self, reader: asyncio.StreamReader) -> tuple[str, int]:
        _, _, _, kind = struct.unpack("BBBB", await reader.readexactly(4))
        assert kind == 3, "the name was resolved before the proxy was asked"
        host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        return host, struct.unpack("!H", await reader.readexactly(2))[0]


@contextlib.asynccontextmanager
async def running(proxy: Proxy) -> AsyncIterator[str]:
    """Run ``proxy``; gives ``127.0.0.1:PORT``."""
    listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield f"127.0.0.1:{proxy.port}"
    finally:
        listening.close()
        await proxy.stop()


async def _join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    inner_reader: asyncio.StreamReader,
    inner_writer: asyncio.StreamWriter,
) -> None:
    """Carry bytes both ways until either side ends."""
    ways = [
        asyncio.ensure_future(_carry(one, other)) for one, other in ((reader, inner_writer), (inner_reader, writer))
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        inner_writer.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


def through(proxy, behaviour=answer_ok, *, scheme="http", host=HOST, tls=None, meta=None, port=None, **settings):
    """Ask for ``host`` through ``proxy``: the response or the TryError, and the server behind."""

    async def main():
        async with server(behaviour, tls=tls) as it, running(proxy) as at:
            proxy.places = {HOST: it.port, ONION: it.port} if port is None else {HOST: port, ONION: port}
            chosen = {
                name: value.format(at=at) if isinstance(value, str) else value for name, value in settings.items()
            }
            async with handler(**{"ALLOWED_PRIVATE_NETWORKS": "", **chosen}) as client:
                filled = {name: value.format(at=at) for name, value in (meta or {}).items()}
                request = Request(f"{scheme}://{host}/a", meta=filled)
                try:
                    return await client.download_request(request), it
                except TryError as error:
                    return error, it

    return asyncio.run(main())
