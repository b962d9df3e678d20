"""A raw loopback server that does what a test says, and the handler under test beside it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from sessioncrawler.downloadhandlers import PatientDownloadHandler

Behaviour = Callable[["Connection"], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class Connection:
    """One accepted connection; ``number`` counts from 1."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.reader, self.writer, self.number = reader, writer, number

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


class Server:
    """Counts its connections, the most at a time, and keeps the heads of requests."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.connections = self.open = self.most_open = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self.behaviour(Connection(reader, writer, self.connections))
        finally:
            self.open -= 1
            writer.close()

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@contextlib.asynccontextmanager
async def server(behaviour: Behaviour, *, host: str = "127.0.0.1", tls=None) -> AsyncIterator[Server]:
    it = Server(behaviour)
    listening = await asyncio.start_server(it.serve, host, 0, ssl=tls)
    it.port = listening.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        listening.close()


class FakeCrawler:
    """What the handler reads of a crawler."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.signals = SignalManager(self)


@contextlib.asynccontextmanager
async def handler(**settings) -> AsyncIterator[PatientDownloadHandler]:
    """The handler with short patience, allowed on loopback unless told otherwise."""
    short = {
        "PATIENT_RETRY_TIMES": 12,
        "PATIENT_RETRY_TIMEOUT": 0.2,
        "PATIENT_RETRY_DELAY": 0.02,
        "CONNECT_TIMEOUT": 0.1,
        "DOWNLOAD_TIMEOUT": 0.5,
        "SERVER_BUDGET": 5,
        "CONCURRENT_WORK": 10,
        "CONCURRENT_PATIENCE": 50,
        "DNS_THREADS": 8,
        "DOWNLOAD_MAXSIZE": 100_000,
        "ANSWERS_MEMORY": 1_000_000,
        "ANSWER_RATE": 1_000,
        "ANSWER_PIECES": 10_000,
        "DNS_TIMEOUT": 2,
        "ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8,::1/128",
    }
    it = PatientDownloadHandler.from_crawler(FakeCrawler(Settings(short | settings)))
    try:
        yield it
    finally:
        await it.close()
        await asyncio.sleep(0)


async def fetch(it: PatientDownloadHandler, url: str, **meta) -> Response:
    return await it.download_request(Request(url, meta=meta))


async def answer_ok(connection: Connection) -> None:
    await connection.head()
    await connection.send(OK)
