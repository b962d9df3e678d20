"""All that is decided about a Community. Each rule stands here once: pipelines apply it, ``scrapy explain`` tells it.

What each rule goes by is in the modules around: tags, languages, staff, and what ``directory.toml`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sessioncrawler.editorial.config import Directory, Rating
from sessioncrawler.editorial.guess import Guess, guess_language
from sessioncrawler.editorial.hashtags import Tagged, split_tags
from sessioncrawler.editorial.icons import IconRules, IconVerdict
from sessioncrawler.editorial.languages import LanguageTable, parse_language
from sessioncrawler.editorial.policy import OffRecord, Policy, Reason
from sessioncrawler.editorial.tags import NsfwReason, derive_tags, nsfw_reason
from sessioncrawler.editorial.topics.meanings import named_language
from sessioncrawler.editorial.topics.table import Topics
from sessioncrawler.model import Address, Room, Server, Tag
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.text.names import visible


@lru_cache(maxsize=1_000)
def _split(description: str) -> Tagged:
    """One Community comes to several rules, one after the other: its description is split for all of them."""
    return split_tags(visible(description))


class LanguageOrigin(StrEnum):
    """Who says which language a Community speaks. Each value is also the tail of a stat."""

    TAG = "tag"
    TABLE = "table"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class TagVerdict:
    """The tags of a Community, and what they follow from."""

    tagged: Tagged
    """Its description without the operator's tags, and these."""
    tags: tuple[Tag, ...]
    nsfw: NsfwReason | None
    """Why it is marked as not safe for work; None where it is not."""
    rating: Rating | None
    """What ``[[rate]]`` says."""
    topics: tuple[str, ...] = ()
    """Ids of what it is about, by ``[topics]``."""


@dataclass(frozen=True, slots=True)
class LanguageVerdict:
    """Which language, and who says so; None where nobody does."""

    code: str | None = None
    """BCP 47."""
    origin: LanguageOrigin | None = None
    confidence: float | None = None
    """Probability of a guess, 0 to 1."""
    tagged: tuple[str, ...] = ()
    """What the operator wrote behind ``#lang:`` and is understood."""
    not_understood: tuple[str, ...] = ()
    table: str | None = None
    """What ``[languages]`` says, whoever decides."""
    named: str = ""
    """The tag that names the language, where that decides."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every verdict about one Community."""

    tags: TagVerdict
    language: LanguageVerdict
    off_record: OffRecord | None
    """Why it is not listed; None where it may be."""
    pinned: bool
    icon: IconVerdict
    known_staff: int | None
    """Count in ``[[staff]]``."""


class Judge:
    """The rules of a ``directory`` at ``now`` (Unix seconds); ``guess`` is whether languages are guessed.

    ``guesser`` does so, by name and description.

    Pure: the same Community always gets the same verdicts. Rules read what readers see: no invisible letters.
    """

    def __init__(
        self,
        directory: Directory,
        now: int,
        *,
        guess: bool = True,
        guesser: Callable[[str, str], Guess | None] = guess_language,
    ) -> None:
        self._policy = Policy(directory, now)
        self._languages = LanguageTable(directory)
        self._icons = IconRules(directory)
        self._topics = Topics(directory.topics)
        self._now = now
        self._guess = guess
        self._guesser = guesser

    def judge(self, server: Server, room: Room, resembles: str = "", beyond: str = "") -> Judgement:
        """All verdicts about a Community; ``resembles`` is the official room for which it may be taken."""
        tags = self.tags(server, room, resembles)
        return Judgement(
            tags=tags,
            language=self.language(server, room),
            off_record=self.off_record(server, room, beyond),
            pinned=self.pinned(server, room),
            icon=self._icons.verdict(server, room, nsfw=tags.nsfw is not None),
            known_staff=self.known_staff(server, room),
        )

    def tags(self, server: Server, room: Room, resembles: str = "") -> TagVerdict:
        """The description as it is shown, the tags, and whether it is marked as not safe for work."""
        policy, tagged = self._policy, _tagged(room)
        rating = policy.rating(server, room)
        tags = derive_tags(
            room,
            tagged.string_tags,
            now=self._now,
            official=policy.official(server),
            project=policy.project(server, room),
            pinned=policy.pinned(server, room),
            rating=rating,
            staff=policy.staff(server, room),
            resembles=resembles,
        )
        return TagVerdict(
            tagged,
            tuple(tags),
            nsfw_reason(room.name, tagged.string_tags, rating),
            rating,
            self._topics.of(room.name, tagged.string_tags),
        )

    def language(self, server: Server, room: Room) -> LanguageVerdict:
        """The language: the operator's first ``#lang:``, else ``[languages]``, else a tag that names one, else a guess.

        The tag goes first because it is the newer word: in the 2026 directory many rooms say ``any`` that the table of
        2023 calls English. A tag with a typing error is not understood, so the table mends it. A tag that names a
        language (``#english``) counts where no other tag names another: rooms for two languages are tagged with both. A
        guess looks at the tags too, because they may name another language than the one that they are written in.
        """
        codes = {text: parse_language(text) for text in _tagged(room).languages}
        understood = tuple(text for text in _tagged(room).languages if codes[text])
        unknown = tuple(text for text in _tagged(room).languages if not codes[text])
        table = self._languages.language(server, room)
        if understood:
            return LanguageVerdict(codes[understood[0]], LanguageOrigin.TAG, None, understood, unknown, table)
        if table:
            return LanguageVerdict(table, LanguageOrigin.TABLE, not_understood=unknown, table=table)
        spoken = {code: tag for tag in _tagged(room).string_tags if (code := named_language(tag))}
        if len(spoken) == 1:
            ((code, tag),) = spoken.items()
            return LanguageVerdict(code, LanguageOrigin.TAG, not_understood=unknown, named=tag)
        guess = self._guesser(visible(room.name), visible(room.description or "")) if self._guess else None
        if guess is None:
            return LanguageVerdict(not_understood=unknown)
        return LanguageVerdict(guess.code, LanguageOrigin.GUESS, guess.confidence, not_understood=unknown)

    def off_record(self, server: Server, room: Room, beyond: str = "") -> OffRecord | None:
        """Why a Community is not listed; None where it may be. ``beyond`` says why there is no place for it."""
        verdict = self._policy.off_record(server, room, _tagged(room).string_tags)
        return verdict or (OffRecord(Reason.BEYOND, beyond) if beyond else None)

    def pinned(self, server: Server, room: Room) -> bool:
        """Whether it comes first."""
        return self._policy.pinned(server, room)

    def icon(self, server: Server, room: Room) -> IconVerdict:
        """Whether its picture may be shown."""
        nsfw = nsfw_reason(room.name, _tagged(room).string_tags, self._policy.rating(server, room))
        return self._icons.verdict(server, room, nsfw=nsfw is not None)

    def known_staff(self, server: Server, room: Room) -> int | None:
        """How many staff ``[[staff]]`` counts; None where it does not name the room."""
        return self._policy.staff(server, room)

    def withdraws(self, join_url: str, tags: Sequence[str]) -> bool:
        """Whether a Community of the past may not be named any more: a rule of today may hide it while it is away.

        ``join_url`` and ``tags`` are those with which it was published. What cannot be read may not be named.
        """
        link = parse_join_link(join_url)
        if link is None:
            return True
        server, room = Server(link.address, link.public_key), Room(link.token, "")
        return self._policy.off_record(server, room, tags) is not None


class Repeat(StrEnum):
    """How a room was shown before. Each value is also the tail of a stat."""

    OTHER_ADDRESS = "other_address"
    SAME_TOKEN = "same_token"  # noqa: S105 - a room's token is no secret


class Duplicates:
    """Tells which rooms were shown before; asked about every room, those of the best address first.

    The first address that shows a public key owns it. pysogs takes tokens in any case, so two that differ by case
    alone are one room.
    """

    def __init__(self) -> None:
        self._owners: dict[str, Address] = {}
        self._seen: set[tuple[str, str]] = set()

    def repeat(self, server: Server, room: Room) -> Repeat | None:
        """How the room was shown before; None where it is new, and from now on known."""
        if self._owners.setdefault(server.public_key, server.address) != server.address:
            return Repeat.OTHER_ADDRESS
        identity = (server.public_key, room.token.casefold())
        if identity in self._seen:
            return Repeat.SAME_TOKEN
        self._seen.add(identity)
        return None

    def owner(self, server: Server) -> Address:
        """The address under which the rooms of ``server`` are listed."""
        return self._owners.get(server.public_key, server.address)


def _tagged(room: Room) -> Tagged:
    return _split(room.description or "")
