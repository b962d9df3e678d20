"""The JSON of ``/rooms`` and ``/room/TOKEN`` (docs/protocol.md, "Anonymous answers"), read room by room.

A bad value costs its field, a bad token its room, and only an answer that is no list of rooms at all costs them all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, islice
from json import JSONDecoder
from typing import TypeGuard, cast

from sessioncrawler.model import WEEK, Room
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.strings import clean, is_token

MOST_STAFF = 1_000
"""Session IDs that are kept of ``admins``, and of ``moderators``."""

MOST_USERS = 10_000_000
"""Weekly active users of a room: all of Session has fewer, so more are made up."""
MOST_SEQUENCE = 3_650_000_000
"""``message_sequence`` of a room: a million events a day, more than any room has (docs/memory.md), for ten years."""

_DEEPEST = 100
_LARGEST = 2**53
"""The last whole number that JSON keeps everywhere (RFC 8259, section 6)."""
_YEAR_10000 = 253_402_300_800
_MOST_DIGITS = 19
_SESSION_ID = re.compile(r"[0-9a-f]{66}")
_STRING = re.compile(rb'"[^"]*+"?')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


UNBOUNDED = ServerLimits()


class NotRoomsError(ValueError):
    """An answer is not what the route should give; the message is a sentence that says what it is instead."""


@dataclass(frozen=True, slots=True)
class RoomsAnswer:
    """What ``/rooms`` said."""

    rooms: tuple[Room, ...]
    """Sorted by token, each token once: the first room that has it."""
    left_out: int
    """Entries without a usable token, or with that of an earlier room."""
    repaired: int
    """Rooms of which a value was changed or dropped."""
    over_limit: int
    """Rooms beyond what is taken of one server."""


def parse_rooms(body: bytes, limits: ServerLimits = UNBOUNDED) -> RoomsAnswer:
    """Read ``GET /rooms``. Raise NotRoomsError where ``body`` is no JSON array.

    Where a server tells more than is taken, its oldest rooms are: no new room pushes one out that is listed, and what
    a server says of visitors, which changes, does not make its rooms come and go.
    """
    answer = load_json(body)
    if not isinstance(answer, list):
        raise NotRoomsError(f"the answer is {_kind(answer)} where a JSON array of rooms was expected")
    entries = dict[str, object]()
    for entry in answer:
        token = _token(entry)
        if token is not None:
            entries.setdefault(token, entry)
    repaired = set[str]()

    def read(token: str, entry: object) -> Room:
        room, changed = _room(entry, token, limits)
        if changed:
            repaired.add(token)
        return room

    rooms = limits.within(read(*entry) for entry in sorted(entries.items(), key=_age))
    return RoomsAnswer(
        rooms=tuple(sorted(rooms, key=lambda room: room.token)),
        left_out=len(answer) - len(entries),
        repaired=sum(room.token in repaired for room in rooms),
        over_limit=len(entries) - len(rooms),
    )


def named_rooms(names: Mapping[str, str], limits: ServerLimits) -> RoomsAnswer:
    """Rooms of which only token → name is told; the first by their tokens, where there are more than are taken."""
    rooms = limits.within(
        Room(token, clean(name.strip(), limits.name)[0].strip() or token) for token, name in sorted(names.items())
    )
    return RoomsAnswer(rooms, left_out=0, repaired=0, over_limit=len(names) - len(rooms))


def parse_room(body: bytes, limits: ServerLimits = UNBOUNDED) -> Room | None:
    """Read ``GET /room/TOKEN``; None where ``body`` is no room."""
    try:
        entry = load_json(body)
    except NotRoomsError:
        return None
    token = _token(entry)
    return _room(entry, token, limits)[0] if token is not None else None


def load_json(body: bytes) -> object:
    """The value that ``body`` holds. Raise NotRoomsError where it is no UTF-8, no JSON, or nested too deeply.

    Of a key that stands twice in an object the last counts, as in every client; numbers that no field can hold become
    infinite.
    """
    if _depth(body) > _DEEPEST:
        raise NotRoomsError(f"the answer is nested deeper than {_DEEPEST} levels")
    try:
        return _DECODER.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotRoomsError("the answer is not text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        begin = ascii(body[:20].decode("latin-1"))
        raise NotRoomsError(f"the answer is not JSON: it begins with {begin} and is {len(body)} bytes long") from error


def _depth(body: bytes) -> int:
    """How deep ``body`` is nested if it is JSON: counted without recursion, before a parser that recurses sees it."""
    bare = _STRING.sub(b"", body.replace(rb"\\", b"").replace(rb"\"", b""))
    return max(accumulate(map(_STEPS.__getitem__, bare.translate(None, _NOT_BRACKETS))), default=0)


def _whole_number(digits: str) -> float:
    # Python refuses to read thousands of digits, and nothing here counts that far.
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


# Not strict: a raw newline within a name need not cost the whole server.
_DECODER = JSONDecoder(parse_int=_whole_number, strict=False)


def _kind(value: object) -> str:
    return "a JSON object" if isinstance(value, dict) else "a single JSON value"


def _token(entry: object) -> str | None:
    token = entry.get("token") if isinstance(entry, dict) else None
    return token if is_token(token) else None


def _age(entry: tuple[str, object]) -> tuple[float, str]:
    """Sorts the oldest room first; those that do not tell come last."""
    token, room = entry
    created = _Fields(cast("dict[str, object]", room)).time("created")
    return math.inf if created is None else created, token


def _room(entry: object, token: str, limits: ServerLimits) -> tuple[Room, bool]:
    """The room that ``entry``, a JSON object, describes, and whether it was repaired."""
    fields = _Fields(cast("dict[str, object]", entry))
    room = Room(
        token=token,
        name=fields.name(token, limits.name),
        description=fields.text("description", limits.description) or None,
        active_users=fields.users(),
        active_users_cutoff=fields.whole("active_users_cutoff", least=1),
        created=fields.time("created"),
        image_id=fields.whole("image_id"),
        info_updates=fields.whole("info_updates"),
        message_sequence=fields.whole("message_sequence", most=MOST_SEQUENCE),
        admins=fields.session_ids("admins"),
        moderators=fields.session_ids("moderators"),
        read=fields.flag("read"),
        write=fields.flag("write"),
        upload=fields.flag("upload"),
    )
    return room, fields.repaired


@dataclass(slots=True)
class _Fields:
    """One room's JSON object. A field that is absent or null is unknown; one of the wrong kind is that and a repair."""

    raw: dict[str, object]
    repaired: bool = False

    def name(self, token: str, longest: int) -> str:
        text = self.text("name", longest)
        if text and not text.isspace():
            return text
        self.repaired = True
        return token

    def text(self, field: str, longest: int) -> str | None:
        value = self.raw.get(field)
        if not isinstance(value, str):
            self._drop(value)
            return None
        text, changed = clean(value, longest)
        self.repaired |= changed
        return text

    def users(self) -> int | None:
        cutoff = self.raw.get("active_users_cutoff")
        # Where they are counted over less than a week, it is what they come to in a week that counts.
        seconds = min(cutoff, WEEK) if _is_number(cutoff) and cutoff >= 1 else WEEK
        return self.whole("active_users", most=MOST_USERS * seconds / WEEK)

    def whole(self, field: str, *, least: int = 0, most: float = _LARGEST) -> int | None:
        value = self.raw.get(field)
        if not _is_number(value) or not least <= value <= most or value != int(value):
            self._drop(value)
            return None
        self.repaired |= isinstance(value, float)
        return int(value)

    def time(self, field: str) -> float | None:
        value = self.raw.get(field)
        # Later times have no date, neither in Python nor in a feed.
        if not _is_number(value) or not 0 < value < _YEAR_10000:
            self._drop(value)
            return None
        return float(value)

    def flag(self, field: str) -> bool | None:
        value = self.raw.get(field)
        if not isinstance(value, bool):
            self._drop(value)
            return None
        return value

    def session_ids(self, field: str) -> tuple[str, ...]:
        value = self.raw.get(field)
        if not isinstance(value, list):
            self._drop(value)
            return ()
        ids = tuple(islice(_session_ids(value), MOST_STAFF))
        self.repaired |= len(ids) < len(value)
        return ids

    def _drop(self, value: object) -> None:
        self.repaired |= value is not None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _session_ids(values: Iterable[object]) -> Iterable[str]:
    lower = (value.lower() for value in values if isinstance(value, str))
    return (value for value in lower if _SESSION_ID.fullmatch(value))
