"""What attackers do with a connection, by name. Each is called for every connection, and closes nothing by itself."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from functools import cache

Manner = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MANNERS: dict[str, Manner] = {}
HEAD_LIMIT = 64 * 1024
_FURTHER = itertools.count()


def manner(act: Manner) -> Manner:
    """Make a manner known by its name."""
    MANNERS[act.__name__.replace("_", "-")] = act
    return act


async def head(reader: asyncio.StreamReader) -> bytes:
    """The head of a request; empty where there is none, as in a ClientHello."""
    first = await reader.read(1)
    if first == b"\x16":
        return b""
    try:
        return first + await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return b""


@manner
async def stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Take everything, and never say a word."""
    while await reader.read(HEAD_LIMIT):
        pass


@manner
async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break off as soon as something comes."""
    await reader.read(1)
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@manner
async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A letter of a header every half second, for ever; TLS is refused."""
    if not await head(reader):
        return
    writer.write(b"HTTP/1.1 200 OK\r\nX-Wait: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.5)


@manner
async def bomb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """10,000 rooms for whoever asks for rooms: 4.9 MB of JSON in some 400 kB of gzip."""
    if (await head(reader)).startswith(b"GET /rooms"):
        body = bombs()
        packed = b"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + packed + body)
    else:
        writer.write(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


@cache
def bombs() -> bytes:
    """What a bomb answers. The oldest room is ``room0``, then ``room1`` and so on."""
    rooms = [
        {"token": f"room{age}", "name": f"Room {age}", "description": f"{age} " + "all of it " * 38, "created": age + 1}
        for age in range(10_000)
    ]
    return gzip.compress(json.dumps(rooms).encode())


@manner
async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Come back in two seconds, in 4.9 MB."""
    await _later(reader, writer, 2)


@manner
async def busy_for_long(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Come back in two minutes, in 4.9 MB."""
    await _later(reader, writer, 119)


async def _later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: int) -> None:
    if await head(reader):
        told = b"HTTP/1.1 503 Busy\r\nRetry-After: %d\r\nContent-Length: 4900000\r\n\r\n" % seconds
        writer.write(told + bytes(4_900_000))
        await writer.drain()


@manner
async def crumbs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An answer without end, in chunks of one letter."""
    if await head(reader):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\nx\r\n" * 1_000)
            await writer.drain()


@manner
async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Know no room, and lead to a name of ``further.example`` that was never heard before whatever else is asked."""
    port = writer.get_extra_info("sockname")[1]
    while asked := await head(reader):
        if asked.startswith(b"POST ") or b"/rooms" in asked:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        else:
            name = f"{next(_FURTHER)}.further.example:{port}"
            writer.write(f"HTTP/1.1 302 Found\r\nLocation: http://{name}/\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
