"""The things the directory is about, as frozen values: no I/O, no Scrapy.

Words are those of the field: a *server* (SOGS) is known by its X25519 *public key* and reached at one or more
*addresses*; it holds *rooms* (Communities), each named by a *token*; a *join link* names all three.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

DEFAULT_PORTS = {"http": 80, "https": 443}
_SHORTEST_HOST = 4
"""Characters; the apps for phones take no shorter one, and no public name is."""
WEEK = 604_800
"""Seconds in a week: the window that pysogs counts active users in unless its operator changed it."""


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """Where a server may be reached: ``scheme://host[:port]``, canonical.

    ``scheme`` is ``http`` or ``https``; ``host`` is lower-case ASCII (IDNA for other scripts), IPv6 without brackets.
    """

    scheme: str
    host: str
    port: int

    @property
    def is_ip(self) -> bool:
        """Whether the host is an IPv4 or IPv6 address rather than a name."""
        return self.ip is not None

    @property
    def ip(self) -> IPv4Address | IPv6Address | None:
        """The host as an IP address; None for a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def netloc(self) -> str:
        """``host`` or ``host:port``, the port only where it is not the scheme's own; IPv6 in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if DEFAULT_PORTS.get(self.scheme) == self.port else f"{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """``scheme://host[:port]`` without a slash at the end."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def joinable(self) -> bool:
        """Whether an app takes a join link to it and reaches it (docs/protocol.md, "Join links")."""
        if self.host == "localhost":  # a name in simulated networks; the guard keeps any other crawl away from it
            return True
        dotted = "." in self.host and "_" not in self.host and ":" not in self.host
        return dotted and len(self.host) >= _SHORTEST_HOST and not self.host.endswith((".onion", ".loki"))

    @property
    def preference(self) -> tuple[bool, bool, bool, str]:
        """Sorts the best first: what can be joined, https before http, names before IP addresses, then by address."""
        return (not self.joinable, self.scheme != "https", self.is_ip, self.base_url)

    def __str__(self) -> str:
        return self.base_url


@dataclass(frozen=True, order=True, slots=True)
class JoinLink:
    """A canonical join link: ``scheme://host[:port]/TOKEN?public_key=64hex`` (docs/protocol.md, "Words")."""

    address: Address
    token: str
    public_key: str
    """Empty where the key has a mistake in it: then the link says where to ask, and claims nothing."""

    @property
    def url(self) -> str:
        """The link as a person pastes it into the app."""
        return f"{self.address.base_url}/{self.token}?public_key={self.public_key}"

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Sighting:
    """One join link on one source: what a spider saw, and what the state remembers of it.

    ``source`` is the name of a source's spider, or the URL of a page of ``[[sources]]``. Times are Unix seconds.
    """

    link: JoinLink
    source: str
    tags: tuple[str, ...] = ()
    first_seen: int = 0
    last_seen: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """A Community as its server describes it. None means that the server does not tell: unknown, not zero."""

    token: str
    name: str
    description: str | None = None
    active_users: int | None = None
    active_users_cutoff: int | None = None
    """Seconds of the window in which ``active_users`` were counted."""
    created: float | None = None
    """Unix seconds."""
    image_id: int | None = None
    info_updates: int | None = None
    message_sequence: int | None = None
    admins: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()
    read: bool | None = None
    write: bool | None = None
    upload: bool | None = None

    @property
    def weekly_active_users(self) -> int | None:
        """Active users scaled to one week, rounded down; None where the server does not tell."""
        if self.active_users is None or not self.active_users_cutoff:
            return None
        return self.active_users * WEEK // self.active_users_cutoff

    @property
    def staff(self) -> frozenset[str]:
        """Session IDs of all visible admins and moderators."""
        return frozenset(self.admins) | frozenset(self.moderators)


@dataclass(frozen=True, slots=True)
class Server:
    """A server under one of its addresses, with the key that was found to be its own."""

    address: Address
    public_key: str
    legacy: bool = False
    """A server from before 2022-03, whose previews are at ``/view/room/TOKEN``."""
    has_preview: bool = True
    """Whether the server has preview pages at all (bunsogs has none)."""
    proven: bool = field(default=False, compare=False)
    """Whether it proved to hold the key, or directory.toml names the key for this address; set by ``knowledge``."""
    opted_out: bool = field(default=False, compare=False)
    """Whether its operator asks not to be listed, in robots.txt; set by ``knowledge``."""

    @property
    def server_id(self) -> str:
        """First 4 hex digits of the key and of ``md5("host[:port]")``: the identifier that directories share."""
        digest = hashlib.md5(self.address.netloc.encode(), usedforsecurity=False).hexdigest()
        return self.public_key[:4] + digest[:4]

    def identifier(self, room: Room) -> str:
        """``TOKEN+serverid``, the room identifier in use since 2024."""
        return f"{room.token}+{self.server_id}"

    def join_link(self, room: Room) -> JoinLink:
        """The link by which a person joins ``room``."""
        return JoinLink(self.address, room.token, self.public_key)

    def preview_url(self, room: Room) -> str | None:
        """The page on which a browser shows ``room``; None where there is none."""
        if not self.has_preview or room.read is False:
            return None
        path = f"/view/room/{room.token}" if self.legacy else f"/r/{room.token}/"
        return self.address.base_url + path


class Outcome(StrEnum):
    """How polling an address ended. Each value is also the tail of a stat and a key of the status texts."""

    REACHED = "reached"
    DNS = "dns"
    REFUSED = "refused"
    CONNECT_TIMEOUT = "connect-timeout"
    TLS = "tls"
    STALLED = "stalled"
    RESET = "reset"
    TOO_LARGE = "too-large"
    HTTP_STATUS = "http-status"
    NOT_JSON = "not-json"
    NO_ROOMS = "no-rooms"
    NO_KEY = "no-key"
    KEY_CONFLICT = "key-conflict"
    KEY_COPY = "key-copy"
    KEY_CONTESTED = "key-contested"
    KEY_CHANGED = "key-changed"
    REDIRECTED = "redirected"
    FORBIDDEN_ADDRESS = "forbidden-address"
    FORBIDDEN_PORT = "forbidden-port"
    NO_SOCKS_PROXY = "no-socks-proxy"
    PROXY = "proxy"
    UNJOINABLE = "unjoinable"
    CROWDED = "crowded"
    ABANDONED = "abandoned"


class KeyProof(StrEnum):
    """Why a key is believed to be a server's own."""

    ONION = "onion"
    """It answered what only the holder of the key can read (docs/protocol.md, "Onion requests")."""
    PREVIEW_PAGE = "preview-page"
    DIRECTORY = "directory"
    """Named in directory.toml; the server can neither prove nor disprove it."""
    CLAIM = "claim"
    """All join links agree, or it was proven here before; now the server can neither prove nor disprove it."""


@dataclass(frozen=True, slots=True)
class KeyClaim:
    """Somebody says that an address has this key. ``by`` are sources, ``directory.toml`` or ``preview page``."""

    public_key: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """What became of one address in one crawl."""

    address: Address
    """The address that was asked, as its candidates named it."""
    outcome: Outcome
    detail: str = ""
    """One sentence for a person, without a full stop."""
    server: Server | None = None
    """The server under the address that answered; None unless ``outcome`` is REACHED or about its key."""
    rooms: tuple[Room, ...] = ()
    key_proof: KeyProof | None = None
    claims: tuple[KeyClaim, ...] = ()
    """All that was said about the key, where more than one key was named or none could be believed."""
    aliases: tuple[Address, ...] = ()
    """Other addresses that this one redirected to."""
    named: Address | None = None
    """Where the server itself says that it is, from inside an onion request; None where it says nothing."""
    named_at: int = 0
    """When it was asked for that in this crawl; Unix seconds, 0 where it was not."""
    requests: int = 0
    tries: int = 0
    """Connections that were attempted; more than ``requests`` where some stalled."""
    seconds: float = 0.0
    repairs: int = 0
    """Rooms that were repaired or left out."""
    whole: bool = True
    """Whether ``rooms`` are all of its rooms; False where only those were found that join links name."""
    over_limit: int = 0
    """Rooms that it told beyond what is taken of one server (``ROOMS_PER_SERVER``, ``TEXT_PER_SERVER``)."""


class Reach(StrEnum):
    """How a Community that is listed stands with its server."""

    NOW = "now"
    """It answered in the last round."""
    LATELY = "lately"
    """Not in the last round, but a few hours before: listed as ever."""
    AWAY = "away"
    """Not for longer: listed after those that can be reached, and marked."""


@dataclass(frozen=True, slots=True)
class Presence:
    """How it stands with a server that is listed."""

    reach: Reach
    at: int
    """When it was last reached, in Unix seconds."""


class TagKind(StrEnum):
    """Who gave a tag: the room's operator, or the directory's rules; a warning may come from either."""

    USER = "user"
    RESERVED = "reserved"
    WARNING = "warning"


@dataclass(frozen=True, order=True, slots=True)
class Tag:
    """A word on a Community, lower-case."""

    text: str
    kind: TagKind = field(default=TagKind.USER, compare=True)
