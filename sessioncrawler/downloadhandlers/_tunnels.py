"""Connections through the operator's proxies that tell when the other side is reached.

A try counts as connected once its tunnel is made, as it does without a proxy once its socket is connected: a server
that is silent before that cannot be reached, one that is silent afterwards stalls and is tried again.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import aiohttp
import yarl
from aiohttp.client_proto import ResponseHandler
from aiohttp_socks import ProxyConnector
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from sessioncrawler.downloadhandlers._attempt import CURRENT
from sessioncrawler.downloadhandlers._routes import SOCKS_PORT, SOCKS_TYPES


class TunnelError(aiohttp.ClientError):
    """The proxy did not reach the other side."""


class HttpTunnelConnector(aiohttp.TCPConnector):
    """CONNECT (RFC 9110, section 9.3.6) as aiohttp makes it."""

    async def _start_tls_connection(
        self, underlying_transport: asyncio.Transport, *args: Any, **kwargs: Any
    ) -> tuple[asyncio.BaseTransport, ResponseHandler]:
        _stands(underlying_transport)
        return await super()._start_tls_connection(underlying_transport, *args, **kwargs)


class SocksConnector(ProxyConnector):
    """SOCKS 5 (RFC 1928) or 4a, through which names travel unresolved."""

    def __init__(self, proxy: yarl.URL, **kwargs: Any) -> None:
        super().__init__(
            host=proxy.host or "",
            port=proxy.port or SOCKS_PORT,
            proxy_type=SOCKS_TYPES[proxy.scheme],
            username=proxy.user,
            password=proxy.password,
            rdns=True,
            **kwargs,
        )

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: ssl.SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is aiohttp_socks's
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        try:
            transport, protocol = await super()._connect_via_proxy(host, port, None, timeout)
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError, OSError, EOFError) as error:
            raise TunnelError(str(error)) from error
        _stands(transport)
        if ssl is None:
            return transport, protocol
        secure = await self._loop.start_tls(transport, protocol, ssl, server_hostname=host)
        assert secure is not None  # noqa: S101 - None only where the transport was closed, which start_tls raises for
        protocol.connection_made(secure)
        return secure, protocol


def _stands(transport: asyncio.Transport) -> None:
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.sockets.append(transport.get_extra_info("socket"))
