"""Tags of a Community: those its operator wrote, and those the directory derives (SOGS.md, "Identifiers and rules")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sessioncrawler.editorial._hashtags import MAX_TAG_LENGTH, MAX_TAGS, Tagged, split_tags
from sessioncrawler.editorial.standing import Standing, standing
from sessioncrawler.model import WEEK, Room, Tag, TagKind

__all__ = ["MAX_TAGS", "MAX_TAG_LENGTH", "RESERVED", "Tagged", "derive_tags", "has_tag", "is_nsfw", "split_tags"]

OFFICIAL = "official"
NSFW = "nsfw"
MODERATED = "moderated"
READ_ONLY = "read-only"
UPLOADS_OFF = "uploads off"
NEW = "new"
TEST = "test"
PINNED = "pinned"
UNLISTED = "unlisted"

RESERVED = frozenset(
    {OFFICIAL, NSFW, MODERATED, READ_ONLY, UPLOADS_OFF, NEW, TEST, PINNED}
    | {"modded", "not modded", "not moderated", "we're here"}
)
"""Tags that only the directory may set; an operator's tag that reads like one of them is not shown."""

NEW_SECONDS = 4 * WEEK
"""How long a room is new after it was created."""

# Inside a word too (GayPorn, pornchat), except "sex", which Essex and unisex hold, and the 18+ of 118+.
_NSFW_WORD = re.compile(r"nsfw|porn|erotic|(?<![^\W_])sex|(?<!\d)18\+", re.IGNORECASE)


def derive_tags(
    room: Room, string_tags: Sequence[str], *, now: int, official: bool = False, pinned: bool = False
) -> list[Tag]:
    """Return all tags of a room: the derived ones in the order of the 2026 directory, then the operator's.

    ``now`` is in Unix seconds. What the server does not tell (None) gives no tag.
    """
    facts = {
        OFFICIAL: official,
        NSFW: is_nsfw(room.name, string_tags),
        MODERATED: room.write is True and standing(room) is Standing.GOOD,
        READ_ONLY: room.write is False,
        UPLOADS_OFF: room.write is True and room.upload is False,
        NEW: room.created is not None and 0 <= now - room.created < NEW_SECONDS,
        TEST: has_tag(string_tags, TEST),
        PINNED: pinned,
    }
    derived = [
        Tag(text, TagKind.WARNING if text == NSFW else TagKind.RESERVED) for text, holds in facts.items() if holds
    ]
    return derived + _user_tags(string_tags)


def _user_tags(string_tags: Sequence[str]) -> list[Tag]:
    texts = dict.fromkeys(tag.lower() for tag in string_tags if _plain(tag) not in _PLAIN_RESERVED)
    return [Tag(text) for text in texts]


def _plain(tag: str) -> str:
    """Return a tag as readers take it: no case, no full-width letters, hyphens and underscores as spaces."""
    return re.sub(r"[-_\s]+", " ", unicodedata.normalize("NFKC", tag).casefold())


_PLAIN_RESERVED = frozenset(map(_plain, RESERVED))


def is_nsfw(name: str, string_tags: Sequence[str]) -> bool:
    """Whether a room's name or one of its tags holds a word for adult content. Descriptions often say "no porn"."""
    return any(_NSFW_WORD.search(unicodedata.normalize("NFKC", text)) for text in (name, *string_tags))


def has_tag(string_tags: Sequence[str], text: str) -> bool:
    """Whether the operator wrote the tag ``text``, in whatever case."""
    return any(tag.casefold() == text for tag in string_tags)
