"""Where the crawler must not go: join links are written by strangers.

The check stands at the last possible place, where a socket is made for an address that is already resolved. So it
sees what every spelling, name, redirect and changed DNS answer comes down to.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from sessioncrawler.downloadhandlers._attempt import CURRENT

ALLOWED_LOW_PORTS = frozenset({80, 443})
FIRST_FREE_PORT = 1024

# Global by the letter of the registries, yet a way to somewhere else: IPv4 inside IPv6 (RFC 6052, RFC 3056, RFC 4380).
_TUNNELS = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


class ForbiddenAddressError(OSError):
    """The address is not on the public internet, and not in ALLOWED_PRIVATE_NETWORKS."""


class AddressGuard:
    """Tells public addresses from all others; makes sockets for public ones only.

    ``allowed`` are networks in CIDR form that may be contacted although they are private.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = tuple(ip_network(network) for network in allowed)

    def permits(self, host: str) -> bool:
        """Whether ``host``, an IP address without brackets, may be contacted."""
        address = ip_address(host.partition("%")[0])
        plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
        if any(plain in network for network in self._allowed if network.version == plain.version):
            return True
        return _is_public(plain)

    def permits_name(self, host: str) -> bool:
        """Whether ``host`` may be named to a proxy, which resolves it: an IP address is checked in every spelling."""
        if host == "localhost" or host.endswith(".localhost"):
            return self.permits("127.0.0.1")
        try:
            return self.permits(host)
        except ValueError:
            pass
        try:
            return self.permits(socket.inet_ntoa(socket.inet_aton(host)))
        except OSError:
            return True

    def socket(self, addr_info: tuple[Any, ...]) -> socket.socket:
        """A socket for ``(family, type, proto, canonname, sockaddr)``; ForbiddenAddressError where that is refused."""
        family, kind, proto, _, sockaddr = addr_info
        attempt = CURRENT.get()
        host = str(sockaddr[0])
        if not self.permits(host):
            if attempt is not None:
                attempt.forbidden = host
            raise ForbiddenAddressError(f"{host} is not a public address")
        return watched_socket((family, kind, proto, _, sockaddr))


def watched_socket(addr_info: tuple[Any, ...]) -> socket.socket:
    """A socket that the current attempt can look at; without a check, for the operator's own proxies."""
    family, kind, proto, _, _ = addr_info
    sock = socket.socket(family, kind, proto)
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.sockets.append(sock)
    return sock


def port_is_allowed(port: int) -> bool:
    """Ports below 1024 belong to other services, but for 80 and 443."""
    return port >= FIRST_FREE_PORT or port in ALLOWED_LOW_PORTS


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and any(address in network for network in _TUNNELS):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
