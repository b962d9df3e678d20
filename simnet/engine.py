"""Listening sockets and the bytes on them: one loop, one port for each server, TLS and plain HTTP on the same port.

A connection's first byte tells which it is (RFC 8446: a ClientHello starts with 0x16); it is peeked at, so that
the TLS layer still sees it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from simnet.exchange import After, Reply, Request, parse_head
from simnet.faults import Opening
from simnet.specs import IP

CLIENT_HELLO = b"\x16"
HEAD_LIMIT = 64 * 1024
BACKLOG = 1024
_LINGER_NOT = struct.pack("ii", 1, 0)


class Service(Protocol):
    """What stands behind a port."""

    tls: ssl.SSLContext | None
    hello_hangs: bool
    """Without ``tls``: whether a ClientHello is left hanging rather than refused by closing."""

    def connected(self) -> Callable[[], None]:
        """Take note of a new connection; the result is called when it has ended, the first time counts."""

    def opening(self, *, hello: bool) -> Opening:
        """What becomes of a new connection, which begins with a TLS hello or not."""

    def respond(self, request: Request) -> Reply:
        """The reply to a request."""

    async def pause(self) -> None:
        """Wait as long as the network needs."""


def bind(host: str = IP, port: int = 0, *, listen: int | None = BACKLOG) -> socket.socket:
    """A TCP socket on ``host``; with ``listen`` None the port is taken, and connections to it are refused."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    if port:  # the port of a socket that was closed just now may still have connections that wait for their end
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if listen is not None:
        sock.listen(listen)
    return sock


def fill_backlog(sock: socket.socket) -> list[socket.socket]:
    """Connections that nobody accepts until the kernel drops further ones; keep them open."""
    fillers = []
    for _ in range(4):
        filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        filler.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            filler.connect(sock.getsockname())
        fillers.append(filler)
    return fillers


class _Watched(asyncio.StreamReaderProtocol):
    """A protocol that tells at once when the client goes away, even while the server has something else to do."""

    def __init__(self, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop, gone: Callable[[], None]) -> None:
        super().__init__(reader, loop=loop)
        self._gone = gone

    def eof_received(self) -> bool | None:
        self._gone()
        return super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self._gone()
        super().connection_lost(error)


async def _first_byte(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> bytes:
    """The first byte that the client sends, left in the socket; empty where it closes before."""
    ready = asyncio.Event()
    loop.add_reader(sock, ready.set)
    try:
        await ready.wait()
        return sock.recv(1, socket.MSG_PEEK)
    except OSError:  # the client has reset the connection
        return b""
    finally:
        loop.remove_reader(sock)


class Engine:
    """Accepts connections for services; ``serve`` one after the other, ``close`` all at the end."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._sockets: dict[tuple[str, int], socket.socket] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, sock: socket.socket) -> int:
        """Hold ``sock`` open until ``close``; its port."""
        self._sockets[sock.getsockname()] = sock
        return int(sock.getsockname()[1])

    def serve(self, sock: socket.socket, service: Service) -> int:
        """Accept connections on ``sock``; its port."""
        self._loop.add_reader(sock, self._accept, sock, service)
        return self.keep(sock)

    def listen(self, port: int, service: Service) -> None:
        """Accept connections on a port that was refused."""
        sock = self._sockets[IP, port]
        sock.listen(BACKLOG)
        self.serve(sock, service)

    def refuse(self, port: int) -> None:
        """Refuse further connections to a port, but hold it."""
        sock = self._sockets[IP, port]
        self._loop.remove_reader(sock)
        sock.close()
        self.keep(bind(port=port, listen=None))

    def _accept(self, sock: socket.socket, service: Service) -> None:
        while True:
            try:
                connection, _ = sock.accept()
            except OSError:  # none is waiting, or too many are open: then they wait in the backlog
                return
            connection.setblocking(False)
            task = self._loop.create_task(self._connection(connection, service))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connection(self, sock: socket.socket, service: Service) -> None:
        ended = service.connected()
        try:
            first = await _first_byte(self._loop, sock)
            if not first:
                return
            hello = first == CLIENT_HELLO
            opening = service.opening(hello=hello)
            if opening is Opening.RESET:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            elif opening is Opening.HANG or (hello and service.tls is None and service.hello_hangs):
                await self._drain(sock)
            elif service.tls is not None or not hello:
                await self._speak(sock, service, service.tls if hello else None, ended)
        finally:
            sock.close()
            ended()

    async def _drain(self, sock: socket.socket) -> None:
        """Read and forget until the client goes away."""
        with contextlib.suppress(OSError):
            while await self._loop.sock_recv(sock, 65536):
                pass

    async def _speak(
        self, sock: socket.socket, service: Service, tls: ssl.SSLContext | None, gone: Callable[[], None]
    ) -> None:
        reader = asyncio.StreamReader(HEAD_LIMIT, loop=self._loop)
        protocol = _Watched(reader, self._loop, gone)
        try:
            transport, _ = await self._loop.connect_accepted_socket(lambda: protocol, sock, ssl=tls)
        except (OSError, ssl.SSLError):
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        try:
            earlier = 0
            while await self._exchange(reader, writer, service, "https" if tls else "http", earlier):
                earlier += 1
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away or sent what is no HTTP: nothing to tell it
        finally:
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)
            transport.abort()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, service: Service, scheme: str, earlier: int
    ) -> bool:
        """One request after ``earlier`` ones, and its reply; whether the connection goes on."""
        request = parse_head(await reader.readuntil(b"\r\n\r\n"), scheme)
        if request is None:
            return False
        length = request.headers.get("content-length", "0")
        body = await reader.readexactly(min(int(length), HEAD_LIMIT) if length.isdigit() else 0)
        await service.pause()
        reply = service.respond(replace(request, body=body, earlier=earlier))
        writer.write(reply.raw)
        await writer.drain()
        follow = _FOLLOW.get(reply.after)
        if follow is not None:
            await follow(reader, writer)
        return reply.after is After.KEEP and request.headers.get("connection", "").lower() != "close"

    async def close(self) -> None:
        """Close every socket and end every connection."""
        for sock in self._sockets.values():
            self._loop.remove_reader(sock)
            sock.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    writer.transport.abort()


async def _drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:  # ends when the client goes away, as an error
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(1)


async def _hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(HEAD_LIMIT):
        pass


_FOLLOW: dict[After, Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]] = {
    After.RESET: _reset,
    After.DRIP: _drip,
    After.HANG: _hang,
}
