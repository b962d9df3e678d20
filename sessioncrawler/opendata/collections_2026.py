"""The listing provider and ``tags.json`` of the 2026 directory (SOGS.md, "Identifiers and rules")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypedDict

from sessioncrawler.editorial import tags as words
from sessioncrawler.editorial.collection import Selection
from sessioncrawler.editorial.config import Collection
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.opendata.servers_2026 import TagShape, room_shape
from sessioncrawler.text.names import well_formed

SOGS_FIELDS = (
    "token", "name", "description", "active_users", "active_users_cutoff", "created", "image_id", "info_updates",
    "message_sequence", "admins", "moderators", "read", "write", "upload",
)  # fmt: skip
"""What a server's own ``/rooms`` tells of a room."""

_TEXTS = {
    words.OFFICIAL: "On a server that is run by the makers of Session",
    words.PROJECT: "The makers of this directory can be met here",
    words.NSFW: "Not safe for work",
    words.MODERATED: "Has enough staff for its visitors",
    words.READ_ONLY: "Only its staff can write",
    words.UPLOADS_OFF: "Files and pictures cannot be sent",
    words.NEW: "Was created within the last four weeks",
    words.PINNED: "Put first by this directory",
}


class ExtraShape(TypedDict):
    """What the directory adds to a room."""

    join_url: str
    language_flag: str
    tags: list[TagShape]


class EntryShape(TypedDict):
    """A room in a listing; ``room`` holds ``SOGS_FIELDS``."""

    room: dict[str, Any]
    room_extra: ExtraShape


class ListingShape(TypedDict):
    """A listing with its rooms: always an array, empty where nothing belongs to it."""

    id: str
    name: str
    rating: str
    rooms: list[EntryShape]


class SummaryShape(TypedDict):
    """A listing with the number of its rooms."""

    id: str
    name: str
    rating: str
    rooms: int


def listing_shapes(
    listings: Iterable[Collection], communities: Sequence[CommunityItem], flag: Callable[[str], str]
) -> Iterator[ListingShape]:
    """Each listing in the order of ``directory.toml``, its rooms by identifier.

    ``communities`` are those that are listed; ``flag`` gives the emoji of a language code.
    """
    for listing in listings:
        rooms = [_entry(community, flag) for community in members(listing, communities)]
        yield {"id": listing.id, "name": listing.name, "rating": listing.rating.value, "rooms": rooms}


def summaries(listings: Iterable[Collection], communities: Sequence[CommunityItem]) -> list[SummaryShape]:
    """``[{"id": …, "name": …, "rating": …, "rooms": 12}]``."""
    return [
        {
            "id": listing.id,
            "name": listing.name,
            "rating": listing.rating.value,
            "rooms": len(members(listing, communities)),
        }
        for listing in listings
    ]


def members(listing: Collection, communities: Iterable[CommunityItem]) -> list[CommunityItem]:
    """The Communities of one listing, by identifier, then public key."""
    selection = Selection(listing)
    chosen = [one for one in communities if selection.holds(one.server, one.room, one.tags)]
    return sorted(chosen, key=lambda one: (one.identifier, one.server.public_key))


def tag_texts(communities: Iterable[CommunityItem]) -> dict[str, str]:
    """``{tag: sentence without a full stop}`` for every tag in use, sorted."""
    tags = {tag for community in communities for tag in community.tags}
    return {well_formed(tag.text): _text(tag) for tag in sorted(tags)}


def _text(tag: Tag) -> str:
    if tag.kind is TagKind.USER:
        return "A tag that operators of Communities chose"
    return _TEXTS.get(tag.text, "A tag that this directory gave")


def _entry(community: CommunityItem, flag: Callable[[str], str]) -> EntryShape:
    shape = room_shape(community, flag)
    fields: dict[str, Any] = {**shape}
    return {
        "room": {name: fields[name] for name in SOGS_FIELDS},
        "room_extra": {
            "join_url": community.server.join_link(community.room).url,
            "language_flag": shape["language_flag"],
            "tags": shape["tags"],
        },
    }
