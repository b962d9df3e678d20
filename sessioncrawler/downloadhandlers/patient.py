"""The download handler for http and https: aiohttp's client, with patience and a guard.

aiohttp because its connector lets the guard see every socket, tells connecting from waiting, and costs half the CPU
of the stock handler (docs/polling.md, "Cost").
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import certifi
import yarl
from aiohttp_socks import ProxyConnector
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from sessioncrawler.downloadhandlers._attempt import CURRENT, Attempt
from sessioncrawler.downloadhandlers._failures import explain, no_second_try
from sessioncrawler.downloadhandlers._gate import Gate
from sessioncrawler.downloadhandlers._guard import AddressGuard, port_is_allowed, watched_socket
from sessioncrawler.downloadhandlers._patience import Patience, Patiently
from sessioncrawler.downloadhandlers._resolver import ThreadResolver
from sessioncrawler.items import TryError
from sessioncrawler.model import DEFAULT_PORTS, Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_HIDDEN_NETWORKS = (".onion", ".loki")
_PROXY_UNREACHABLE = frozenset({502, 503, 504})


class PatientDownloadHandler(BaseDownloadHandler):
    """Fetches one request with as many tries as it takes.

    Reads ``request.meta``: ``max_tries``, ``budget`` (seconds for all of them), ``proxy``,
    ``download_maxsize``; writes ``tries`` (connections it took) back. Raises :class:`TryError`.
    """

    lazy = True

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
        self._maxsize = settings.getint("DOWNLOAD_MAXSIZE")
        self._dns_timeout = settings.getfloat("DNS_TIMEOUT")
        self._socks_proxy: str = settings.get("SOCKS_PROXY") or ""
        self._guard = AddressGuard(settings.getlist("ALLOWED_PRIVATE_NETWORKS"))
        self._ca_file: str = settings.get("TLS_CA_FILE") or ""
        self._gate = Gate(settings.getint("CONCURRENT_WORK"))
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def download_request(self, request: Request) -> Response:
        """The response to ``request``, whatever its status."""
        url = yarl.URL(request.url, encoded=True)
        route = self._route(request, url)
        place = await self._gate.enter()
        patiently = Patiently(
            lambda attempt: self._try(request, url, route, attempt), self._patience_for(request), place.leave
        )
        try:
            return await patiently.run()
        finally:
            place.leave()
            request.meta["tries"] = patiently.tries

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(session.close() for session in self._sessions.values()))

    def _patience_for(self, request: Request) -> Patience:
        patience = self._patience
        tries: int | None = request.meta.get("max_tries")
        budget: float = request.meta.get("budget", patience.budget)
        if tries is None and budget == patience.budget:
            return patience
        return Patience(
            times=min(patience.times, tries or patience.times),
            timeout=patience.timeout,
            delay=patience.delay,
            connect_timeout=patience.connect_timeout,
            answer_timeout=patience.answer_timeout,
            budget=budget,
        )

    def _route(self, request: Request, url: yarl.URL) -> str:
        """``direct``, ``proxy`` or ``socks``; TryError where the request must not be made."""
        host, port = (url.host or "").rstrip(".").lower(), url.port or DEFAULT_PORTS.get(url.scheme, 0)
        if not port_is_allowed(port):
            raise TryError(Outcome.FORBIDDEN_PORT, f"port {port} belongs to another service")
        if host.endswith(_HIDDEN_NETWORKS):
            if not self._socks_proxy:
                raise TryError(
                    Outcome.NO_SOCKS_PROXY, "is reached through a SOCKS proxy only, and SOCKS_PROXY is not set"
                )
            return "socks"
        if not request.meta.get("proxy"):
            return "direct"
        if not self._guard.permits_name(host):
            raise TryError(Outcome.FORBIDDEN_ADDRESS, f"leads to {host}, which is not a public address")
        return "proxy"

    async def _try(self, request: Request, url: yarl.URL, route: str, attempt: Attempt) -> Response:
        CURRENT.set(attempt)
        proxy = _proxy_url(request) if route == "proxy" else None
        try:
            async with self._session(route).request(
                request.method,
                url,
                data=request.body or None,
                headers=_headers(request),
                allow_redirects=False,
                proxy=proxy,
            ) as answer:
                attempt.answering = True
                if proxy and url.scheme == "http" and answer.status in _PROXY_UNREACHABLE:
                    raise TryError(Outcome.PROXY, f"the proxy answers {answer.status}")
                body = await self._body(request, answer)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise explain(error, attempt, https=url.scheme == "https") from error
        headers = Headers(answer.raw_headers)
        response_class = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return response_class(url=request.url, status=answer.status, headers=headers, body=body, protocol="HTTP/1.1")

    async def _body(self, request: Request, answer: aiohttp.ClientResponse) -> bytes:
        maxsize: int = request.meta.get("download_maxsize", self._maxsize)
        if (answer.content_length or 0) > maxsize:
            raise TryError(Outcome.TOO_LARGE, f"answers with more than {maxsize:,} bytes")
        chunks: list[bytes] = []
        size = 0
        async for chunk in answer.content.iter_any():
            size += len(chunk)
            if size > maxsize:
                raise TryError(Outcome.TOO_LARGE, f"answers with more than {maxsize:,} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

    def _session(self, route: str) -> aiohttp.ClientSession:
        session = self._sessions.get(route)
        if session is None:
            session = self._sessions[route] = aiohttp.ClientSession(
                connector=self._connector(route),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                middlewares=(no_second_try,),
                timeout=aiohttp.ClientTimeout(total=None, sock_read=self._patience.timeout),
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            )
        return session

    def _connector(self, route: str) -> aiohttp.BaseConnector:
        context = self._tls()
        if route == "socks":
            return ProxyConnector.from_url(self._socks_proxy, rdns=True, ssl=context, limit=0)
        return aiohttp.TCPConnector(
            limit=0,
            ssl=context,
            resolver=ThreadResolver(self._dns_timeout),
            socket_factory=self._guard.socket if route == "direct" else watched_socket,
        )

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.load_verify_locations(self._ca_file or certifi.where())
        return context


def _headers(request: Request) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in request.headers.items()
        if name != b"Proxy-Authorization"
        for value in values
    ]


def _proxy_url(request: Request) -> yarl.URL:
    """The proxy that HttpProxyMiddleware chose, with the credentials it moved into a header."""
    proxy: str = request.meta["proxy"]
    url = yarl.URL(proxy if urlsplit(proxy).scheme else f"http://{proxy}")
    authorization = request.headers.get(b"Proxy-Authorization")
    if authorization is None:
        return url
    login = aiohttp.BasicAuth.decode(authorization.decode("latin-1"))
    return url.with_user(login.login).with_password(login.password)
