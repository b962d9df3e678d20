"""Where redirects lead (RFC 9110, section 10.2.2), and which of them stay with a server."""

from __future__ import annotations

from urllib.parse import urljoin

from sessioncrawler.model import DEFAULT_PORTS, Address


def target(url: str, location: str) -> str:
    """The URL that ``location`` means at ``url``; empty where it is none."""
    try:
        return urljoin(url, location)
    except ValueError:  # "http://[" for one
        return ""


def same_server(one: Address, other: Address) -> bool:
    """Same host, and the same port or each its scheme's own: http may redirect to https."""
    if one.host != other.host:
        return False
    return one.port == other.port or all(DEFAULT_PORTS[a.scheme] == a.port for a in (one, other))
