"""Room pictures: small seeded PNGs, and the files that attackers upload instead."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image

from simnet.bombs import zlib_zeros
from simnet.lifelike.emblems import drawn
from simnet.specs import RoomSpec

SIDE = 32
"""Pixels along each side of an ordinary picture."""
HOSTILE_IMAGES = 9000
"""From this ``image_id`` on, pictures are hostile: see ``_HOSTILE``."""


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


def _large() -> bytes:
    """A small picture with 5 MB behind it."""
    return checked("large") + bytes(5_000_000)


def _animated() -> bytes:
    """Fifty frames, the first of them blue."""
    frames = [Image.new("RGB", (SIDE, SIDE), (number, 0, 255 - number)) for number in range(50)]
    return _encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def _turned() -> bytes:
    """A JPEG whose left half is red, with EXIF data that say: turn it by a quarter. They tell a place, too."""
    picture = Image.new("RGB", (2 * SIDE, 2 * SIDE), (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, SIDE, 2 * SIDE))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "PRIVATE PLACE"
    return _encoded(picture, "JPEG", exif=exif)


def _encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


_HOSTILE: tuple[tuple[Callable[[], bytes], bool], ...] = (
    (_bomb, False),
    (lambda: checked("cut")[:60], False),
    (lambda: b"<html><script>alert(1)</script></html>", False),
    (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', False),
    (lambda: b"", False),
    (lambda: b"GIF89a" + bytes(200), False),
    (_large, False),
    (_animated, True),
    (lambda: _encoded(Image.new("RGB", (SIDE, SIDE)), "TIFF"), False),
    (_turned, True),
    (lambda: png(2500, 2500, bytes(2500 * (1 + 3 * 2500))), False),
)
"""Pictures that may do harm, and whether a directory can show them all the same."""
MISSING_IMAGE = HOSTILE_IMAGES + len(_HOSTILE)
"""The ``image_id`` of a picture that its server does not have."""
SLOW_IMAGE = MISSING_IMAGE + 1
"""The ``image_id`` of a picture that never comes to its end."""


def is_showable(image_id: int | None) -> bool:
    """Whether a directory can show the picture of that number."""
    if image_id is None or image_id < HOSTILE_IMAGES:
        return image_id is not None
    return image_id < MISSING_IMAGE and _HOSTILE[image_id - HOSTILE_IMAGES][1]


@cache
def _picture(token: str, image_id: int, emblem: str, name: str) -> bytes:
    if emblem:
        return drawn(emblem, name, f"{token}{image_id}")
    if HOSTILE_IMAGES <= image_id < MISSING_IMAGE:
        return _HOSTILE[image_id - HOSTILE_IMAGES][0]()
    return checked(f"{token}{image_id}")


def room_image(room: RoomSpec) -> bytes:
    """The bytes of the room's picture."""
    return _picture(room.token, room.image_id or 0, room.emblem, room.name if room.emblem else "")
