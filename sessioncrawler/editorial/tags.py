"""Tags of a Community: those its operator wrote, and those the directory derives (docs/pipelines.md, "200 tags")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from sessioncrawler.editorial.config import Rating
from sessioncrawler.editorial.hashtags import MAX_TAG_LENGTH, MAX_TAGS, Tagged, split_tags
from sessioncrawler.editorial.standing import Standing, standing
from sessioncrawler.model import WEEK, Room, Tag, TagKind
from sessioncrawler.text.looks import looks, plain_letters
from sessioncrawler.text.names import visible

__all__ = [
    "MAX_TAGS",
    "MAX_TAG_LENGTH",
    "RESERVED",
    "NsfwReason",
    "Tagged",
    "derive_tags",
    "has_tag",
    "nsfw_reason",
    "nsfw_word",
    "reserved_name",
    "split_tags",
]

OFFICIAL = "official"
PROJECT = "we're here"
NSFW = "nsfw"
MODERATED = "moderated"
READ_ONLY = "read-only"
UPLOADS_OFF = "uploads off"
NEW = "new"
TEST = "test"
PINNED = "pinned"
UNLISTED = "unlisted"
NOT_OFFICIAL = "not official"
WARNINGS = frozenset({NSFW, NOT_OFFICIAL})

RESERVED = frozenset(
    {OFFICIAL, PROJECT, NSFW, MODERATED, READ_ONLY, UPLOADS_OFF, NEW, TEST, PINNED, NOT_OFFICIAL}
    | {"modded", "not modded", "not moderated"}
)
"""Tags that only the directory may set; an operator's tag that reads like one of them is not shown."""

NEW_SECONDS = 4 * WEEK
"""How long a room is new after it was created."""

# Inside a word too (GayPorn, pornchat), except "sex", which Essex and unisex hold, and the 18+ of 118+.
_NSFW_WORD = re.compile(r"nsfw|porn|erotic|(?<![^\W_])sex|(?<!\d)18\+", re.IGNORECASE)


class NsfwReason(StrEnum):
    """Why a room is marked as not safe for work."""

    TAG = "tag"
    """Its operator wrote a tag that holds a word for adult content."""
    WORD = "word"
    """Its name holds such a word."""
    CURATOR = "curator"
    """``[[rate]]`` of directory.toml says so."""


def derive_tags(
    room: Room,
    string_tags: Sequence[str],
    *,
    now: int,
    official: bool = False,
    project: bool = False,
    pinned: bool = False,
    rating: Rating | None = None,
    staff: int | None = None,
    resembles: str = "",
) -> list[Tag]:
    """Return all tags of a room: the derived ones in the order of the 2026 directory, then the operator's.

    ``now`` is in Unix seconds. What the server does not tell (None) gives no tag. ``official``, ``project``,
    ``pinned``, ``rating`` and the count of ``staff`` are what directory.toml says of the room; ``resembles`` is the
    name of an official room for which readers may take it.
    """
    facts = {
        OFFICIAL: official,
        PROJECT: project,
        NOT_OFFICIAL: bool(resembles),
        NSFW: nsfw_reason(room.name, string_tags, rating) is not None,
        MODERATED: room.write is True and standing(room, staff) is Standing.GOOD,
        READ_ONLY: room.write is False,
        UPLOADS_OFF: room.write is True and room.upload is False,
        NEW: room.created is not None and 0 <= now - room.created < NEW_SECONDS,
        TEST: has_tag(string_tags, TEST),
        PINNED: pinned,
    }
    derived = [
        Tag(text, TagKind.WARNING if text in WARNINGS else TagKind.RESERVED) for text, holds in facts.items() if holds
    ]
    return derived + _user_tags(string_tags)


def _user_tags(string_tags: Sequence[str]) -> list[Tag]:
    texts = dict.fromkeys(tag.lower() for tag in string_tags if not reserved_name(tag))
    return [Tag(text) for text in texts]


_RESERVED_LOOKS = {look: tag for tag in sorted(RESERVED) for look in looks(tag)}


def reserved_name(tag: str) -> str:
    """Return the reserved tag for which readers would take an operator's tag; empty where it is none."""
    return next((_RESERVED_LOOKS[look] for look in sorted(looks(tag)) if look in _RESERVED_LOOKS), "")


def nsfw_reason(name: str, string_tags: Sequence[str], rating: Rating | None = None) -> NsfwReason | None:
    """Return why a room is marked as not safe for work; None where it is not.

    The curator's ``rating`` decides, then the operator's tags, then the room's name. Descriptions are not looked at,
    as they often say "no porn".
    """
    if rating is not None:
        return NsfwReason.CURATOR if rating is Rating.NSFW else None
    if any(map(nsfw_word, string_tags)):
        return NsfwReason.TAG
    return NsfwReason.WORD if nsfw_word(name) else None


def nsfw_word(text: str) -> str:
    """Return the first word for adult content in a name or a tag; empty where there is none."""
    forms = unicodedata.normalize("NFKC", visible(text)), plain_letters(text)
    return next((found[0] for found in map(_NSFW_WORD.search, forms) if found), "")


def has_tag(string_tags: Sequence[str], text: str) -> bool:
    """Whether the operator wrote the tag ``text``, in whatever case."""
    return any(tag.casefold() == text for tag in string_tags)
