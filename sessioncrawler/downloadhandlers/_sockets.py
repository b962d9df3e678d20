"""How many sockets may be open to strangers, how large: a lack of files must stall them, and nothing of ours."""

from __future__ import annotations

import resource
from asyncio import sslproto

from scrapy.settings import BaseSettings

SHARE = 0.8
"""Of the files that this process may open; the state, feeds, names that are looked up and processes have the rest."""
KEPT = 64
"""Files that are kept for these at least: 10 threads ask for names, SQLite has 3 files a connection, pipes have 2."""
TLS_BUFFER = 16 * 1024
"""Bytes that each TLS connection has to read into from its beginning: one record (RFC 8446, 5.1).

asyncio's own are 256 KiB, written to at once: a thousand handshakes that stall held 250 MiB.
"""


def keep_small() -> None:
    """Let TLS connections that are made from now on have buffers of ``TLS_BUFFER``."""
    sslproto.SSLProtocol.max_size = TLS_BUFFER


def most_sockets(settings: BaseSettings) -> int:
    """Sockets that may be open at the same time: ``MAX_SOCKETS``, but no more than the soft limit of files allows.

    One at least: a crawl with hardly any files is slow, not over.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        files = settings.getint("OPEN_FILES")
    allowed = max(1, min(int(files * SHARE), files - KEPT))
    wanted = settings.getint("MAX_SOCKETS")
    return min(wanted, allowed) if wanted > 0 else allowed
