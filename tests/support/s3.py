"""An S3 on loopback, empty at the beginning."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import S3Backend, s3_backends
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


def objects(bucket: str) -> dict[str, bytes]:
    """Key → content of all that is in a bucket, read where moto has it: by the network hundreds take seconds."""
    return {key: held.value for key, held in _backend().buckets[bucket].keys.items()}


def restore(bucket: str, content: dict[str, bytes]) -> None:
    """Have a bucket hold this and nothing else."""
    held = objects(bucket)
    for key in held.keys() - content.keys():
        _backend().delete_object(bucket, key)
    for key, value in content.items():
        if held.get(key) != value:
            _backend().put_object(bucket, key, value)


def _backend() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
