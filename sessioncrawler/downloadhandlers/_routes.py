"""How a request reaches its server: directly, or through one of the operator's proxies."""

from __future__ import annotations

from typing import Literal, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import yarl
from python_socks import ProxyType
from scrapy.http import Request

from sessioncrawler.addresses import parse_address
from sessioncrawler.downloadhandlers._guard import AddressGuard, port_is_allowed
from sessioncrawler.model import Address, Outcome
from sessioncrawler.protocol.failures import TryError

SOCKS_TYPES = {
    "socks4": ProxyType.SOCKS4,
    "socks4a": ProxyType.SOCKS4,
    "socks5": ProxyType.SOCKS5,
    "socks5h": ProxyType.SOCKS5,
}
"""Schemes of SOCKS proxies; names always go to the proxy unresolved, whichever is written."""
SOCKS_PORT = 1080
_HIDDEN_NETWORKS = (".onion", ".loki")


class Route(NamedTuple):
    """One way to one URL.

    ``proxy`` takes the whole request, ``tunnel`` is a CONNECT through the same kind of proxy, ``socks`` a tunnel too.
    """

    kind: Literal["direct", "proxy", "tunnel", "socks"]
    url: yarl.URL
    """What to ask; its host is canonical."""
    proxy: yarl.URL | None = None

    @property
    def is_literal(self) -> bool:
        """Whether there is no name to look up."""
        return (self.url.raw_host or "").replace(".", "").isdigit() or ":" in (self.url.raw_host or "")


class Routes:
    """Finds the way of each request.

    ``socks_proxy`` is the URL of the proxy for .onion and .loki, empty for none; a ValueError tells in a sentence what
    is wrong with it.
    """

    def __init__(self, guard: AddressGuard, socks_proxy: str = "") -> None:
        self._guard = guard
        self._socks = _socks_url(socks_proxy) if socks_proxy else None
        # HttpProxyMiddleware takes "https_proxy=host:port" for https://host:port; everybody else for http.
        self._bare = {proxy.rpartition("@")[2].rstrip("/") for proxy in getproxies().values() if "://" not in proxy}

    def find(self, request: Request) -> Route:
        """The way to ``request.url``; TryError where the request must not be made."""
        url, address = _target(request.url)
        if address.host.endswith(_HIDDEN_NETWORKS):
            if self._socks is None:
                raise TryError(
                    Outcome.NO_SOCKS_PROXY, "is reached through a SOCKS proxy only, and SOCKS_PROXY is not set"
                )
            return Route("socks", url, self._socks)
        # Scrapy lets a redirect keep its proxy, even where no_proxy names the new host.
        bypassed = request.meta.get("_scheme_proxy") and proxy_bypass(address.host)
        if bypassed or not request.meta.get("proxy"):
            return Route("direct", url)
        if not self._guard.permits_name(address.host):
            raise TryError(Outcome.FORBIDDEN_ADDRESS, f"leads to {address.host}, which is not a public address")
        proxy = self._proxy(request)
        if proxy.scheme in SOCKS_TYPES:
            return Route("socks", url, proxy)
        return Route("tunnel" if url.scheme == "https" else "proxy", url, proxy)

    def _proxy(self, request: Request) -> yarl.URL:
        """The proxy that HttpProxyMiddleware chose, with the credentials it moved into a header."""
        text: str = request.meta["proxy"]
        try:
            url = yarl.URL(text if urlsplit(text).scheme in {"http", "https", *SOCKS_TYPES} else f"http://{text}")
        except ValueError:
            url = yarl.URL()
        if not url.host:
            raise TryError(
                Outcome.PROXY, "cannot be asked, because its proxy is no address of the kind http://host:port"
            )
        if url.scheme == "https" and f"{url.host}:{url.port}" in self._bare:
            url = url.with_scheme("http")
        authorization = request.headers.get(b"Proxy-Authorization")
        if authorization is None:
            return url
        login = aiohttp.BasicAuth.decode(authorization.decode("latin-1"))
        return url.with_user(login.login).with_password(login.password)


def _target(text: str) -> tuple[yarl.URL, Address]:
    """The URL with its host in the one spelling, and where it leads; TryError where that is nowhere."""
    try:
        url = yarl.URL(text, encoded=True)
        host, port = url.raw_host or "", url.port or 0
    except ValueError as error:
        raise TryError(Outcome.FORBIDDEN_ADDRESS, "is no web address") from error
    if not port_is_allowed(port):
        raise TryError(Outcome.FORBIDDEN_PORT, f"port {port} belongs to another service")
    address = parse_address(f"{url.scheme}://{f'[{host}]' if ':' in host else host}:{port}")
    if address is None and ":" in host:
        raise TryError(Outcome.FORBIDDEN_ADDRESS, "is at no public address")
    if address is None:
        raise TryError(Outcome.DNS, "has no name that could resolve")
    return (url if address.host == host else url.with_host(address.host)), address


def _socks_url(text: str) -> yarl.URL:
    try:
        url = yarl.URL(text)
    except ValueError:
        url = yarl.URL()
    if url.scheme in SOCKS_TYPES and url.host:
        return url
    shown = text.rpartition("@")[2]  # a password must not be logged
    raise ValueError(
        f"SOCKS_PROXY is {shown!r}, which is no SOCKS proxy. "
        "Write it as socks5://127.0.0.1:9050, or as socks5://user:password@host:port"
    )
