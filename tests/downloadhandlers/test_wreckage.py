"""What is left of tries that failed: nothing that waits for garbage to be looked for."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import struct
import tracemalloc
from collections import Counter

import pytest
import trustme

from sessioncrawler.downloadhandlers.patient import _tls
from sessioncrawler.protocol.failures import TryError
from tests.downloadhandlers.asking import HEAD
from tests.downloadhandlers.loopback import fetch, handler, server

TRIES = 100
LEFT = {"tuple", "dict", "method", "_SelectorSocketTransport", "TransportSocket", "_Counted", "socket"}
"""A transport of asyncio holds itself, some 2 kB of it (CPython 3.11): that is not ours to mend."""


async def reset(connection):
    await connection.reader.read(1)
    sock = connection.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.writer.transport.abort()


async def silence(connection):
    await connection.reader.read()


def answering(*parts: bytes):
    async def speak(connection):
        await connection.head()
        for part in parts:
            await connection.send(part)

    return speak


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    yield context, str(file)
    _tls.cache_clear()


def left_of(behaviour, scheme: str, tls, ca_file: str | None, at_once: int) -> Counter[str]:
    """Types of the objects in cycles after ``TRIES`` tries, those of which there is one for every other try."""

    async def main():
        times = {"PATIENT_RETRY_TIMEOUT": 0.04, "CONNECT_TIMEOUT": 0.04, "PATIENT_RETRY_DELAY": 0}
        if tls:  # a handshake takes its time on a busy machine
            times |= {"PATIENT_RETRY_TIMEOUT": 0.4, "CONNECT_TIMEOUT": 0.4}
        bounds = {"PATIENT_RETRY_TIMES": TRIES, "SERVER_BUDGET": 60, "TLS_CA_FILE": ca_file}
        async with server(behaviour, tls=tls) as it, handler(**times, **bounds) as client:

            async def fail(tries):
                with pytest.raises(TryError):
                    await fetch(client, it.url(scheme=scheme), max_tries=tries)

            await fail(2)
            gc.collect()
            gc.freeze()  # what is there already, and may be let go of meanwhile, is not of these tries
            gc.disable()
            try:
                for _ in range(TRIES // at_once):
                    await fail(at_once)
                gc.set_debug(gc.DEBUG_SAVEALL)
                gc.collect()
                return Counter(type(one).__name__ for one in gc.garbage)
            finally:
                gc.set_debug(0)
                gc.garbage.clear()
                gc.enable()
                gc.unfreeze()

    return Counter({name: count for name, count in asyncio.run(main()).items() if count > TRIES // 4})


def test_a_handshake_that_stalls_holds_little():
    many = 40

    async def main():
        bounds = {"CONCURRENT_REQUESTS_PER_DOMAIN": many, "CONCURRENT_WORK": 2 * many, "PATIENT_RETRY_TIMEOUT": 30}
        async with server(silence) as it, handler(**bounds) as client:
            tracemalloc.start()
            try:
                asked = [asyncio.create_task(fetch(client, it.url(scheme="https"), max_tries=1)) for _ in range(many)]
                await asyncio.wait(asked, timeout=1)
                assert it.open > many // 2
                return tracemalloc.get_traced_memory()[0] / it.open
            finally:
                tracemalloc.stop()
                for one in asked:
                    one.cancel()
                await asyncio.gather(*asked, return_exceptions=True)

    assert asyncio.run(main()) < 100_000


@pytest.mark.parametrize(
    ("behaviour", "at_once"),
    [
        (reset, TRIES),
        (reset, 1),
        (answering(HEAD + b"Content-Length: 10\r\n\r\nx"), TRIES),
        (answering(HEAD + b"Content-Length: 1000000000\r\n\r\nx"), 1),
        (answering(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200), 1),
        (answering(b"no HTTP\r\n\r\n"), 1),
        (silence, TRIES),
    ],
    ids=["reset", "reset-once", "cut", "too-large", "early", "nonsense", "silent"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_failed_try_leaves_no_cycle(behaviour, at_once, scheme, certificate):
    plain = scheme == "http" or behaviour is reset
    tls, ca_file = (None, None) if plain else certificate
    assert set(left_of(behaviour, scheme, tls, ca_file, at_once)) <= LEFT
