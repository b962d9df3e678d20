"""The JSON of ``/rooms`` and ``/room/TOKEN`` (docs/protocol.md, "Anonymous answers"), read room by room.

A bad value costs its field, a bad token its room, and only an answer that is no list of rooms at all costs them all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, islice
from json import JSONDecoder
from typing import TypeGuard, cast

from sessioncrawler.model import Room
from sessioncrawler.protocol.strings import clean, is_token

LONGEST_NAME = 500
"""Code points of a name that are kept."""
LONGEST_DESCRIPTION = 4_000
"""Code points of a description that are kept."""
MOST_STAFF = 1_000
"""Session IDs that are kept of ``admins``, and of ``moderators``."""

_DEEPEST = 100
_LARGEST = 2**53
"""The last whole number that JSON keeps everywhere (RFC 8259, section 6)."""
_YEAR_10000 = 253_402_300_800
_MOST_DIGITS = 19
_SESSION_ID = re.compile(r"[0-9a-f]{66}")
_STRING = re.compile(rb'"[^"]*+"?')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


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
    """Entries behind the last room that was wanted; they were not looked at."""


def parse_rooms(body: bytes, *, limit: int = 10_000) -> RoomsAnswer:
    """Read ``GET /rooms``, at most ``limit`` rooms of it. Raise NotRoomsError where ``body`` is no JSON array."""
    entries = load_json(body)
    if not isinstance(entries, list):
        raise NotRoomsError(f"the answer is {_kind(entries)} where a JSON array of rooms was expected")
    rooms = dict[str, Room]()
    repaired = looked_at = 0
    for entry in entries:
        if len(rooms) == limit:
            break
        looked_at += 1
        token = _token(entry)
        if token is not None and token not in rooms:
            rooms[token], changed = _room(entry, token)
            repaired += changed
    return RoomsAnswer(
        rooms=tuple(room for _, room in sorted(rooms.items())),
        left_out=looked_at - len(rooms),
        repaired=repaired,
        over_limit=len(entries) - looked_at,
    )


def parse_room(body: bytes) -> Room | None:
    """Read ``GET /room/TOKEN``; None where ``body`` is no room."""
    try:
        entry = load_json(body)
    except NotRoomsError:
        return None
    token = _token(entry)
    return _room(entry, token)[0] if token is not None else None


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


def _room(entry: object, token: str) -> tuple[Room, bool]:
    """The room that ``entry``, a JSON object, describes, and whether it was repaired."""
    fields = _Fields(cast("dict[str, object]", entry))
    room = Room(
        token=token,
        name=fields.name(token),
        description=fields.text("description", LONGEST_DESCRIPTION) or None,
        active_users=fields.whole("active_users"),
        active_users_cutoff=fields.whole("active_users_cutoff", least=1),
        created=fields.time("created"),
        image_id=fields.whole("image_id"),
        info_updates=fields.whole("info_updates"),
        message_sequence=fields.whole("message_sequence"),
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

    def name(self, token: str) -> str:
        text = self.text("name", LONGEST_NAME)
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

    def whole(self, field: str, *, least: int = 0) -> int | None:
        value = self.raw.get(field)
        if not _is_number(value) or not least <= value <= _LARGEST or value != int(value):
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
