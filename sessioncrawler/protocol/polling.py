"""The decision that a server goes through, as a conversation without I/O (docs/polling.md draws it).

:func:`poll` is a generator: it yields what to ask, is sent what came of it, and returns the :class:`Poll`. Whoever
drives it decides how requests travel; here is only what they mean.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from sessioncrawler.model import Address, Outcome, Poll, Room, Server
from sessioncrawler.protocol.asking import (
    HASTY_TRIES,
    MAX_REDIRECTS,
    MAX_REQUESTS,
    MAX_RETRY_AFTER,
    MAX_WAITS,
    UPGRADE_TRIES,
    Answer,
    Ask,
    Asking,
    Failure,
    Reply,
    answering,
    telling,
    tries_after_answer,
    tries_beside,
    worth_patience,
)
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.keys.claims import believed_keys, decide_key
from sessioncrawler.protocol.proving import ROOMS, OwnWord, Proving
from sessioncrawler.protocol.rooms import NotRoomsError, parse_room, parse_rooms
from sessioncrawler.protocol.server_pages import parse_home_page, parse_legacy_rooms, parse_preview_page

__all__ = ["MAX_REDIRECTS", "MAX_REQUESTS", "MAX_RETRY_AFTER", "MAX_WAITS", "Answer", "Ask", "Failure", "Reply", "poll"]

MAX_HINTS = 4
MAX_HINT_MISSES = 2
MAX_PREVIEWS = 3
NAME_LASTS = 86_400
"""Seconds after which a server is asked again where it says that it is."""

_OK, _NOT_FOUND = 200, 404
_OLD = frozenset({_NOT_FOUND, 500})
"""What servers from before 2022 say when they are asked for their rooms."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Rooms, and the address that answered."""

    address: Address
    rooms: tuple[Room, ...]
    legacy: bool = False
    has_preview: bool = True
    repairs: int = 0
    whole: bool = True


def poll(candidate: Candidate, now: int = 0) -> Generator[Ask, Reply, Poll]:
    """Ask one server for its rooms and its key (docs/protocol.md, "Onion requests", "Anonymous answers").

    https comes first and counts wherever it answers; then http. ``now`` (Unix seconds) is the time of the crawl. The
    :class:`Poll` that is returned has no ``seconds``: the driver holds the clock.
    """
    return _Conversation(candidate, now).run()


class _Conversation:
    def __init__(self, candidate: Candidate, now: int) -> None:
        self.candidate = candidate
        self.now = now
        self.named: Address | None = None
        self.named_at = 0
        self.asking = Asking()
        self.proving = Proving(self.asking, believed_keys(candidate))

    def run(self) -> Generator[Ask, Reply, Poll]:
        found = yield from self._reach()
        if isinstance(found, _Found):
            return (yield from self._conclude(found))
        return self._ended(found.outcome, found.detail)

    def _reach(self) -> Generator[Ask, Reply, _Found | Failure]:
        """Rooms by https, else by http; with all tries only where few tries brought nothing by either."""
        https, http = self.candidate.addresses()
        wants_https = self.candidate.address.scheme == "https"
        first = yield from self._rooms(https, HASTY_TRIES if wants_https else UPGRADE_TRIES)
        if isinstance(first, _Found) or first.outcome is Outcome.REDIRECTED:
            return first
        second = yield from self._rooms(http, HASTY_TRIES if wants_https else None)
        if isinstance(second, _Found):
            return second
        again = worth_patience(first, second, https, http) if wants_https else None
        third = (yield from self._rooms(again, None)) if again else None
        return third if isinstance(third, _Found) else telling(first, second, wants_https=wants_https)

    def _rooms(self, address: Address, tries: int | None) -> Generator[Ask, Reply, _Found | Failure]:
        """Rooms and proof at once where a key is believed; else whatever the server tells to anybody."""
        reply = yield from self._ask_rooms(address, tries)
        if isinstance(reply, Failure):
            return reply
        address = answering(reply, address)
        found = _listed(reply, address)
        if isinstance(found, _Found) or found.outcome is Outcome.NO_ROOMS:
            return found
        missing = reply.status == _NOT_FOUND
        if self.proving.key is None and reply.status in _OLD:
            old = yield from self.proving.old_rooms(address)
            if old:
                # The Rust server, which has no pages, never says that something is not found.
                return _Found(address, old, legacy=True, has_preview=missing)
        hinted = yield from self._hinted(address)
        if hinted:
            return _Found(address, hinted, whole=False)
        return (yield from self._home_page(address, found, missing=missing))

    def _ask_rooms(self, address: Address, tries: int | None) -> Generator[Ask, Reply, Reply]:
        reply = yield from self.proving.rooms(address, tries)
        if isinstance(reply, Failure):
            tries = tries_beside(reply, tries)
            if tries == 0:
                return reply
        elif reply is not None:
            return reply
        elif self.proving.answered:
            tries = tries_after_answer(tries)
        return (yield from self.asking.get(address, ROOMS, tries))

    def _hinted(self, address: Address) -> Generator[Ask, Reply, tuple[Room, ...]]:
        """The rooms that join links name, asked one by one; given up where none of the first is known."""
        rooms: dict[str, Room] = {}
        misses = 0
        for token in self.candidate.tokens[:MAX_HINTS]:
            reply = yield from self.proving.ask(address, f"/room/{token}")
            if isinstance(reply, Failure):
                break
            room = parse_room(reply.body) if reply.status == _OK else None
            if room is not None:
                rooms[room.token] = room
                continue
            misses += 1
            if misses == MAX_HINT_MISSES and not rooms:
                break
        return tuple(room for _, room in sorted(rooms.items()))

    def _home_page(
        self, address: Address, trouble: Failure, *, missing: bool
    ) -> Generator[Ask, Reply, _Found | Failure]:
        reply = yield from self.proving.ask(address, "/")
        if isinstance(reply, Failure) or reply.status != _OK:
            return trouble
        page = parse_home_page(reply.body, address)
        if page.rooms:
            return _Found(answering(reply, address), page.rooms, legacy=page.legacy)
        if missing or trouble.outcome is Outcome.HTTP_STATUS:
            return Failure(Outcome.NO_ROOMS, "has a home page, but no list of rooms anywhere")
        return trouble

    def _conclude(self, found: _Found) -> Generator[Ask, Reply, Poll]:
        page_key = None
        if self.proving.key is None:
            page_key, has_preview = yield from self._preview(found)
            found = replace(found, has_preview=has_preview)
            found = yield from self._proven(found, page_key)
        word = yield from self._own_word(found)
        verdict = decide_key(
            self.candidate, opened=self.proving.key, page_key=page_key, refused=frozenset(self.proving.refused)
        )
        ended = replace(self._ended(verdict.outcome, verdict.detail), claims=verdict.claims)
        if verdict.key is None:
            return ended
        has_preview = word.has_preview if word else found.has_preview
        reached = verdict.outcome is Outcome.REACHED
        return replace(
            ended,
            server=Server(found.address, verdict.key, legacy=found.legacy, has_preview=has_preview),
            rooms=found.rooms if reached else (),
            whole=found.whole,
            key_proof=verdict.proof,
            repairs=found.repairs,
        )

    def _preview(self, found: _Found) -> Generator[Ask, Reply, tuple[str | None, bool]]:
        """The key on the first preview page that shows one, and whether there are such pages at all."""
        path = "/view/room/{}" if found.legacy else "/r/{}/"
        for room in _readable(found.rooms)[:MAX_PREVIEWS]:
            reply = yield from self.asking.get(found.address, path.format(room.token))
            if isinstance(reply, Failure):
                return None, True
            if reply.status == _NOT_FOUND:
                return None, False
            key = parse_preview_page(reply.body, room.token) if reply.status == _OK else None
            if key is not None:
                return key, True
        return None, True

    def _proven(self, found: _Found, key: str | None) -> Generator[Ask, Reply, _Found]:
        """What the holder of ``key`` tells instead of what anybody could have told; ``found`` where it proves nothing.

        A relay that answers a GET by itself and passes the proof on would otherwise publish rooms of its own.
        """
        if found.legacy:
            rooms = (yield from self.proving.old_rooms(found.address, [key])) if key else None
            return replace(found, rooms=rooms or (yield from self._names(found)))
        reply = (yield from self.proving.prove(found.address, key)) if key else None
        proven = _listed(reply, answering(reply, found.address)) if reply else None
        return replace(proven, has_preview=found.has_preview) if isinstance(proven, _Found) else found

    def _names(self, found: _Found) -> Generator[Ask, Reply, tuple[Room, ...]]:
        """The rooms of a legacy server with their names, which its home page does not tell."""
        reply = yield from self.asking.get(found.address, "/legacy/rooms")
        if isinstance(reply, Failure) or reply.status != _OK:
            return found.rooms
        try:
            return parse_legacy_rooms(reply.body) or found.rooms
        except NotRoomsError:
            return found.rooms

    def _own_word(self, found: _Found) -> Generator[Ask, Reply, OwnWord | None]:
        """What the server says of itself, asked once a day."""
        readable = _readable(found.rooms)
        if self.proving.key is None or found.legacy or not readable:
            return None
        known, proven = self.candidate.named, self.candidate.proven
        if known is not None and self.now - known[1] < NAME_LASTS and self.proving.key in proven[:1]:
            return OwnWord(known[0], self.candidate.has_preview)
        word = yield from self.proving.own_word(found.address, readable[0].token)
        if word is not None:
            self.named, self.named_at = word.named, self.now
        return word

    def _ended(self, outcome: Outcome, detail: str) -> Poll:
        return Poll(
            self.candidate.address,
            outcome,
            detail,
            aliases=tuple(sorted(self.asking.aliases)),
            named=self.named,
            named_at=self.named_at,
            requests=self.asking.requests,
            tries=self.asking.tries,
        )


def _readable(rooms: tuple[Room, ...]) -> list[Room]:
    """Rooms that may have a preview page, those first that say so."""
    return sorted((room for room in rooms if room.read is not False), key=lambda room: not room.read)


def _listed(reply: Answer, address: Address) -> _Found | Failure:
    """The rooms that an answer lists, or what is wrong with it."""
    if reply.status != _OK:
        return Failure(Outcome.HTTP_STATUS, f"answers {reply.status} when asked for its rooms")
    try:
        answer = parse_rooms(reply.body)
    except NotRoomsError as error:
        return Failure(Outcome.NOT_JSON, str(error))
    if answer.rooms:
        return _Found(address, answer.rooms, repairs=answer.left_out + answer.repaired)
    if answer.left_out:
        return Failure(Outcome.NOT_JSON, "lists nothing that could be a room")
    return Failure(Outcome.NO_ROOMS, "lists no room")
