"""One gigabyte of zeros in each compression that we accept, made a block at a time."""

from __future__ import annotations

import gzip
from functools import cache

import brotli
from backports import zstd

from simnet.bombs import gzip_zeros, zlib_zeros

SIZE = 1 << 30
_CHUNK = 1 << 24
_TIMES = SIZE // _CHUNK


@cache
def bomb(coding: str) -> bytes:
    """``SIZE`` zeros under the Content-Encoding ``coding``."""
    return {"gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}[coding]()


def packed(data: bytes, times: int) -> bytes:
    """``data`` under several layers of gzip."""
    for _ in range(times):
        data = gzip.compress(data)
    return data


def _gzip() -> bytes:
    return gzip_zeros(_CHUNK, _TIMES)


def _deflate() -> bytes:
    return zlib_zeros(_CHUNK, _TIMES)


def _brotli() -> bytes:
    packer = brotli.Compressor(quality=1)
    zeros = bytes(_CHUNK)
    return b"".join(packer.process(zeros) for _ in range(_TIMES)) + packer.finish()


def _zstd() -> bytes:
    # The largest window that is accepted without being asked for: it must not be paid for either.
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    zeros = bytes(_CHUNK)
    return b"".join(packer.compress(zeros) for _ in range(_TIMES)) + packer.flush()
