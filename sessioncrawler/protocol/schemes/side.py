"""What a server is asked by one scheme, as a conversation without I/O (docs/polling.md draws it).

:meth:`Side.reach` and :meth:`Side.conclude` are generators: they yield what to ask and are sent what came of it.
Whoever drives them decides how requests travel; here is only what they mean.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from sessioncrawler.model import Address, Outcome, Poll, Room, Server
from sessioncrawler.protocol.asking import (
    HASTY_TRIES,
    PAUSES,
    Answer,
    Ask,
    Asking,
    Failure,
    Reply,
    Tally,
    answering,
    passes,
    pause_of,
    tries_after_answer,
    tries_beside,
)
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.keys.claims import decide_key
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.proving import ROOMS, OwnWord, Proving
from sessioncrawler.protocol.rooms import NotRoomsError, parse_room, parse_rooms
from sessioncrawler.protocol.server_pages import parse_home_page, parse_legacy_rooms, parse_preview_page

MAX_HINTS = 4
MAX_HINT_MISSES = 2
MAX_PREVIEWS = 3
PARTIAL = "tells no list of rooms, so those that join links name were asked for one by one"
KEYS_AGAIN = 2
"""Believed keys that are tried each time that rooms are asked for again."""
NAME_LASTS = 86_400
"""Seconds after which a server is asked again where it says that it is."""

_OK, _NOT_FOUND = 200, 404
_OLD = frozenset({_NOT_FOUND, 500})
"""What servers from before 2022 say when they are asked for their rooms."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rooms, and the address that answered."""

    address: Address
    rooms: tuple[Room, ...]
    legacy: bool = False
    has_preview: bool = True
    repairs: int = 0
    whole: bool = True
    over_limit: int = 0


class Side:
    """One candidate asked by one scheme under the believed ``keys``; ``asked`` counts for both schemes together."""

    def __init__(
        self, candidate: Candidate, keys: Sequence[str], *, now: int, pause: float, limits: ServerLimits, asked: Tally
    ) -> None:
        self.candidate = candidate
        self.now = now
        self.pause = pause
        self.limits = limits
        self.named: Address | None = None
        self.named_at = 0
        self.asking = Asking(asked)
        self.proving = Proving(self.asking, keys, limits)

    def reach(self, address: Address, tries: int | None) -> Generator[Ask, Reply, Found | Failure]:
        """Rooms and proof at once where a key is believed; else whatever the server tells to anybody.

        An error that passes is given time to pass before anything else is tried: what hints bring is only a part.
        """
        rests = 0
        while True:
            reply = yield from self._ask_rooms(address, tries, again=rests > 0)
            if isinstance(reply, Failure):
                return reply
            address = answering(reply, address)
            found = self._listed(reply, address)
            if isinstance(found, Found):
                return found if not rests else (yield from self._once_more(address, found, tries))
            if found.outcome is Outcome.NO_ROOMS:
                return found
            if rests == PAUSES or not passes(reply):
                break
            self.asking.rest(pause_of(address, self.pause, rests))
            rests += 1
        missing = reply.status == _NOT_FOUND
        if self.proving.key is None and reply.status in _OLD:
            old = yield from self.proving.old_rooms(address)
            if old and old.rooms:
                # The Rust server, which has no pages, never says that something is not found.
                return Found(address, old.rooms, legacy=True, has_preview=missing, over_limit=old.over_limit)
        hinted = yield from self._hinted(address)
        if hinted:
            return Found(address, hinted, whole=False)
        return (yield from self._home_page(address, found, missing=missing))

    def _once_more(self, address: Address, found: Found, tries: int | None) -> Generator[Ask, Reply, Found]:
        """The rooms under a believed key, where the error that has passed may have been taken for its refusal."""
        reply = (yield from self.proving.rooms(address, tries or HASTY_TRIES)) if self.proving.key is None else None
        proven = self._listed(reply, answering(reply, address)) if isinstance(reply, Answer) else None
        return proven if isinstance(proven, Found) else found

    def _ask_rooms(self, address: Address, tries: int | None, *, again: bool) -> Generator[Ask, Reply, Reply]:
        reply = yield from self.proving.rooms(address, tries or HASTY_TRIES, KEYS_AGAIN if again else None)
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
            room = parse_room(reply.body, self.limits) if reply.status == _OK else None
            if room is not None:
                rooms[room.token] = room
                continue
            misses += 1
            if misses == MAX_HINT_MISSES and not rooms:
                break
        return tuple(room for _, room in sorted(rooms.items()))

    def _home_page(
        self, address: Address, trouble: Failure, *, missing: bool
    ) -> Generator[Ask, Reply, Found | Failure]:
        reply = yield from self.proving.ask(address, "/")
        if isinstance(reply, Failure) or reply.status != _OK:
            return trouble
        page = parse_home_page(reply.body, address, self.limits)
        if page.rooms:
            return Found(answering(reply, address), page.rooms, legacy=page.legacy, over_limit=page.over_limit)
        if missing or trouble.outcome is Outcome.HTTP_STATUS:
            return Failure(Outcome.NO_ROOMS, "has a home page, but no list of rooms anywhere")
        return trouble

    def conclude(self, found: Found) -> Generator[Ask, Reply, Poll]:
        """Whose the rooms are."""
        page_key = None
        if self.proving.key is None:
            page_key, has_preview = yield from self._preview(found)
            found = replace(found, has_preview=has_preview)
            found = yield from self._proven(found, page_key)
        word = yield from self._own_word(found)
        verdict = decide_key(
            self.candidate, opened=self.proving.key, page_key=page_key, refused=frozenset(self.proving.refused)
        )
        ended = replace(self.ended(verdict.outcome, verdict.detail), claims=verdict.claims)
        if verdict.key is None:
            return ended
        has_preview = word.has_preview if word else found.has_preview
        reached = verdict.outcome is Outcome.REACHED
        return replace(
            ended,
            detail=PARTIAL if reached and not found.whole else ended.detail,
            server=Server(found.address, verdict.key, legacy=found.legacy, has_preview=has_preview),
            rooms=found.rooms if reached else (),
            whole=found.whole,
            key_proof=verdict.proof,
            repairs=found.repairs,
            over_limit=found.over_limit if reached else 0,
        )

    def _preview(self, found: Found) -> Generator[Ask, Reply, tuple[str | None, bool]]:
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

    def _proven(self, found: Found, key: str | None) -> Generator[Ask, Reply, Found]:
        """What the holder of ``key`` tells instead of what anybody could have told; ``found`` where it proves nothing.

        A relay that answers a GET by itself and passes the proof on would otherwise publish rooms of its own.
        """
        if found.legacy:
            rooms = (yield from self.proving.old_rooms(found.address, [key])) if key else None
            return replace(found, rooms=rooms.rooms if rooms and rooms.rooms else (yield from self._names(found)))
        reply = (yield from self.proving.prove(found.address, key)) if key else None
        proven = self._listed(reply, answering(reply, found.address)) if reply else None
        return replace(proven, has_preview=found.has_preview) if isinstance(proven, Found) else found

    def _names(self, found: Found) -> Generator[Ask, Reply, tuple[Room, ...]]:
        """The rooms of a legacy server with their names, which its home page does not tell."""
        reply = yield from self.asking.get(found.address, "/legacy/rooms")
        if isinstance(reply, Failure) or reply.status != _OK:
            return found.rooms
        try:
            return parse_legacy_rooms(reply.body, self.limits).rooms or found.rooms
        except NotRoomsError:
            return found.rooms

    def _own_word(self, found: Found) -> Generator[Ask, Reply, OwnWord | None]:
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

    def _listed(self, reply: Answer, address: Address) -> Found | Failure:
        """The rooms that an answer lists, or what is wrong with it."""
        if reply.status != _OK:
            return Failure(Outcome.HTTP_STATUS, f"answers {reply.status} when asked for its rooms")
        try:
            answer = parse_rooms(reply.body, self.limits)
        except NotRoomsError as error:
            return Failure(Outcome.NOT_JSON, str(error))
        if answer.rooms:
            repairs = answer.left_out + answer.repaired
            return Found(address, answer.rooms, repairs=repairs, over_limit=answer.over_limit)
        if answer.left_out:
            return Failure(Outcome.NOT_JSON, "lists nothing that could be a room")
        return Failure(Outcome.NO_ROOMS, "lists no room")

    def ended(self, outcome: Outcome, detail: str) -> Poll:
        """A poll that lists nothing."""
        asked = self.asking.asked
        return Poll(
            self.candidate.address,
            outcome,
            detail,
            aliases=tuple(sorted(asked.aliases)),
            named=self.named,
            named_at=self.named_at,
            requests=asked.requests,
            tries=asked.tries,
        )


def _readable(rooms: tuple[Room, ...]) -> list[Room]:
    """Rooms that may have a preview page, those first that say so."""
    return sorted((room for room in rooms if room.read is not False), key=lambda room: not room.read)
