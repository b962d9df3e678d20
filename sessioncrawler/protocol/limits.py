"""How much of one server is taken. Strangers decide how much they tell; what is beyond is left out, and counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sys import maxsize

from sessioncrawler.model import Room


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What is taken of one server at most; what settings do not say is not bounded."""

    rooms: int = maxsize
    text: int = maxsize
    """Bytes of tokens, names, descriptions and Session IDs together, in UTF-8."""
    name: int = maxsize
    """Letters (code points) of a name; a longer one is cut."""
    description: int = maxsize
    """The same of a description."""

    def within(self, rooms: Iterable[Room]) -> tuple[Room, ...]:
        """The first of ``rooms``, as many as are taken. What comes behind is not looked at."""
        taken: list[Room] = []
        left = self.text
        for room in rooms:
            left -= _text(room)
            if left < 0 or len(taken) == self.rooms:
                break
            taken.append(room)
        return tuple(taken)


def _text(room: Room) -> int:
    words = room.token, room.name, room.description or "", *room.admins, *room.moderators
    return sum(len(word.encode()) for word in words)
