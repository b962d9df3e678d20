"""Servers that answer as they should, but for the pictures of their rooms."""

from __future__ import annotations

import asyncio
import json
from functools import cache

from simnet.attacks.manners import head, manner
from simnet.bombs import many_scans

MANY = 1_100
"""Rooms of one server, each with a picture."""
SCANS = 3000
"""Of a picture that decodes for seven seconds."""


@manner
async def drip_pictures(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A byte of a picture every half second, for ever."""
    if await _picture_is_wanted(reader, writer):
        await _drip(writer)


@manner
async def many_drip_pictures(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The same of 1,100 rooms."""
    if await _picture_is_wanted(reader, writer, MANY):
        await _drip(writer)


@manner
async def costly_pictures(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pictures that decode for seconds."""
    if await _picture_is_wanted(reader, writer):
        await _answer(writer, b"200 OK", _costly())


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"\x89")
        await writer.drain()
        await asyncio.sleep(0.5)


async def _picture_is_wanted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rooms: int = 1) -> bool:
    """Whether a request is for a picture; all others are answered, as by a server of so many ``rooms``."""
    asked = (await head(reader)).partition(b"\r\n")[0]
    if b"/file/" in asked:
        return True
    if asked.startswith(b"GET /rooms"):
        await _answer(writer, b"200 OK", _rooms(rooms))
    else:
        await _answer(writer, b"404 Not Found", b"")
    return False


async def _answer(writer: asyncio.StreamWriter, status: bytes, body: bytes) -> None:
    size = str(len(body)).encode()
    writer.write(b"HTTP/1.1 %b\r\nConnection: close\r\nContent-Length: %b\r\n\r\n%b" % (status, size, body))
    await writer.drain()


@cache
def _rooms(many: int) -> bytes:
    names = [f"room{number}" for number in range(many)]
    return json.dumps([{"token": name, "name": name, "image_id": 1, "read": True} for name in names]).encode()


@cache
def _costly() -> bytes:
    return many_scans(2000, SCANS)
