"""What a simulated world consists of: frozen values, no I/O. Ports are unknown until sockets are bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sessioncrawler.model import WEEK, Outcome

NAME = "localhost"
IP = "127.0.0.1"
CANARY_HOST = "127.66.6.6"
"""A loopback address outside 127.0.0.1: a crawler that may contact only 127.0.0.1 must never be seen there."""


class Flavour(StrEnum):
    """Which program a server runs (docs/protocol.md, "Anonymous answers" and "Legacy servers")."""

    PYSOGS = "pysogs"
    PYSOGS_030 = "pysogs-0.3.0"
    """As pysogs, but without preview pages inside of onion requests."""
    LEGACY = "pysogs-0.2.0"
    RUST = "rust-0.1.8"
    BUNSOGS = "bunsogs"


class Socket(StrEnum):
    """What becomes of a TCP connection to the server's port."""

    LISTEN = "listen"
    REFUSED = "refused"
    BACKLOG_FULL = "backlog-full"
    NONE = "none"
    """No port at all: the address is one that must not be contacted, or does not resolve."""


class Certificate(StrEnum):
    """What the port shows to a TLS client."""

    NONE = "none"
    GOOD = "good"
    SELF_SIGNED = "self-signed"
    EXPIRED = "expired"
    WRONG_HOST = "wrong-host"


class Clear(StrEnum):
    """What a port answers to plain HTTP."""

    SERVE = "serve"
    BAD_REQUEST = "bad-request"
    REDIRECT = "redirect"
    REDIRECT_308 = "redirect-308"


class Hello(StrEnum):
    """What a port without a certificate does with a TLS ClientHello."""

    CLOSE = "close"
    HANG = "hang"


class Shown(StrEnum):
    """How much a perfect crawler can learn of the rooms of a server."""

    FULL = "full"
    NAMES = "names"
    """Tokens and names only: users and descriptions are unknown."""
    HINTED = "hinted"
    """In full, but only the rooms that a join link names."""
    BULK = "bulk"
    """So many rooms that truth holds a count only."""


@dataclass(frozen=True, slots=True)
class RoomSpec:
    """One room as its operator made it, and what the directory should make of it."""

    token: str
    name: str
    description: str | None = None
    active_users: int | None = 0
    active_users_cutoff: int | None = WEEK
    created: float = 0.0
    image_id: int | None = None
    info_updates: int = 1
    message_sequence: int = 0
    admins: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()
    read: bool = True
    write: bool = True
    upload: bool = True
    language: str | None = None
    """Language of name and description, a BCP 47 code; only sometimes told to the directory."""
    language_tag: bool = False
    """The description ends in ``#lang:xx``."""
    tags: tuple[str, ...] = ()
    """The operator's own tags in the description, lower-case, without reserved ones and ``lang:``."""
    broken: Mapping[str, Any] = field(default_factory=dict)
    """JSON fields that replace the right ones; ``None`` is JSON's null."""
    lost: bool = False
    """So broken that no directory can list it (no usable token)."""
    emblem: str = ""
    """What its picture shows (``lifelike.shapes``); empty for a chequered one."""
    events: float | None = None
    """Events a day at the end of a life; None for what chance brings."""
    hostile: bool = False
    """Its texts attack whoever shows them: a directory may clean and shorten them."""

    @property
    def off_record(self) -> bool:
        """Neither readable nor writable: served, never listed."""
        return not (self.read or self.write)

    @property
    def withdrawn(self) -> bool:
        """Tagged by its operator as one that should not be listed."""
        return bool({"test", "unlisted"} & set(self.tags))


@dataclass(frozen=True, slots=True)
class WildLink:
    """A join link as somebody posted it. ``port`` None stands for the port of the server it belongs to."""

    scheme: str
    host: str
    token: str
    key: str
    port: int | None = None
    style: str = "plain"
    """``plain``, ``r`` (``/r/TOKEN``), ``upper`` (upper-case key) or ``extra`` (another query parameter)."""

    def base_url(self, port: int) -> str:
        """``scheme://host[:port]`` where the server has ``port``."""
        number = port if self.port is None else self.port
        default = {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{self.host}" + ("" if number == default else f":{number}")

    def text(self, port: int) -> str:
        """The link as it stands on the source."""
        path = f"/r/{self.token}" if self.style == "r" else f"/{self.token}"
        key = self.key.upper() if self.style == "upper" else self.key
        query = f"utm_source=wild&public_key={key}" if self.style == "extra" else f"public_key={key}"
        return f"{self.base_url(port)}{path}?{query}"


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """One simulated server: one port, one program, at most one fault, and what a perfect crawl makes of it."""

    index: int
    kind: str
    key: str
    """The public key that the server shows, and its links name."""
    secret: str = ""
    """The private key that it holds: that of ``key``, but for impostors."""
    flavour: Flavour = Flavour.PYSOGS
    rooms: tuple[RoomSpec, ...] = ()
    links: tuple[WildLink, ...] = ()
    socket: Socket = Socket.LISTEN
    certificate: Certificate = Certificate.NONE
    clear: Clear = Clear.SERVE
    hello: Hello = Hello.CLOSE
    fault: str = ""
    """Name of a fault in ``faults``; empty for none."""
    robots: str = ""
    """Name of a file in ``robots``; empty where the program itself answers, which knows no such file."""
    peer: int | None = None
    """Index of another server that the fault points to."""
    preview_base: str | None = None
    """What the operator configured as the server's URL; None for the address the server is listed under."""
    names: int | None = None
    """Index of another server whose URL the operator configured."""
    index_off: bool = False
    latency: float = 0.0
    outcome: Outcome = Outcome.REACHED
    alternatives: tuple[Outcome, ...] = ()
    """Outcomes that are right as well, where timing or a matter of taste decides."""
    shown: Shown = Shown.FULL
    same_as: int | None = None
    """Index of the server that this one is, under another address."""
    configured: bool = False
    """Named in ``directory.toml`` as always polled."""
    believed: str = ""
    """The key that ``directory.toml`` names, where it is another."""
    official: bool = False
    impostor_of: int | None = None
    """Index of the server whose key this one shows without being it: nothing may be listed at its address."""
    waits: float = 0.0
    """Seconds that the server itself asks a client to wait."""
    name: str = NAME
    ip: str = IP
    """Where it listens."""
    ports: tuple[int, int] | None = None
    """Its ports by http and by https as the world knows them; None for the one that it is bound to."""
    former: str = ""
    """The host where it was before it moved, in lives in which it does; empty for one that says so."""

    @property
    def scheme(self) -> str:
        """The best scheme that works."""
        return "https" if self.certificate is Certificate.GOOD else "http"

    @property
    def host(self) -> str:
        """The best host that anybody knows: a name before an IP address."""
        hosts = {link.host for link in self.links}
        return self.ip if hosts == {self.ip} else self.name

    @property
    def hinted(self) -> frozenset[str]:
        """Tokens that the join links name."""
        return frozenset(link.token for link in self.links)


@dataclass(frozen=True, slots=True)
class World:
    """A whole simulated network but for its ports; ``make_world`` derives it from a seed."""

    seed: int
    scenario: str
    servers: tuple[ServerSpec, ...]
    posts: Mapping[str, Sequence[tuple[int, WildLink]]]
    """Source → (index of the server, link) in the order of the page."""
    hidden: tuple[tuple[int, str], ...] = ()
    """(server, token) that the directory's operator hides."""
    pinned: tuple[tuple[int, str], ...] = ()
    languages: tuple[tuple[int, str], ...] = ()
    """(server, token) whose language the directory's operator names."""
    lifelike: bool = False
    """Made to be looked at: rooms are no older than they say, and the directory is one as the project ships it."""
    after: World | None = None
    """The same servers later, where something changes."""
