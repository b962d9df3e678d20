"""What the item pipelines 100 to 400 decide about a Community, replayed with all that they went by.

The rules are those of :mod:`sessioncrawler.editorial`; a test holds this replay against real crawls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sessioncrawler.editorial.config.reading import Rating
from sessioncrawler.editorial.guess import guess_language
from sessioncrawler.editorial.languages import LanguageTable, parse_language
from sessioncrawler.editorial.policy import Policy, Verdict
from sessioncrawler.editorial.tags import NsfwReason, Tagged, derive_tags, nsfw_reason, split_tags
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, Outcome, Poll, Room, Server, Tag


@dataclass(frozen=True, slots=True)
class Served:
    """A room as one address shows it."""

    server: Server
    room: Room
    best: Address
    """Where it is listed: the server's best address."""
    repeated: bool = False
    """Whether the server showed it before, under this token in some case."""

    @property
    def identifier(self) -> str:
        """``TOKEN+serverid``."""
        return self.server.identifier(self.room)

    @property
    def duplicate(self) -> bool:
        """Whether pipeline 100 drops it."""
        return self.repeated or self.best != self.server.address


@dataclass(frozen=True, slots=True)
class LanguageVerdict:
    """Which language, and who says so: ``tag``, ``table`` or ``guess``; None where nobody does."""

    code: str | None = None
    origin: str | None = None
    confidence: float | None = None
    """Probability of a guess, 0 to 1."""
    tagged: tuple[str, ...] = ()
    """What the operator wrote behind ``#lang:`` and is understood."""
    not_understood: tuple[str, ...] = ()
    table: str | None = None
    """What ``[languages]`` says, whoever decides."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the pipelines make of a room, and what they went by."""

    tagged: Tagged
    tags: tuple[Tag, ...]
    nsfw: NsfwReason | None
    rating: Rating | None
    language: LanguageVerdict
    off_record: Verdict | None
    """Pipeline 400: why it is not listed; None where it may be."""
    pinned: bool
    known_staff: int | None
    """Count in ``[[staff]]``."""


def served(polls: Iterable[Poll]) -> Iterator[Served]:
    """Every room of the settled ``polls``, with pipeline 100's verdict."""
    owners: dict[str, Address] = {}
    seen: set[tuple[str, str]] = set()
    for poll in polls:
        if poll.server is None or poll.outcome is not Outcome.REACHED:
            continue
        server = poll.server
        for room in poll.rooms:
            best = owners.setdefault(server.public_key, server.address)
            identity = (server.public_key, room.token.casefold())
            repeated = best == server.address and identity in seen
            if best == server.address:
                seen.add(identity)
            yield Served(server, room, best, repeated)


class Rules:
    """The rules of a directory at its present time."""

    def __init__(self, known: Knowledge) -> None:
        self._policy = Policy(known.directory, known.now)
        self._languages = LanguageTable(known.directory)
        self._now = known.now
        self._guess = known.guess

    def off_record(self, server: Server, room: Room) -> Verdict | None:
        """Why a room is not listed; None where it may be."""
        return self._policy.verdict(server, room, split_tags(room.description or "").string_tags)

    def judge(self, server: Server, room: Room) -> Judgement:
        """All verdicts about one room."""
        policy, tagged = self._policy, split_tags(room.description or "")
        rating, staff, pinned = policy.rating(server, room), policy.staff(server, room), policy.pinned(server, room)
        tags = derive_tags(
            room,
            tagged.string_tags,
            now=self._now,
            official=policy.official(server),
            project=policy.project(server, room),
            pinned=pinned,
            rating=rating,
            staff=staff,
        )
        return Judgement(
            tagged=tagged,
            tags=tuple(tags),
            nsfw=nsfw_reason(room.name, tagged.string_tags, rating),
            rating=rating,
            language=self._language(server, room, tagged.languages),
            off_record=policy.verdict(server, room, tagged.string_tags),
            pinned=pinned,
            known_staff=staff,
        )

    def _language(self, server: Server, room: Room, written: tuple[str, ...]) -> LanguageVerdict:
        understood = tuple(text for text in written if parse_language(text))
        unknown = tuple(text for text in written if not parse_language(text))
        table = self._languages.language(server, room)
        if code := self._languages.language(server, room, understood):
            origin = "tag" if understood else "table"
            return LanguageVerdict(code, origin, None, understood, unknown, table)
        guess = guess_language(room.name, room.description or "") if self._guess else None
        if guess is None:
            return LanguageVerdict(not_understood=unknown)
        return LanguageVerdict(guess.code, "guess", guess.confidence, not_understood=unknown)


class Judge:
    def __init__(self, directory, now, *, guess=True):
        from sessioncrawler.editorial.icons import IconRules

        self._rules = Rules(Knowledge(directory, now, guess=guess))
        self._icons = IconRules(directory)

    def off_record(self, server, room):
        return self._rules.off_record(server, room)

    def icon(self, server, room):
        tagged = split_tags(room.description or "")
        rating = self._rules._policy.rating(server, room)
        return self._icons.verdict(server, room, nsfw=nsfw_reason(room.name, tagged.string_tags, rating) is not None)
