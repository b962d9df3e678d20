"""Hosts and server addresses, however people write them: the one parser for join links, ``directory.toml`` and URLs.

A host is what a browser would make of it (WHATWG URL, "host parsing"), so that one place has one spelling. Stricter in
one point: a label of another script must be a name by IDNA 2008.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import unquote

import idna

from sessioncrawler.model import DEFAULT_PORTS, Address

ORIGIN = r"([Hh][Tt][Tt][Pp][Ss]?)://([^\s/?#@\\<>\"'`]{1,300})"
"""Regular expression of ``scheme://host[:port]`` without user-info; :func:`address_of` takes its two groups."""

_URL = re.compile(ORIGIN + r"(?:[/?#].*)?", re.DOTALL)
_BARE_URL = re.compile(ORIGIN + "/?")
_HOST_AND_PORT = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]+)(?::([0-9]{1,5}))?")
_LARGEST_PORT = 65_535
_LONGEST = 253
_LONGEST_ESCAPED = 9 * _LONGEST
"""Characters of a name whose letters are percent-encoded, three bytes each."""
_IPV4_PARTS = 4
_BYTE = 256
# A label as the DNS carries it. An underscore is no letter of host names (RFC 1123), but the DNS and apps take it.
_NAME = re.compile(r"(?!-)[0-9a-z_-]{1,63}(?<!-)(?:\.(?!-)[0-9a-z_-]{1,63}(?<!-))*")
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.DOTALL)
_NUMBER = re.compile(r"(?P<hex>0x[0-9a-f]*)|(?P<octal>0[0-7]+)|(?P<decimal>0|[1-9][0-9]*)")
_BASES = {"hex": 16, "octal": 8, "decimal": 10}


def parse_address(url: str) -> Address | None:
    """Where the server of ``url`` (``scheme://host[:port]`` and anything behind it) is; None where that is no address.

    None also where the URL carries user-info.
    """
    match = _URL.fullmatch(url.strip())
    return address_of(match[1], match[2]) if match else None


def parse_bare_address(url: str) -> Address | None:
    """The address that ``url`` is, with or without a slash at its end; None where anything else follows."""
    match = _BARE_URL.fullmatch(url)
    return address_of(match[1], match[2]) if match else None


def is_web_url(text: str) -> bool:
    """Whether ``text`` is an absolute http or https URL without user-info and without white space."""
    return parse_address(text) is not None and not re.search(r"\s", text)


def address_of(scheme: str, netloc: str) -> Address | None:
    """The address of ``scheme`` (http or https, in any case) and ``host[:port]``; None where these are none."""
    match = _HOST_AND_PORT.fullmatch(netloc)
    host = canonical_host(match[1]) if match else None
    if match is None or host is None:
        return None
    port = int(match[2]) if match[2] else DEFAULT_PORTS[scheme.lower()]
    return Address(scheme.lower(), host, port) if 1 <= port <= _LARGEST_PORT else None


def parse_host_and_port(text: str) -> tuple[str, int | None] | None:
    """Host and port of ``host[:port]``, the host canonical; no port where none is written. None for anything else.

    An IPv6 address without a port may stand without brackets.
    """
    if host := canonical_host(text):
        return host, None
    place = address_of("http", text)
    return (place.host, place.port) if place else None


@lru_cache(maxsize=4096)
def canonical_host(text: str) -> str | None:
    """The host in lower-case ASCII without a dot at the end; None where ``text`` is no host.

    ``text`` is a name, an IPv4 address in any spelling that browsers take (``0x7f.1`` is 127.0.0.1), or an IPv6
    address, with or without brackets, which the result never has. A canonical host stays as it is.
    """
    if text.startswith("["):
        return _ipv6(text[1:-1]) if text.endswith("]") else None
    if ":" in text:
        return _ipv6(text)
    name = _ascii(text)
    if name is None or len(name) > _LONGEST or not _NAME.fullmatch(name):
        return None
    return _ipv4(name) if _ENDS_IN_NUMBER.fullmatch(name) else name


def _ascii(text: str) -> str | None:
    """The name in ASCII (UTS 46, IDNA 2008); None where it cannot be encoded."""
    if len(text) > _LONGEST_ESCAPED:
        return None
    name = (unquote(text) if "%" in text else text).lower().removesuffix(".")
    if len(name) > _LONGEST:
        return None
    if name.isascii() and "xn--" not in name:
        return name
    try:
        mapped = name if name.isascii() else idna.uts46_remap(name, std3_rules=False)
        return ".".join(map(_label, mapped.removesuffix(".").split(".")))
    except UnicodeError:  # idna's own errors are of this kind
        return None


def _label(text: str) -> str:
    # What is not encoded is not IDNA's to judge: "a_b" is as good beside a label of another script as without one.
    return idna.alabel(text).decode("ascii") if text.startswith("xn--") or not text.isascii() else text


def _ipv6(text: str) -> str | None:
    """The compressed form (RFC 5952); an address that maps an IPv4 address keeps its hexadecimal groups."""
    try:
        found = IPv6Address(text)
    except ValueError:
        return None
    if found.scope_id is not None:
        return None
    # Python writes the mapped ones in two ways, depending on its version.
    mapped = found.ipv4_mapped
    return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}" if mapped else found.compressed


def _ipv4(text: str) -> str | None:
    """The dotted quad that browsers make of one to four numbers; None where a number is bad or too large."""
    numbers = [_number(part) for part in text.split(".")]
    if len(numbers) > _IPV4_PARTS or any(number is None for number in numbers):
        return None
    *heads, last = [number for number in numbers if number is not None]
    if any(head >= _BYTE for head in heads) or last >= _BYTE ** (_IPV4_PARTS - len(heads)):
        return None
    return str(IPv4Address(last + sum(head << 24 - 8 * place for place, head in enumerate(heads))))


def _number(text: str) -> int | None:
    match = _NUMBER.fullmatch(text)
    if match is None or match.lastgroup is None:
        return None
    return int(text.removeprefix("0x") or "0", _BASES[match.lastgroup])
