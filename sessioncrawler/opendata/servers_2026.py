"""The ``servers.json`` of the 2026 directory (SOGS.md, "Identifiers and rules"), as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TypedDict

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Server, Tag
from sessioncrawler.text.names import well_formed


class TagShape(TypedDict):
    """One tag; ``type`` is ``user``, ``reserved`` or ``warning``."""

    text: str
    type: str


class RoomShape(TypedDict):
    """One room. None where the server does not tell: legacy servers have no numbers."""

    active_users: int | None
    active_users_cutoff: int | None
    token: str
    name: str
    admins: list[str]
    moderators: list[str]
    created: float | None
    description: str
    image_id: int | None
    info_updates: int | None
    message_sequence: int | None
    read: bool | None
    upload: bool | None
    write: bool | None
    string_tags: list[str]
    tags: list[TagShape]
    language_flag: str


class ServerShape(TypedDict):
    """One server with its listed rooms."""

    base_url: str
    rooms: list[RoomShape]
    pubkey: str
    server_id: str


def tag_shape(tag: Tag) -> TagShape:
    """``{"text": "nsfw", "type": "warning"}``."""
    return {"text": well_formed(tag.text), "type": tag.kind.value}


def room_shape(community: CommunityItem, flag: Callable[[str], str]) -> RoomShape:
    """One room, keys in the order of the 2026 file; ``flag`` gives the emoji of a language code.

    A guessed language has no flag: this shape has no place to say that it is a guess.
    """
    room = community.room
    known = community.language if community.language_from != "guess" else None
    return {
        "active_users": room.active_users,
        "active_users_cutoff": room.active_users_cutoff,
        "token": room.token,
        "name": well_formed(room.name),
        "admins": list(room.admins),
        "moderators": list(room.moderators),
        "created": room.created,
        "description": well_formed(community.description),
        "image_id": room.image_id,
        "info_updates": room.info_updates,
        "message_sequence": room.message_sequence,
        "read": room.read,
        "upload": room.upload,
        "write": room.write,
        "string_tags": [well_formed(tag) for tag in community.string_tags],
        "tags": [tag_shape(tag) for tag in community.tags],
        "language_flag": flag(known) if known else "",
    }


def server_shapes(communities: Iterable[CommunityItem], flag: Callable[[str], str]) -> list[ServerShape]:
    """Every server with its rooms: servers by ``server_id`` (then key and address), rooms by token."""
    ordered = sorted(communities, key=lambda community: (_server_order(community.server), community.room.token))
    return [
        {
            "base_url": server[2],
            "rooms": [room_shape(community, flag) for community in rooms],
            "pubkey": server[1],
            "server_id": server[0],
        }
        for server, rooms in groupby(ordered, key=lambda community: _server_order(community.server))
    ]


def _server_order(server: Server) -> tuple[str, str, str]:
    return (server.server_id, server.public_key, server.address.base_url)
