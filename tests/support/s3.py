"""An S3 on loopback, empty at the beginning."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from moto.server import ThreadedMotoServer


@contextmanager
def server() -> Iterator[str]:
    """Address of moto's server. Its buckets belong to the process: those of earlier tests are removed."""
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    try:
        url = "http://{}:{}".format(*moto.get_host_and_port())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).close()
        yield url
    finally:
        moto.stop()
