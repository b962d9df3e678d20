"""Hosts and server addresses as the operator of the directory writes them."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

import idna

from sessioncrawler.model import DEFAULT_PORTS, Address

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_HOST = 253


def canonical_host(text: str) -> str:
    """Return a host as :class:`~sessioncrawler.model.Address` holds it: lower-case ASCII, IPv6 without brackets.

    Raises ValueError where ``text`` is neither an IP address (IPv6 in brackets or bare) nor a host name (RFC 1123).
    """
    if text.startswith("[") and text.endswith("]"):
        return str(IPv6Address(text[1:-1]))
    try:
        return str(ip_address(text))
    except ValueError:
        return _canonical_name(text)


def _canonical_name(text: str) -> str:
    try:
        name = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"{text!r} is not a host name") from error
    labels = name.split(".")
    # A last label of digits alone is a mistyped IPv4 address, never a top-level domain.
    if len(name) > _MAX_HOST or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{text!r} is not a host name")
    return name


def split_web_url(text: str) -> SplitResult:
    """Split an absolute ``http``/``https`` URL without credentials; raises ValueError for anything else."""
    parts = urlsplit(text)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or re.search(r"\s", text):
        raise ValueError(f"{text!r} is not an absolute http or https URL")
    canonical_host(parts.hostname)
    if parts.port == 0:
        raise ValueError("0 is not a port")
    return parts


def parse_address(text: str) -> Address:
    """Parse ``scheme://host[:port]``, with or without a slash at the end; raises ValueError for anything else."""
    parts = split_web_url(text)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(f"{text!r} holds more than scheme, host and port")
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return Address(parts.scheme, canonical_host(parts.hostname or ""), port)
