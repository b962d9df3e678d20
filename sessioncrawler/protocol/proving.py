"""Proofs of a key, and what is asked under it: the part of a conversation that travels in onion requests.

A key that opened once seals all further questions to the server, so that whoever stands between can drop them, but
not answer them.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

from sessioncrawler.model import Address
from sessioncrawler.protocol.asking import Answer, Ask, Asking, Failure, Reply, answering, tries_after_answer
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.onion import V3, V4, NotOpenedError, is_askable, open_v3, open_v4, seal_v3, seal_v4
from sessioncrawler.protocol.rooms import NotRoomsError, RoomsAnswer
from sessioncrawler.protocol.server_pages import parse_legacy_rooms, parse_own_address

ROOMS = "/rooms?all=1"
MAX_OLD_KEYS = 2
"""Keys that are tried in version 3, which few servers still need."""
WORD_TRIES = 6
"""Tries for what a server says of itself: it is asked again in the next crawl, and its rooms wait for the answer."""

_OK, _NOT_FOUND = 200, 404
_MISSING = frozenset({_NOT_FOUND, 405})
_REFUSALS = frozenset({400, 500})
"""What pysogs and bunsogs say to a request that they cannot open."""


class OwnWord(NamedTuple):
    """What a server says of itself, from inside."""

    named: Address | None
    has_preview: bool


class Proving:
    """Asks one candidate under keys that may be its own."""

    def __init__(self, asking: Asking, keys: Sequence[str], limits: ServerLimits) -> None:
        self.key: str | None = None
        """The key that opened."""
        self.refused: set[str] = set()
        """Keys with which the address that was asked last could open nothing."""
        self.answered = False
        """Whether that address answered at all."""
        self._asking = asking
        self._keys = keys
        self._limits = limits
        self._missing = False
        """Whether that address takes no onion requests of version 4, or nobody lets them through."""

    def rooms(
        self, address: Address, tries: int | None, most: int | None = None
    ) -> Generator[Ask, Reply, Reply | None]:
        """The rooms under the first believed key that opens, of ``most`` at most; None where none does."""
        self.key = None
        self.refused = set()
        self._missing = self.answered = False
        for key in self._keys[:most]:
            reply = yield from self._prove(address, key, tries)
            if isinstance(reply, Failure) or self.key is not None:
                return reply
            self.answered = True
            if self._missing:
                break
            address, tries = answering(reply, address), tries_after_answer(tries)
        return None

    def prove(self, address: Address, key: str) -> Generator[Ask, Reply, Answer | None]:
        """The rooms under ``key``, which a page shows; None where that proves nothing, or was tried before."""
        if self._missing or key in self.refused or not is_askable(key):
            return None
        reply = yield from self._prove(address, key, None)
        return reply if isinstance(reply, Answer) and self.key is not None else None

    def ask(self, address: Address, path: str) -> Generator[Ask, Reply, Reply]:
        """GET ``path``: inside, where a key is proven."""
        if self.key is None:
            return (yield from self._asking.get(address, path))
        return (yield from self._inside(address, self.key, path))[0]

    def own_word(self, address: Address, token: str) -> Generator[Ask, Reply, OwnWord | None]:
        """What the preview page of a room says, asked inside; None where no answer came."""
        if self.key is None:
            return None
        reply, opened = yield from self._inside(address, self.key, f"/r/{token}/", WORD_TRIES)
        if isinstance(reply, Failure):
            return None
        if not opened:
            # bunsogs, which has no pages, says so in the clear.
            return OwnWord(None, has_preview=reply.status != _NOT_FOUND)
        named = parse_own_address(reply.body, token, self.key) if reply.status == _OK else None
        return OwnWord(named, has_preview=True)

    def old_rooms(
        self, address: Address, keys: Sequence[str] | None = None
    ) -> Generator[Ask, Reply, RoomsAnswer | None]:
        """The rooms that a legacy server tells in version 3 under a believed key; None where none opens."""
        paths: Sequence[str] = V3
        for key in [key for key in (self._keys if keys is None else keys) if is_askable(key)][:MAX_OLD_KEYS]:
            for path in paths:
                sealed = seal_v3(key, "rooms")
                reply = yield from self._asking.post(address, path, sealed.body)
                if isinstance(reply, Failure):
                    return None
                try:
                    body = open_v3(sealed, reply.body)
                except NotOpenedError:
                    if reply.status in _MISSING:
                        continue
                    paths = (path,)
                    break
                self.key = key
                try:
                    return parse_legacy_rooms(body, self._limits)
                except NotRoomsError:
                    return None
            else:
                return None
        return None

    def _prove(self, address: Address, key: str, tries: int | None) -> Generator[Ask, Reply, Reply]:
        reply, opened = yield from self._inside(address, key, ROOMS, tries)
        if opened:
            self.key = key
        elif isinstance(reply, Answer) and reply.status in _REFUSALS:
            self.refused.add(key)
        else:
            self._missing = True
        return reply

    def _inside(
        self, address: Address, key: str, endpoint: str, tries: int | None = None
    ) -> Generator[Ask, Reply, tuple[Reply, bool]]:
        """The answer to ``endpoint`` asked under ``key``, and whether it is from the holder of the key."""
        sealed = seal_v4(key, endpoint)
        reply = yield from self._asking.post(address, V4, sealed.body, tries)
        if isinstance(reply, Failure):
            return reply, False
        try:
            opened = open_v4(sealed, reply.body)
        except NotOpenedError:
            # Whatever is in the clear counts for its status alone, and never as an answer with a content.
            return Answer(reply.url, reply.status if reply.status != _OK else _NOT_FOUND), False
        return Answer(reply.url, opened.code, opened.body), True
