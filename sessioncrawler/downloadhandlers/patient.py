"""The download handler for http and https: aiohttp's client, with patience and a guard.

aiohttp because its connector lets the guard see every socket, tells connecting from waiting, and costs
little CPU (docs/cost.md).
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import certifi
from scrapy import Spider, signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from sessioncrawler.downloadhandlers._attempt import CURRENT, Attempt, tracing
from sessioncrawler.downloadhandlers._brake import Brake
from sessioncrawler.downloadhandlers._failures import explain, no_second_try
from sessioncrawler.downloadhandlers._gate import Gate
from sessioncrawler.downloadhandlers._guard import AddressGuard, watched_socket
from sessioncrawler.downloadhandlers._patience import Patience, Patiently
from sessioncrawler.downloadhandlers._resolver import ThreadResolver
from sessioncrawler.downloadhandlers._routes import Route, Routes
from sessioncrawler.downloadhandlers._tunnels import HttpTunnelConnector, SocksConnector
from sessioncrawler.downloadhandlers._turns import Turns
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_MOST_CODINGS = 2
"""Layers of compression; more of them only cost time."""
_PROXY_UNREACHABLE = frozenset({502, 503, 504})


class PatientDownloadHandler(BaseDownloadHandler):
    """Fetches one request with as many tries as it takes.

    Reads ``request.meta``: ``max_tries``, ``budget`` (seconds for all of them), ``proxy``,
    ``download_maxsize``; writes ``tries`` (connections it took) back. Raises :class:`TryError`.
    """

    lazy = False  # so that a setting that cannot be used is told at start

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._patience = Patience(
            times=settings.getint("PATIENT_RETRY_TIMES"),
            timeout=max(settings.getfloat("PATIENT_RETRY_TIMEOUT"), settings.getfloat("CONNECT_TIMEOUT")),
            delay=settings.getfloat("PATIENT_RETRY_DELAY"),
            connect_timeout=settings.getfloat("CONNECT_TIMEOUT"),
            answer_timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
            budget=settings.getfloat("SERVER_BUDGET"),
        )
        # A hidden service is reached through several relays, which takes longer.
        self._hidden_patience = replace(
            self._patience,
            timeout=self._patience.answer_timeout + self._patience.timeout,
            connect_timeout=self._patience.answer_timeout,
            answer_timeout=2 * self._patience.answer_timeout,
        )
        self._maxsize = settings.getint("DOWNLOAD_MAXSIZE")
        self._guard = AddressGuard(settings.getlist("ALLOWED_PRIVATE_NETWORKS"))
        self._routes = Routes(self._guard, settings.get("SOCKS_PROXY") or "")
        self._resolver = ThreadResolver(settings.getfloat("DNS_TIMEOUT"))
        self._tls = _tls(settings.get("TLS_CA_FILE") or certifi.where())
        self._gate = Gate(settings.getint("CONCURRENT_WORK"))
        self._turns = Turns(settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._brake = Brake(crawler)
        self._sessions: dict[tuple[str, str], aiohttp.ClientSession] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make a handler; where a setting cannot be used, let the crawl end before it begins."""
        try:
            return cls(crawler)
        except ValueError as error:
            crawler.signals.connect(_end, signal=signals.spider_opened)
            raise NotConfigured(str(error)) from error

    async def download_request(self, request: Request) -> Response:
        """The response to ``request``, whatever its status."""
        route = self._routes.find(request)
        async with self._turns.turn(request.meta.get("download_slot") or route.url.authority):
            return await self._download(request, route)

    async def _download(self, request: Request, route: Route) -> Response:
        if route.kind == "direct" and not route.is_literal:
            await self._look_up(route)
        session = self._session(route)
        place = await self._gate.enter()
        patiently = Patiently(
            lambda attempt: self._try(session, request, route, attempt), self._patience_for(request, route), place.leave
        )
        try:
            with self._brake.on(patiently):
                return await patiently.run()
        finally:
            place.leave()
            request.meta["tries"] = patiently.tries

    async def close(self) -> None:
        """Close all connections."""
        self._brake.close()
        await asyncio.gather(*(session.close() for session in self._sessions.values()))
        await self._resolver.close()

    async def _look_up(self, route: Route) -> None:
        """Let the resolver know the name before any clock runs: DNS_TIMEOUT is longer than CONNECT_TIMEOUT."""
        try:
            await self._resolver.resolve(route.url.raw_host or "")
        except OSError as error:
            raise TryError(Outcome.DNS, "its name does not resolve") from error

    def _patience_for(self, request: Request, route: Route) -> Patience:
        patience = self._hidden_patience if route.kind == "socks" else self._patience
        tries: int | None = request.meta.get("max_tries")
        budget: float = request.meta.get("budget", patience.budget)
        if tries is None and budget == patience.budget:
            return patience
        return replace(patience, times=min(patience.times, tries or patience.times), budget=budget)

    async def _try(self, session: aiohttp.ClientSession, request: Request, route: Route, attempt: Attempt) -> Response:
        CURRENT.set(attempt)
        https = route.url.scheme == "https"
        try:
            async with session.request(
                request.method,
                route.url,
                data=request.body or None,
                headers=_headers(request),
                allow_redirects=False,
                proxy=route.proxy if route.kind in {"proxy", "tunnel"} else None,
            ) as answer:
                attempt.answering = True
                if route.kind == "proxy" and answer.status in _PROXY_UNREACHABLE:
                    raise TryError(Outcome.PROXY, f"the proxy answers {answer.status}")
                body = await self._body(request, answer)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise explain(error, attempt, https=https, proxied=route.kind != "direct") from error
        headers = Headers(answer.raw_headers)
        response_class = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return response_class(url=request.url, status=answer.status, headers=headers, body=body, protocol="HTTP/1.1")

    async def _body(self, request: Request, answer: aiohttp.ClientResponse) -> bytes:
        maxsize: int = request.meta.get("download_maxsize", self._maxsize)
        if (answer.content_length or 0) > maxsize:
            raise TryError(Outcome.TOO_LARGE, f"answers with more than {maxsize:,} bytes")
        if ",".join(answer.headers.getall("Content-Encoding", [])).count(",") >= _MOST_CODINGS:
            raise TryError(Outcome.TOO_LARGE, f"packs its answer more than {_MOST_CODINGS} times")
        chunks: list[bytes] = []
        size = 0
        async for chunk in answer.content.iter_any():
            size += len(chunk)
            if size > maxsize:
                raise TryError(Outcome.TOO_LARGE, f"answers with more than {maxsize:,} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _session(self, route: Route) -> aiohttp.ClientSession:
        key = (route.kind, str(route.proxy) if route.kind == "socks" else "")
        session = self._sessions.get(key)
        if session is None:
            patience = self._hidden_patience if route.kind == "socks" else self._patience
            session = self._sessions[key] = aiohttp.ClientSession(
                connector=self._connector(route),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                middlewares=(no_second_try,),
                trace_configs=[tracing()],
                timeout=aiohttp.ClientTimeout(total=None, sock_read=patience.timeout),
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            )
        return session

    def _connector(self, route: Route) -> aiohttp.BaseConnector:
        if route.kind == "socks" and route.proxy is not None:
            return SocksConnector(route.proxy, ssl=self._tls, limit=0)
        direct: dict[str, Any] = {"limit": 0, "ssl": self._tls, "resolver": self._resolver, "use_dns_cache": False}
        if route.kind == "tunnel":
            return HttpTunnelConnector(**direct)
        make_socket = self._guard.socket if route.kind == "direct" else watched_socket
        return aiohttp.TCPConnector(**direct, socket_factory=make_socket)


@lru_cache
def _tls(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:
        raise ValueError(
            f"TLS_CA_FILE is {ca_file!r}, which holds no certificates ({error}). Give the path of a PEM file"
        ) from error
    return context


def _headers(request: Request) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in request.headers.items()
        if name != b"Proxy-Authorization"
        for value in values
    ]


def _end(spider: Spider) -> None:
    """Close a spider whose handler could not be made, with the sentence that tells why."""
    try:
        PatientDownloadHandler(spider.crawler)
    except ValueError as error:
        spider.logger.error("%s.", error)  # noqa: TRY400 - the sentence is enough
        raise CloseSpider("bad_settings") from error
