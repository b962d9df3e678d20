"""Room pictures: small seeded PNGs, and the files that attackers upload instead."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from hashlib import sha256

from sessioncrawler.simnet.bombs import zlib_zeros
from sessioncrawler.simnet.specs import RoomSpec

SIDE = 32
"""Pixels along each side of an ordinary picture."""
HOSTILE_IMAGES = 9000
"""From this ``image_id`` on, pictures are hostile: see ``_hostile``."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes) -> bytes:
    """An RGB PNG from its unfiltered rows, each led by a zero byte (PNG specification, section 9)."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def checked(seed: str) -> bytes:
    """A chequered picture in two colours that follow from ``seed``."""
    digest = sha256(seed.encode()).digest()
    colours = digest[:3], digest[3:6]
    half = SIDE // 8
    rows = b"".join(b"\0" + b"".join(colours[(x // half + y // half) % 2] for x in range(SIDE)) for y in range(SIDE))
    return png(SIDE, SIDE, rows)


@cache
def _bomb() -> bytes:
    """12,000 by 12,000 pixels in a few hundred kilobytes: 432 MB for whoever decodes it."""
    data = zlib_zeros(100 * (1 + 3 * 12_000), 120)  # a filter byte and a black row, a hundred rows a block
    header = struct.pack(">IIBBBBB", 12_000, 12_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _hostile(number: int) -> bytes:
    match number % 6:
        case 0:
            return _bomb()
        case 1:
            return checked("cut")[:60]
        case 2:
            return b"<html><script>alert(1)</script></html>"
        case 3:
            return b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
        case 4:
            return b""
        case _:
            return b"GIF89a" + bytes(200)


@cache
def _picture(token: str, image_id: int) -> bytes:
    return _hostile(image_id) if image_id >= HOSTILE_IMAGES else checked(f"{token}{image_id}")


def room_image(room: RoomSpec) -> bytes:
    """The bytes of the room's picture."""
    return _picture(room.token, room.image_id or 0)
