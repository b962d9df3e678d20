"""The HTML pages of servers, and the legacy list of rooms (docs/protocol.md, "Anonymous answers" and "Legacy servers").

Pages are read as a stream of tags, never as a tree: a page may be broken, or nested without end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree

from sessioncrawler.addresses import parse_address
from sessioncrawler.model import Address, Room
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.rooms import UNBOUNDED, NotRoomsError, RoomsAnswer, load_json, named_rooms
from sessioncrawler.protocol.strings import TOKENS, is_token

_MODERN = re.compile(rf"/r/({TOKENS})/?")
# The operator's BASE may have a path of its own.
_LEGACY = re.compile(rf"(?:/.*)?/view/room/({TOKENS})/?", re.DOTALL)
_LONGEST_HREF = 2_048
_MOST_LINKS = 20_000
_PLACEHOLDER = "example.net"
"""What pysogs says where nobody configured its address."""
_JOIN_LINK = re.compile(rf"/({TOKENS})\?public_key=([0-9A-Fa-f]{{64}})(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class HomePage:
    """What ``GET /`` lists."""

    rooms: tuple[Room, ...]
    """Token and name only, sorted by token; the page tells nothing else."""
    legacy: bool
    """Whether the rooms are those of a legacy server: linked as ``/view/room/TOKEN``, and none as ``/r/TOKEN``."""
    over_limit: int = 0
    """Rooms beyond what is taken of one server."""


def parse_home_page(body: bytes, base: Address, limits: ServerLimits = UNBOUNDED) -> HomePage:
    """The rooms that the home page of the server at ``base`` links; none where the page is something else.

    Legacy servers link under the address that their operator configured, so that only the path of those links counts;
    a ``/r/TOKEN`` on another host is some other site's.
    """
    modern, legacy = dict[str, str](), dict[str, str]()
    for href, name in _read(body).links.items():
        host, path = _target(base, href)
        if host == base.host and (match := _MODERN.fullmatch(path)):
            modern.setdefault(match[1], name)
        elif match := _LEGACY.fullmatch(path):
            legacy.setdefault(match[1], name)
    found = named_rooms(modern or legacy, limits)
    return HomePage(found.rooms, legacy=bool(legacy) and not modern, over_limit=found.over_limit)


def parse_preview_page(body: bytes, token: str) -> str | None:
    """The key in ``<pre>BASE/TOKEN?public_key=64hex</pre>``, whatever BASE is: lower-case hex.

    Tokens are compared as pysogs does, without regard to case. None where no key of ``token`` stands there, or two.
    """
    links = _JOIN_LINK.finditer("\n".join(_read(body).preformatted))
    keys = {link[2].lower() for link in links if link[1].lower() == token.lower()}
    return keys.pop() if len(keys) == 1 else None


def parse_own_address(body: bytes, token: str, public_key: str) -> Address | None:
    """The address in the join link that the preview page of ``token`` shows, where it is one with ``public_key``.

    None where no such link stands there, and where its operator configured no address.
    """
    for text in _read(body).preformatted:
        link = parse_join_link(text.strip()) if len(text) <= _LONGEST_HREF else None
        if link is not None and link.public_key == public_key and link.token.lower() == token.lower():
            return link.address if link.address.host != _PLACEHOLDER else None
    return None


def parse_legacy_rooms(body: bytes, limits: ServerLimits = UNBOUNDED) -> RoomsAnswer:
    """The rooms of ``GET /legacy/rooms``, token and name only, sorted by token.

    Raise NotRoomsError where ``body`` is no ``{"rooms": [{"id", "name"}]}``.
    """
    answer = load_json(body)
    entries = answer.get("rooms") if isinstance(answer, dict) else None
    if not isinstance(entries, list):
        raise NotRoomsError("the answer is JSON without a list of rooms")
    names = dict[str, str]()
    for entry in entries:
        if isinstance(entry, dict) and is_token(entry.get("id")):
            name = entry.get("name")
            names.setdefault(entry["id"], name if isinstance(name, str) else "")
    return named_rooms(names, limits)


def _target(base: Address, href: str) -> tuple[str | None, str]:
    """Canonical host and path of a link on a page at ``base``; no host and no path where it is no URL."""
    try:
        url = urljoin(base.base_url + "/", href)
        path = urlsplit(url).path
    except ValueError:
        return None, ""
    address = parse_address(url)
    return address.host if address else None, path


def _read(body: bytes) -> _Page:
    # The parser would believe what a page says of its encoding only where it is not told one. NUL bytes may end a text.
    parser = etree.HTMLParser(target=_Page(), encoding="utf-8", no_network=True)
    parser.feed(body.replace(b"\0", b""))
    page: _Page = parser.close()
    return page


@dataclass(slots=True)
class _Page:
    """Receives the tags of a page as lxml meets them."""

    links: dict[str, str] = field(default_factory=dict)
    """Target and text of the links, of each target the first."""
    preformatted: list[str] = field(default_factory=list)
    """The text of every ``<pre>``."""
    _href: str | None = None
    _name: list[str] = field(default_factory=list)
    _pre: list[str] | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "a":
            self._end_link()
            self._href = self._wanted(attributes.get("href"))
        elif tag == "pre":
            self._end_pre()
            self._pre = []

    def data(self, text: str) -> None:
        if self._href is not None:
            self._name.append(text)
        if self._pre is not None:
            self._pre.append(text)

    def end(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag == "pre":
            self._end_pre()

    def close(self) -> _Page:
        return self

    def _wanted(self, href: str | None) -> str | None:
        fits = href is not None and len(href) <= _LONGEST_HREF and len(self.links) < _MOST_LINKS
        return href if fits else None

    def _end_link(self) -> None:
        if self._href is not None:
            self.links.setdefault(self._href, "".join(self._name))
        self._href = None
        self._name = []

    def _end_pre(self) -> None:
        if self._pre is not None:
            self.preformatted.append("".join(self._pre))
        self._pre = None
