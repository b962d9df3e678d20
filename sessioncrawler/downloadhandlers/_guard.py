"""Which addresses must not be contacted: join links are written by strangers.

The check stands at the last possible place, where a socket is made for an address that is already resolved. So it
sees the address behind every spelling, name, redirect and changed DNS answer.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from errno import EACCES
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from sessioncrawler.downloadhandlers._attempt import CURRENT

ALLOWED_LOW_PORTS = frozenset({80, 443})
FIRST_FREE_PORT = 1024

# The IANA special-purpose registries (RFC 6890) and class E, written out: what ipaddress calls global changes with
# the version of Python. 192.0.0.0/24 as a whole, because one cloud serves its metadata there.
_SPECIAL_IPV4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # public by the registries, but internal to a cloud (Azure)
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of IPv6 only this part is given out to the public (RFC 4291); in it lie protocol assignments with Teredo (RFC 4380),
# documentation, and 6to4 (RFC 3056), through which any IPv4 address can be reached.
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# A machine without IPv4 reaches it through these (RFC 6052), so each counts as the IPv4 address that it holds.
_NAT64 = IPv6Network("64:ff9b::/96")

# Names that a resolver answers from a private network: RFC 6761, RFC 6762 (appendix G too), RFC 8375, ICANN's
# "internal" of 2024.
_PRIVATE_NAMES = (
    ".local",
    ".localdomain",
    ".internal",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".lan",
    ".home.arpa",
)


class ForbiddenAddressError(OSError):
    """The address is not on the public internet, and not in ALLOWED_PRIVATE_NETWORKS."""


class AddressGuard:
    """Tells public addresses from all others.

    ``allowed`` are networks in CIDR form that may be contacted although they are private; a ValueError tells in a
    sentence which of them is no network.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = tuple(_network(text.strip()) for text in allowed if text.strip())

    def permits(self, host: str) -> bool:
        """Whether ``host``, an IP address without brackets, may be contacted; never where it is no IP address."""
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return False
        plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
        if any(plain in network for network in self._allowed if network.version == plain.version):
            return True
        return _is_public(plain)

    def permits_name(self, host: str) -> bool:
        """Whether ``host`` may be named to a proxy, which resolves it.

        ``host`` is canonical, as :func:`~sessioncrawler.addresses.parse_address` gives it. What the proxy
        finds behind a public name, only the proxy can check.
        """
        if host == "localhost" or host.endswith(".localhost"):
            return self.permits("127.0.0.1")
        try:
            ip_address(host)
        except ValueError:
            return "." in host and not f".{host}".endswith(_PRIVATE_NAMES)
        return self.permits(host)

    def check(self, host: str) -> None:
        """ForbiddenAddressError where ``host``, an IP address, must not be contacted."""
        if not self.permits(host):
            attempt = CURRENT.get()
            if attempt is not None:
                attempt.forbidden = host
            raise ForbiddenAddressError(EACCES, f"{host} is not a public address")


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


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"ALLOWED_PRIVATE_NETWORKS names {text!r}, which is no network ({error}). "
            "Write networks as 10.0.0.0/8 or fd00::/8, separated by commas"
        ) from error


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    if address in _NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_IPV6 and not any(address in network for network in _SPECIAL_IPV6)
