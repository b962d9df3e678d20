"""Match patterns: how ``directory.toml`` names a room, a server, a host or a key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, Self, TypeVar

from sessioncrawler.addresses import parse_host_and_port
from sessioncrawler.model import Address, Room, Server

T = TypeVar("T")

SURE_DIGITS = 16
"""Digits of a key from which on nobody can make another one that begins with them; fewer are a matter of time."""

_ROOM = re.compile(r"([0-9A-Za-z_-]{1,64})\+([0-9a-fA-F]{4,64})")
_KEY = re.compile("[0-9a-fA-F]{64}")
_SERVER_ID = re.compile("[0-9a-fA-F]{8}")


class PatternKind(IntEnum):
    """What a pattern names; the most specific kind has the highest value."""

    HOST = 1
    HOST_PORT = 2
    SERVER_ID = 3
    KEY = 4
    ROOM = 5


@dataclass(frozen=True, order=True, slots=True)
class Pattern:
    """One match pattern. ``value`` is a host, a server id, a key, or the hex prefix of a room, in lower case."""

    kind: PatternKind
    value: str
    token: str = ""
    """Token of a room in lower case: pysogs takes tokens in any case, and old tables hold them in lower case."""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``TOKEN+prefix`` (4 hex digits or more), a server id, a key, ``host`` or ``host:port``.

        Eight hex digits are a server id, never a host. Raises ValueError with a sentence for anything else.
        """
        if room := _ROOM.fullmatch(text):
            return cls(PatternKind.ROOM, room[2].lower(), token=room[1].lower())
        if _KEY.fullmatch(text):
            return cls(PatternKind.KEY, text.lower())
        if _SERVER_ID.fullmatch(text):
            return cls(PatternKind.SERVER_ID, text.lower())
        found = parse_host_and_port(text)
        if found is None:
            raise ValueError(f"{text!r} names neither a room, a server id, a host nor a public key")
        host, port = found
        return cls(PatternKind.HOST, host) if port is None else cls(PatternKind.HOST_PORT, host, port=port)

    @property
    def by_host(self) -> bool:
        """Whether it names who answers at a host, whatever the key."""
        return self.kind in {PatternKind.HOST, PatternKind.HOST_PORT}

    @property
    def sure(self) -> bool:
        """Whether no stranger can come to fit it; 8 digits of a server id are found in seconds."""
        if self.kind is PatternKind.ROOM:
            return len(self.value) >= SURE_DIGITS
        return self.kind is not PatternKind.SERVER_ID

    def matches(self, server: Server, room: Room) -> bool:
        """Whether the pattern names this room or its server."""
        if self.kind is PatternKind.ROOM:
            return self.token == room.token.lower() and self.names_server(server)
        return self.names_server(server)

    def names_server(self, server: Server) -> bool:
        """Whether the pattern's part about the server fits; a room's token is not looked at."""
        if self.kind is PatternKind.ROOM:
            return server.server_id.startswith(self.value) or server.public_key.startswith(self.value)
        if self.kind is PatternKind.KEY:
            return server.public_key == self.value
        if self.kind is PatternKind.SERVER_ID:
            return server.server_id == self.value
        return server.address.host == self.value and self.port in {0, server.address.port}

    def __str__(self) -> str:
        host = f"[{self.value}]" if ":" in self.value else self.value
        if self.kind is PatternKind.ROOM:
            return f"{self.token}+{self.value}"
        return f"{host}:{self.port}" if self.kind is PatternKind.HOST_PORT else host


class PatternIndex(Generic[T]):
    """Many patterns with a value each, looked up in constant time; the most specific match wins.

    Room before key, key before server id, ``host:port`` before ``host``; among rooms the longer prefix wins, among
    equal patterns the first.
    """

    def __init__(self, entries: Iterable[tuple[Pattern, T]]) -> None:
        self._rooms: dict[str, list[tuple[Pattern, T]]] = {}
        self._servers: dict[Pattern, T] = {}
        for pattern, value in entries:
            if pattern.kind is PatternKind.ROOM:
                self._rooms.setdefault(pattern.token, []).append((pattern, value))
            else:
                self._servers.setdefault(pattern, value)
        for candidates in self._rooms.values():
            candidates.sort(key=lambda entry: -len(entry[0].value))

    def find(self, server: Server, room: Room) -> T | None:
        """Return the value of the most specific pattern that matches; None where none does."""
        for pattern, value in self._rooms.get(room.token.lower(), ()):
            if pattern.names_server(server):
                return value
        if not self._servers:  # spares computing the server's id
            return None
        for pattern in _server_patterns(server.public_key, server.server_id, server.address):
            if pattern in self._servers:
                return self._servers[pattern]
        return None


class ProvenIndex(Generic[T]):
    """As :class:`PatternIndex`, but what speaks for a room counts only for a server that is ``proven``.

    Who only shows a key gets what its patterns give by host, and what ``harms``: values that take a place away, or
    warn. Patterns that are not ``sure`` count for these alone, unless ``any_length``.
    """

    def __init__(
        self,
        entries: Iterable[tuple[Pattern, T]],
        harms: Callable[[T], bool] = lambda _: False,
        *,
        any_length: bool = False,
    ) -> None:
        fit = [(pattern, value) for pattern, value in entries if any_length or pattern.sure or harms(value)]
        self._proven = PatternIndex(fit)
        self._shown = PatternIndex((pattern, value) for pattern, value in fit if pattern.by_host or harms(value))

    def find(self, server: Server, room: Room) -> T | None:
        """Return the value of the most specific pattern that matches and counts; None where none does."""
        return (self._proven if server.proven else self._shown).find(server, room)


def _server_patterns(public_key: str, server_id: str, address: Address) -> tuple[Pattern, ...]:
    return (
        Pattern(PatternKind.KEY, public_key),
        Pattern(PatternKind.SERVER_ID, server_id),
        Pattern(PatternKind.HOST_PORT, address.host, port=address.port),
        Pattern(PatternKind.HOST, address.host),
    )
