"""Small files that unpack to very many zeros, made in a moment: a compressed block is repeated, not computed anew."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

_LAST_BLOCK = b"\x03\x00"
"""An empty final block of raw deflate (RFC 1951)."""


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
