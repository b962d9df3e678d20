"""Small files that unpack to very many zeros, or decode for minutes, made in a moment.

What costs is repeated, not computed anew: a compressed block, or a scan of a progressive JPEG.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

from PIL import Image

_LAST_BLOCK = b"\x03\x00"
"""An empty final block of raw deflate (RFC 1951)."""
_START_OF_SCAN, _END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"
"""Markers of JPEG (ITU T.81, table B.1)."""


def _blocks(chunk: int, times: int) -> bytes:
    """Raw deflate of ``times`` times ``chunk`` zeros; a full flush forgets history, so every block is the same."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = packer.compress(bytes(chunk)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * times + _LAST_BLOCK


def _checksum(add: Callable[[bytes, int], int], start: int, chunk: int, times: int) -> int:
    zeros = bytes(chunk)
    value = start
    for _ in range(times):
        value = add(zeros, value)
    return value


def gzip_zeros(chunk: int, times: int) -> bytes:
    """A gzip file (RFC 1952) of ``chunk * times`` zeros."""
    trailer = struct.pack("<II", _checksum(zlib.crc32, 0, chunk, times), chunk * times & 0xFFFFFFFF)
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + _blocks(chunk, times) + trailer


def zlib_zeros(chunk: int, times: int) -> bytes:
    """A zlib stream (RFC 1950) of ``chunk * times`` zeros."""
    return b"\x78\xda" + _blocks(chunk, times) + struct.pack(">I", _checksum(zlib.adler32, 1, chunk, times))


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG of ``side`` by ``side`` pixels that refines the same bits of each block ``scans`` times more.

    A scan over a picture of one colour takes 14 bytes, and whoever decodes it a look at every block: at 2,000 pixels
    two milliseconds.
    """
    file = BytesIO()
    Image.new("RGB", (side, side), (200, 30, 90)).save(file, "JPEG", progressive=True, quality=10)
    whole = file.getvalue()
    return (
        whole[: -len(_END_OF_IMAGE)] + whole[whole.rindex(_START_OF_SCAN) : -len(_END_OF_IMAGE)] * scans + _END_OF_IMAGE
    )
