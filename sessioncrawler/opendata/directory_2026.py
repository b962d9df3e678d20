"""The files of the 2026 directory: ``servers.json``, ``tags.json``, ``listings`` and ``listing/ID``.

docs/protocol.md, "Identifiers and rules", tells where their shapes come from. ``flag`` gives the emoji of a language
code; ``communities`` are those that are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from msgspec import Struct

from sessioncrawler.editorial import tags as words
from sessioncrawler.editorial.config import Collection
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.opendata.collection import Selection
from sessioncrawler.opendata.encoding import compact, finite, spread_each
from sessioncrawler.text.names import well_formed

SOGS_FIELDS = (
    "token", "name", "description", "active_users", "active_users_cutoff", "created", "image_id", "info_updates",
    "message_sequence", "admins", "moderators", "read", "write", "upload",
)  # fmt: skip
"""What a server's own ``/rooms`` tells of a room."""

_TAG_TEXTS = {
    words.OFFICIAL: "On a server that is run by the makers of Session",
    words.PROJECT: "The makers of this directory can be met here",
    words.NSFW: "Not safe for work",
    words.NOT_OFFICIAL: "Named like a Community of the makers of Session, but not run by them",
    words.MODERATED: "Has enough staff for its visitors",
    words.READ_ONLY: "Only its staff can write",
    words.UPLOADS_OFF: "Files and pictures cannot be sent",
    words.NEW: "Was created within the last four weeks",
    words.PINNED: "Put first by this directory",
}


class Tag2026(Struct, frozen=True):
    """A tag."""

    text: str
    type: TagKind


class Room2026(Struct, frozen=True):
    """One room. None where the server does not tell: legacy servers have no numbers."""

    active_users: int | None
    active_users_cutoff: int | None
    token: str
    name: str
    admins: tuple[str, ...]
    moderators: tuple[str, ...]
    created: float | None
    description: str
    image_id: int | None
    info_updates: int | None
    message_sequence: int | None
    read: bool | None
    upload: bool | None
    write: bool | None
    string_tags: list[str]
    tags: list[Tag2026]
    language_flag: str


class Server2026(Struct, frozen=True):
    """One server with its listed rooms."""

    base_url: str
    rooms: list[Room2026]
    pubkey: str
    server_id: str


class CollectionRoomExtra(Struct, frozen=True):
    """What the directory adds to a room."""

    join_url: str
    language_flag: str
    tags: list[Tag2026]


class CollectionRoom(Struct, frozen=True):
    """A room in a collection; ``room`` holds ``SOGS_FIELDS``."""

    room: dict[str, Any]
    room_extra: CollectionRoomExtra


class CollectionFile(Struct, frozen=True):
    """A collection with its rooms: always an array, empty where nothing belongs to it."""

    id: str
    name: str
    rating: str
    rooms: list[CollectionRoom]


class CollectionSummary(Struct, frozen=True):
    """A collection with the number of its rooms."""

    id: str
    name: str
    rating: str
    rooms: int


def servers_json_2026(communities: Iterable[CommunityItem], flag: Callable[[str], str]) -> bytes:
    """The file ``servers.json``, a line for each element.

    Servers come by ``server_id``, then key and address, their rooms by token.
    """
    ordered = sorted(communities, key=lambda community: (_server_order(community), community.room.token))
    return spread_each(
        Server2026(base_url, [_room(community, flag) for community in rooms], public_key, server_id)
        for (server_id, public_key, base_url), rooms in groupby(ordered, key=_server_order)
    )


def tags_json(communities: Iterable[CommunityItem]) -> bytes:
    """The file ``tags.json``: a sentence without a full stop for every tag in use, sorted."""
    tags = {tag for community in communities for tag in community.tags}
    return compact({well_formed(tag.text): _tag_text(tag) for tag in sorted(tags)})


def collections_json(collections: Iterable[Collection], communities: Iterable[CommunityItem]) -> bytes:
    """The file ``listings``: each collection in the order of ``directory.toml`` with the number of its rooms."""
    listed = tuple(communities)
    return compact(
        [CollectionSummary(one.id, one.name, one.rating.value, len(_members(one, listed))) for one in collections]
    )


def collection_files(
    collections: Iterable[Collection], communities: Iterable[CommunityItem], flag: Callable[[str], str]
) -> Iterator[tuple[str, bytes]]:
    """The folder ``listing/`` as (id, content): each collection with its rooms by identifier."""
    listed = tuple(communities)
    for one in collections:
        rooms = [_collection_room(community, flag) for community in _members(one, listed)]
        yield one.id, compact(CollectionFile(one.id, one.name, one.rating.value, rooms))


def _server_order(community: CommunityItem) -> tuple[str, str, str]:
    server = community.server
    return (server.server_id, server.public_key, server.address.base_url)


def _room(community: CommunityItem, flag: Callable[[str], str]) -> Room2026:
    """One room. A guessed language has no flag: this shape has no place to say that it is a guess."""
    room = community.room
    known = community.language if community.language_from != "guess" else None
    return Room2026(
        active_users=room.active_users,
        active_users_cutoff=room.active_users_cutoff,
        token=room.token,
        name=well_formed(room.name),
        admins=room.admins,
        moderators=room.moderators,
        created=finite(room.created),
        description=well_formed(community.description),
        image_id=room.image_id,
        info_updates=room.info_updates,
        message_sequence=room.message_sequence,
        read=room.read,
        upload=room.upload,
        write=room.write,
        string_tags=[well_formed(tag) for tag in community.string_tags],
        tags=[Tag2026(well_formed(tag.text), tag.kind) for tag in community.tags],
        language_flag=flag(known) if known else "",
    )


def _collection_room(community: CommunityItem, flag: Callable[[str], str]) -> CollectionRoom:
    room = _room(community, flag)
    join_url = community.server.join_link(community.room).url
    return CollectionRoom(
        {name: getattr(room, name) for name in SOGS_FIELDS},
        CollectionRoomExtra(join_url, room.language_flag, room.tags),
    )


def _members(collection: Collection, communities: Iterable[CommunityItem]) -> list[CommunityItem]:
    """The Communities of one collection, by identifier, then public key."""
    selection = Selection(collection)
    chosen = [one for one in communities if selection.holds(one.server, one.room, one.tags)]
    return sorted(chosen, key=lambda one: (one.identifier, one.server.public_key))


def _tag_text(tag: Tag) -> str:
    if tag.kind is TagKind.USER:
        return "A tag that operators of Communities chose"
    return _TAG_TEXTS.get(tag.text, "A tag that this directory gave")
