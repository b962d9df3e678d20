"""Which Communities are never listed, and which come first (docs/pipelines.md, "400 policy")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sessioncrawler.editorial.config import Directory, Rating, Rule
from sessioncrawler.editorial.match import Pattern, PatternIndex, ProvenIndex
from sessioncrawler.editorial.tags import TEST, UNLISTED, has_tag
from sessioncrawler.model import Room, Server
from sessioncrawler.text.messages import N_

T = TypeVar("T")


class Reason(StrEnum):
    """Why a Community is off the record. Each value is also the tail of a stat."""

    CLOSED = "closed"
    TEST = "test"
    UNLISTED = "unlisted"
    OPTED_OUT = "opted-out"
    HIDDEN = "hidden"
    BEYOND = "beyond"


REASON_TEXTS = {
    Reason.CLOSED.value: N_("neither readable nor writable"),
    Reason.TEST.value: N_("tagged as tests"),
    Reason.UNLISTED.value: N_("asked not to be listed"),
    Reason.OPTED_OUT.value: N_("on servers that asked not to be listed"),
    Reason.HIDDEN.value: N_("hidden by this directory"),
    Reason.BEYOND.value: N_("beyond what one server, or all new servers, may list"),
}
"""The words of pages for Communities that are not listed, after their number."""


def reason_text(reason: str) -> str:
    """The text for a reason (the tail of a stat); one without a text of its own is shown with spaces for hyphens."""
    return REASON_TEXTS.get(reason) or reason.replace("-", " ").replace("_", " ").replace("/", ": ")


@dataclass(frozen=True, slots=True)
class OffRecord:
    """A Community is not listed, and why; ``sentence`` is for a person, without a full stop."""

    reason: Reason
    sentence: str


class Policy:
    """What one ``directory.toml`` says of a room at one time (``now`` in Unix seconds), for the judge."""

    def __init__(self, directory: Directory, now: int) -> None:
        # Hiding hits whoever shows the key; all that speaks for a room wants the key to be proven.
        self._hidden = PatternIndex(_in_force(((rule, rule) for rule in directory.hide), now))
        self._pinned = ProvenIndex(_in_force(((rule, True) for rule in directory.pin), now))
        self._project = ProvenIndex(_in_force(((rule, True) for rule in directory.project), now))
        ratings = _in_force(((rated.rule, rated.rating) for rated in directory.rate), now)
        self._ratings = ProvenIndex(ratings, harms=lambda rating: rating is Rating.NSFW)
        self._staff = ProvenIndex(_in_force(((staff.rule, staff.count) for staff in directory.staff), now))
        self._official_keys = directory.official_keys

    def off_record(self, server: Server, room: Room, string_tags: Sequence[str]) -> OffRecord | None:
        """Return why a room is off the record; None where it may be listed.

        The operator of the server decides first, then that of the room, then that of the directory. What the server
        does not tell (None) is no reason.
        """
        if server.opted_out:
            return OffRecord(Reason.OPTED_OUT, "its server asks in its robots.txt not to be listed")
        if room.read is False and room.write is False:
            return OffRecord(Reason.CLOSED, "it can be neither read nor written to")
        if has_tag(string_tags, TEST):
            return OffRecord(Reason.TEST, "its operator tagged it as a test")
        if has_tag(string_tags, UNLISTED):
            return OffRecord(Reason.UNLISTED, "its operator tagged it as unlisted")
        if rule := self._hidden.find(server, room):
            until = f" until {rule.until}" if rule.until else ""
            return OffRecord(Reason.HIDDEN, f"this directory hides it{until}: {rule.reason}")
        return None

    def pinned(self, server: Server, room: Room) -> bool:
        """Whether the directory puts the room first."""
        return bool(self._pinned.find(server, room))

    def project(self, server: Server, room: Room) -> bool:
        """Whether the makers of this directory can be met in the room."""
        return bool(self._project.find(server, room))

    def rating(self, server: Server, room: Room) -> Rating | None:
        """Return the curator's word on a room; None where there is none."""
        return self._ratings.find(server, room)

    def staff(self, server: Server, room: Room) -> int | None:
        """Return the curator's count of a room's staff; None where there is none."""
        return self._staff.find(server, room)

    def official(self, server: Server) -> bool:
        """Whether the server is run by the makers of Session; its key decides, where it is proven."""
        return server.proven and server.public_key in self._official_keys


def _in_force(entries: Iterable[tuple[Rule, T]], now: int) -> Iterator[tuple[Pattern, T]]:
    return ((rule.pattern, value) for rule, value in entries if rule.in_force(now))
