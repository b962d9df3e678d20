"""Communities as open data (docs/data.md, "Communities"): one record each, for JSON, JSON Lines and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable, language_name
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Server, Tag
from sessioncrawler.text.dates import iso
from sessioncrawler.text.names import well_formed


class TagRecord(TypedDict):
    """A tag; ``kind`` is ``user``, ``reserved`` or ``warning``."""

    text: str
    kind: str


LanguageRecord = TypedDict("LanguageRecord", {"code": str, "name": str, "flag": str, "from": str | None})
"""A language: BCP 47 code, English name, flag emoji or empty, and who says so."""


class StaffRecord(TypedDict):
    """How many staff are visible; hidden staff are not."""

    admins: int
    moderators: int


class HomeRecord(TypedDict):
    """The server of a Community."""

    server_id: str
    public_key: str
    base_url: str


class NsfwRecord(TypedDict):
    """Whether a Community is marked as not safe for work, and why."""

    value: bool
    reason: str | None


class CommunityRecord(TypedDict):
    """One Community. None where its server does not tell; strings of strangers are raw, to be escaped."""

    identifier: str
    token: str
    name: str
    description: str
    description_raw: str | None
    tags: list[TagRecord]
    language: LanguageRecord | None
    weekly_active_users: int | None
    active_users: int | None
    active_users_cutoff: int | None
    created: str | None
    read: bool | None
    write: bool | None
    upload: bool | None
    staff: StaffRecord
    server: HomeRecord
    join_url: str
    preview_url: str | None
    image_id: int | None
    nsfw: NsfwRecord
    pinned: bool
    official: bool
    first_listed: str | None


class Recorder:
    """Makes records by the rules of one ``directory.toml``.

    ``first_listed`` gives Unix seconds by public key and lower-case token.
    """

    def __init__(self, directory: Directory, first_listed: Mapping[tuple[str, str], int]) -> None:
        self._table = LanguageTable(directory)
        self._official = directory.official_keys
        self._first_listed = first_listed
        self._languages: dict[str, tuple[str, str]] = {}
        """Code → name and flag: there are far fewer languages than Communities."""

    def records(self, communities: Iterable[CommunityItem]) -> list[CommunityRecord]:
        """All records, by identifier, then public key."""
        ordered = sorted(communities, key=lambda one: (one.identifier, one.server.public_key))
        return [self.record(community) for community in ordered]

    def record(self, community: CommunityItem) -> CommunityRecord:
        """One record, its keys in the order of the documentation."""
        room, server = community.room, community.server
        return {
            "identifier": community.identifier,
            "token": room.token,
            "name": well_formed(room.name),
            "description": well_formed(community.description),
            "description_raw": None if room.description is None else well_formed(room.description),
            "tags": [_tag(tag) for tag in community.tags],
            "language": self._language(community),
            "weekly_active_users": room.weekly_active_users,
            "active_users": room.active_users,
            "active_users_cutoff": room.active_users_cutoff,
            "created": iso(room.created) or None,
            "read": room.read,
            "write": room.write,
            "upload": room.upload,
            "staff": {"admins": len(set(room.admins)), "moderators": len(set(room.moderators))},
            "server": _home(server),
            "join_url": server.join_link(room).url,
            "preview_url": server.preview_url(room),
            "image_id": room.image_id,
            "nsfw": {"value": community.nsfw_reason is not None, "reason": community.nsfw_reason},
            "pinned": community.pinned,
            "official": server.public_key in self._official,
            "first_listed": iso(self._first_listed.get((server.public_key, room.token.lower()))) or None,
        }

    def _language(self, community: CommunityItem) -> LanguageRecord | None:
        code = community.language
        if code is None:
            return None
        if code not in self._languages:
            self._languages[code] = (language_name(code), self._table.flag(code))
        name, flag = self._languages[code]
        return {"code": code, "name": name, "flag": flag, "from": community.language_from}


def _tag(tag: Tag) -> TagRecord:
    return {"text": well_formed(tag.text), "kind": tag.kind.value}


def _home(server: Server) -> HomeRecord:
    return {
        "server_id": server.server_id,
        "public_key": server.public_key,
        "base_url": server.address.base_url,
    }
