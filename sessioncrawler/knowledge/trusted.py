"""What may be believed of a server: whether its key is its own, and which rooms are named like official ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.tags import OFFICIAL
from sessioncrawler.model import KeyProof, Poll, Room, Server
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.state import Listed
from sessioncrawler.text.looks import looks

_PROOFS = frozenset({KeyProof.ONION, KeyProof.DIRECTORY})
"""A preview page and join links only say what anybody may say."""


class Vouchers:
    """Tells whose key counts as proven: by an onion request, or because directory.toml has it for the address."""

    def __init__(self, directory: Directory) -> None:
        self._configured = {(plain(one.address).netloc, one.public_key) for one in directory.servers}

    def server(self, poll: Poll) -> Server | None:
        """The server of a poll, and whether it is ``proven``."""
        server = poll.server
        if server is None:
            return None
        configured = (plain(server.address).netloc, server.public_key) in self._configured
        return replace(server, proven=configured or poll.key_proof in _PROOFS)


class OfficialNames:
    """The names of all rooms of the official servers, and who has a name that looks like one of them."""

    def __init__(self, directory: Directory, served: Iterable[tuple[Server, Room]], listed: Iterable[Listed]) -> None:
        """``served`` are the rooms of this publication; a server that is away is known by what was ``listed`` last."""
        self._keys = directory.official_keys
        here = [(server.public_key, room.name) for server, room in served if self._official(server)]
        there = {key for key, _ in here}
        away = [
            (one.facts.public_key, one.facts.name)
            for one in listed
            if one.facts.public_key in self._keys - there and OFFICIAL in one.facts.tags
        ]
        self._names: Mapping[str, str] = {look: name for _, name in sorted(here + away) for look in looks(name)}

    def resembled(self, server: Server, room: Room) -> str:
        """The name of the official room for which readers may take ``room``; empty where there is none."""
        if not self._names or self._official(server):
            return ""
        return next((self._names[look] for look in sorted(looks(room.name)) if look in self._names), "")

    def _official(self, server: Server) -> bool:
        return server.proven and server.public_key in self._keys
