"""One spelling for every host, as browsers find it (WHATWG URL, "host parsing")."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

import idna

_LONGEST = 253
_IPV4_PARTS = 4
_BYTE = 256
# A label as the DNS carries it. An underscore is no letter of host names (RFC 1123), but the DNS and apps take it.
_NAME = re.compile(r"(?!-)[0-9a-z_-]{1,63}(?<!-)(?:\.(?!-)[0-9a-z_-]{1,63}(?<!-))*")
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.DOTALL)
_NUMBER = re.compile(r"(?P<hex>0x[0-9a-f]*)|(?P<octal>0[0-7]+)|(?P<decimal>0|[1-9][0-9]*)")
_BASES = {"hex": 16, "octal": 8, "decimal": 10}


@lru_cache(maxsize=4096)
def canonical_host(text: str) -> str | None:
    """The host in lower-case ASCII without a dot at the end; None where ``text`` is no host.

    ``text`` is a name, an IPv4 address in any spelling that browsers take (``0x7f.1`` is 127.0.0.1), or an IPv6
    address in brackets, which are left out of the result.
    """
    if text.startswith("["):
        return _ipv6(text[1:-1]) if text.endswith("]") else None
    name = _ascii(text)
    if name is None or len(name) > _LONGEST or not _NAME.fullmatch(name):
        return None
    return _ipv4(name) if _ENDS_IN_NUMBER.fullmatch(name) else name


def _ascii(text: str) -> str | None:
    """The name in ASCII (UTS 46, IDNA 2008); None where it cannot be encoded."""
    name = text.lower().removesuffix(".")
    if len(name) > _LONGEST:
        return None
    if name.isascii() and "xn--" not in name:
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii").removesuffix(".")
    except UnicodeError:  # idna's own errors are of this kind
        return None


def _ipv6(text: str) -> str | None:
    """The compressed form (RFC 5952); an address that maps an IPv4 address keeps its hexadecimal groups."""
    try:
        address = IPv6Address(text)
    except ValueError:
        return None
    if address.scope_id is not None:
        return None
    # Python writes the mapped ones in two ways, depending on its version.
    mapped = address.ipv4_mapped
    return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}" if mapped else address.compressed


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
