"""The download handler for http and https: aiohttp's client, with patience and a guard.

aiohttp because its connector lets the guard see every socket, tells connecting from waiting, and costs
little CPU (docs/cost.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary, ref

import aiohttp
import certifi
from scrapy import Spider, signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from sessioncrawler.downloadhandlers._attempt import CURRENT, Attempt, tracing
from sessioncrawler.downloadhandlers._brake import Brake
from sessioncrawler.downloadhandlers._crowds import SocketBounds, Sockets, network_of
from sessioncrawler.downloadhandlers._failures import explain, no_second_try, no_socket, refusal, unwind
from sessioncrawler.downloadhandlers._guard import AddressGuard, watched_socket
from sessioncrawler.downloadhandlers._lanes import Lanes, Turns, Way
from sessioncrawler.downloadhandlers._pace import Patience
from sessioncrawler.downloadhandlers._patience import LATER, Patiently
from sessioncrawler.downloadhandlers._reading import BodyReader, ReadingBounds, listening
from sessioncrawler.downloadhandlers._resolver import ThreadResolver
from sessioncrawler.downloadhandlers._routes import Route, Routes
from sessioncrawler.downloadhandlers._sockets import keep_small
from sessioncrawler.downloadhandlers._tunnels import HttpTunnelConnector, SocksConnector
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.visit import Visit
from sessioncrawler.signals import grace_over

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

KEPT_ALIVE = 3.0
"""Seconds for which a connection is kept for the next question, which follows at once: what is kept is a socket."""
_PROXY_UNREACHABLE = frozenset({502, 503, 504})


class PatientDownloadHandler(BaseDownloadHandler):
    """Fetches one request with as many tries as it takes.

    Reads ``request.meta``: ``max_tries``, ``visit`` (or ``budget``, seconds for all of them), ``proxy``,
    ``download_maxsize``, ``download_timeout``; writes ``tries`` (connections it took) back. Raises :class:`TryError`.

    Scrapy holds a response until all that came of it is done. Where meta has ``apart``, it gets one without a body, and
    whoever asked takes the real one out of ``request.meta["whole"]``, and holds it for as short as it likes.
    """

    lazy = False  # so that a setting that cannot be used is told at start
    _handlers: ClassVar[WeakValueDictionary[Crawler, PatientDownloadHandler]] = WeakValueDictionary()

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._patience = Patience(
            times=settings.getint("PATIENT_RETRY_TIMES"),
            together=settings.getint("PATIENT_RETRY_TIMES"),
            timeout=max(settings.getfloat("PATIENT_RETRY_TIMEOUT"), settings.getfloat("CONNECT_TIMEOUT")),
            pause=settings.getfloat("RETRY_PAUSE"),
            most_pause=settings.getfloat("PATIENT_RETRY_DELAY"),
            connect_timeout=settings.getfloat("CONNECT_TIMEOUT"),
            answer_timeout=settings.getfloat("DOWNLOAD_TIMEOUT"),
        )
        self._budget = settings.getfloat("SERVER_BUDGET")
        # A hidden service is reached through several relays, which takes longer.
        self._hidden_patience = replace(
            self._patience,
            timeout=self._patience.answer_timeout + self._patience.timeout,
            connect_timeout=self._patience.answer_timeout,
            answer_timeout=2 * self._patience.answer_timeout,
        )
        self._maxsize = settings.getint("DOWNLOAD_MAXSIZE")
        self._reading = BodyReader(
            ReadingBounds(
                memory=settings.getint("ANSWERS_MEMORY"),
                maxsize=self._maxsize,
                rate=settings.getfloat("ANSWER_RATE"),
                pieces=settings.getint("ANSWER_PIECES"),
            )
        )
        self._guard = AddressGuard(settings.getlist("ALLOWED_PRIVATE_NETWORKS"))
        self._routes = Routes(self._guard, settings.get("SOCKS_PROXY") or "")
        keep_small()
        bounds = SocketBounds.of(settings)
        self._sockets = Sockets(self._guard, bounds)
        self._resolver = ThreadResolver(settings.getfloat("DNS_TIMEOUT"), settings.getint("DNS_THREADS"))
        self._tls = _tls(settings.get("TLS_CA_FILE") or certifi.where())
        self._lanes = Lanes(
            settings.getint("CONCURRENT_WORK"),
            settings.getint("CONCURRENT_PATIENCE"),
            settings.getfloat("PATIENCE_BUDGET"),
            sockets=bounds.sockets,
        )
        self._turns = Turns(settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._brake = Brake(crawler, self._resolver.hurry)
        self._sessions: dict[tuple[str, str], aiohttp.ClientSession] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PatientDownloadHandler:
        """The handler of a crawl; where a setting cannot be used, let the crawl end before it begins.

        Scrapy asks for one a scheme: they are one, or each would allow what is meant for both.
        """
        try:
            if (handler := cls._handlers.get(crawler)) is None:
                handler = cls._handlers[crawler] = cls(crawler)
                crawler.signals.connect(handler._lanes.patience.hurry, signal=grace_over)
        except ValueError as error:
            crawler.signals.connect(_end, signal=signals.spider_opened)
            raise NotConfigured(str(error)) from error
        return handler

    async def download_request(self, request: Request) -> Response:
        """The response to ``request``, whatever its status."""
        route = self._routes.find(request)
        slot: str = request.meta.get("download_slot") or route.url.authority
        async with self._turns.turn(slot):
            visit = request.meta.get("visit") or Visit(slot, request.meta.get("budget", self._budget))
            return await self._download(request, route, visit)

    async def _download(self, request: Request, route: Route, visit: Visit) -> Response:
        hosts = await self._hosts(route, visit)
        session = self._session(route)
        # A hidden service takes so long to connect that it is no first question, and any number of them cost nothing.
        hidden = route.kind == "socks"
        network = "hidden" if hidden else network_of(hosts[0] if hosts else route.url.raw_host or "")
        way = Way(self._lanes, network, visit, patient=hidden)

        async def open_try(attempt: Attempt) -> Response:
            await self._room(attempt, hosts)
            visit.start()
            response = await self._try(session, request, route, attempt)
            for sock in attempt.sockets:
                if isinstance(sock, socket.socket):  # and may be kept: for nobody, once the visit is called off
                    visit.at_call_off(partial(_hang_up, ref(sock)))
            return response

        patiently = Patiently(open_try, self._patience_for(request, route), way)
        try:
            with self._brake.on(patiently), visit.ending(patiently.stop):
                response = await patiently.run()
            return _apart(request, response) if request.meta.get("apart") else response
        finally:
            request.meta["tries"] = patiently.tries

    async def close(self) -> None:
        """Close all connections."""
        self._brake.close()
        self._lanes.close()
        await asyncio.gather(*(session.close() for session in self._sessions.values()))
        await self._resolver.close()

    async def _hosts(self, route: Route, visit: Visit) -> tuple[str, ...]:
        """The IP addresses to which a route leads; none where a proxy alone knows them.

        A name is looked up here, before any clock runs: DNS_TIMEOUT is longer than CONNECT_TIMEOUT.
        """
        host = route.url.raw_host or ""
        if route.kind != "direct":
            return ()
        if route.is_literal:
            return (host,)
        try:
            return await self._resolver.addresses(host, newcomer=visit.newcomer)
        except OSError as error:
            raise TryError(Outcome.DNS, "its name does not resolve") from error

    async def _room(self, attempt: Attempt, hosts: tuple[str, ...]) -> None:
        """Wait until a connection would not be one too many; a try beside another is not worth waiting for."""
        if not self._sockets.admit(attempt, hosts):
            raise refusal(attempt) or no_socket()
        while not self._sockets.have_room(attempt, hosts):
            if not attempt.alone:
                raise no_socket()
            attempt.waits = True
            await asyncio.sleep(LATER)
        if attempt.waits:
            attempt.begin_anew()

    def _patience_for(self, request: Request, route: Route) -> Patience:
        patience = self._hidden_patience if route.kind == "socks" else self._patience
        tries: int = request.meta.get("max_tries") or patience.times
        # Scrapy's own word for a request that is not worth waiting for longer, as that for a picture.
        seconds: float = request.meta.get("download_timeout", patience.answer_timeout)
        if tries >= patience.times and seconds >= patience.answer_timeout:
            return patience
        return replace(patience, times=min(patience.times, tries), answer_timeout=min(patience.answer_timeout, seconds))

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
                server = request.meta.get("download_slot") or request.url
                body = await self._reading.body(
                    answer, attempt, server, request.meta.get("download_maxsize", self._maxsize)
                )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            unwind(error)
            raise explain(error, attempt, https=https, proxied=route.kind != "direct") from None
        headers = Headers(answer.raw_headers)
        if body is None:
            headers.pop("Content-Encoding", None)
            body = b""
        response_class = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return response_class(url=request.url, status=answer.status, headers=headers, body=body, protocol="HTTP/1.1")

    def _session(self, route: Route) -> aiohttp.ClientSession:
        key = (route.kind, str(route.proxy) if route.kind == "socks" else "")
        session = self._sessions.get(key)
        if session is None:
            patience = self._hidden_patience if route.kind == "socks" else self._patience
            session = self._sessions[key] = aiohttp.ClientSession(
                connector=listening(self._connector(route)),
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
        direct["keepalive_timeout"] = KEPT_ALIVE
        if route.kind == "tunnel":
            return HttpTunnelConnector(**direct)
        make_socket = self._sockets.make if route.kind == "direct" else watched_socket
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


def _apart(request: Request, response: Response) -> Response:
    request.meta["whole"] = response
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    return Response(response.url, response.status, headers)


def _hang_up(sock: ref[socket.socket]) -> None:
    """End a connection that was kept, if it still is there."""
    kept = sock()
    with contextlib.suppress(OSError):
        if kept is not None:
            kept.shutdown(socket.SHUT_RDWR)


def _end(spider: Spider) -> None:
    """Close a spider whose handler could not be made, with the sentence that tells why."""
    try:
        PatientDownloadHandler(spider.crawler)
    except ValueError as error:
        spider.logger.error("%s.", error)  # noqa: TRY400 - the sentence is enough
        raise CloseSpider("bad_settings") from error
