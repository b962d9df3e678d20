"""A server on every local address that must not be reached, and a watch over every connection that is attempted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.downloadhandlers.loopback import OK

Answers = Sequence[str]


class Canary:
    """Counts the connections that reach it, under whatever address."""

    def __init__(self) -> None:
        self.connections = self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    it = Canary()
    listening = [await asyncio.start_server(it.serve, "0.0.0.0", 0)]
    it.port = listening[0].sockets[0].getsockname()[1]
    if has_ipv6():
        listening.append(await asyncio.start_server(it.serve, "::", it.port))
    try:
        yield it
    finally:
        for one in listening:
            one.close()


@dataclass
class Watch:
    """What was looked up, and what was connected to."""

    connects: list[str] = field(default_factory=list)
    lookups: list[str] = field(default_factory=list)


def watch(monkeypatch: pytest.MonkeyPatch, names: Mapping[str, Sequence[Answers]]) -> Watch:
    """Answer ``names`` with each of their answers in turn, the last for good; let no connection leave the machine."""
    it = Watch()
    turns = {name: list(answers) for name, answers in names.items()}
    look_up, connect = socket.getaddrinfo, BaseSelectorEventLoop.sock_connect

    def getaddrinfo(host, port, *args, **kwargs):
        it.lookups.append(host)
        if host in turns:
            turn = turns[host].pop(0) if len(turns[host]) > 1 else turns[host][0]
            return [one for address in turn for one in look_up(address, port, *args, **kwargs)]
        if host.endswith("localhost"):
            return look_up("localhost", port, *args, **kwargs)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def sock_connect(loop, sock, address):
        it.connects.append(address[0])
        if not is_local(address[0]):
            raise ConnectionRefusedError(111, "Connection refused")
        return await connect(loop, sock, address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", sock_connect)
    return it


def is_local(address: str) -> bool:
    return address.startswith(("127.", "::1", "::ffff:127.", "::ffff:7f00:")) or address == own_address()


def own_address() -> str:
    """The address of this machine's own interface; loopback where it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(sock.getsockname()[0])


def has_ipv6() -> bool:
    """Whether ::1 can be listened on here."""
    return _works(lambda sock: sock.bind(("::1", 0)))


def _works(action: Callable[[socket.socket], None]) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            action(sock)
    except OSError:
        return False
    return True
