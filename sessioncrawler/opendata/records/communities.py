"""Communities: what ``communities.json`` holds."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from sessioncrawler.editorial.activity import Activity
from sessioncrawler.model import TagKind
from sessioncrawler.opendata.records.base import (
    Count,
    DatedFile,
    Key,
    LastReached,
    Reachable,
    Record,
    ServerId,
    Time,
    Url,
)

Identifier = Annotated[
    str,
    Meta(
        description="TOKEN+server_id",
        pattern="^[0-9A-Za-z_-]{1,64}\\+[0-9a-f]{8}$",
        examples=["linux+118d818a"],
    ),
]


class TagRecord(Record, frozen=True):
    """A tag."""

    text: Annotated[str, Meta(description="Lower case; escape it")]
    kind: Annotated[TagKind, Meta(description="From its operators, from the directory, or a warning")]


class LanguageRecord(Record, frozen=True):
    """The language of a Community."""

    code: Annotated[str, Meta(description="BCP 47; mul for many languages, und for none", examples=["de", "pt-BR"])]
    name: Annotated[str, Meta(description="English name")]
    flag: Annotated[str, Meta(description="Emoji; empty where there is none")]
    origin: Annotated[
        str | None,
        Meta(
            description="Its operators, the directory, or a guess from its texts",
            extra_json_schema={"enum": ["tag", "table", "guess", None]},
        ),
    ] = field(name="from")


class StaffRecord(Record, frozen=True):
    """Visible staff; hidden staff are not counted."""

    admins: Annotated[Count, Meta(description="Visible admins")]
    moderators: Annotated[Count, Meta(description="Visible moderators")]


class HomeRecord(Record, frozen=True):
    """The server of a Community."""

    server_id: ServerId
    public_key: Key
    base_url: Annotated[Url, Meta(description="Best address of the server")]


class NsfwRecord(Record, frozen=True):
    """Whether a Community is marked as not safe for work."""

    value: Annotated[bool, Meta(description="Whether it is marked")]
    reason: Annotated[
        str | None,
        Meta(
            description="A tag of its operators, a word in its name, or the directory",
            extra_json_schema={"enum": ["tag", "word", "curator", None]},
        ),
    ]


class CommunityRecord(Record, frozen=True):
    """One Community; null where its server does not tell."""

    identifier: Identifier
    token: Annotated[str, Meta(description="Name of the room in its join link", pattern="^[0-9A-Za-z_-]{1,64}$")]
    name: Annotated[str, Meta(description="As its operators wrote it: escape it")]
    description: Annotated[
        str, Meta(description="Without the block of tags at its end; empty where there is none: escape it")
    ]
    description_raw: Annotated[str | None, Meta(description="As the server gives it, tags included: escape it")]
    tags: Annotated[list[TagRecord], Meta(description="Those of the directory, then those of its operators")]
    topics: Annotated[list[str], Meta(description="Ids of what it is about, by the directory's table of topics")]
    language: Annotated[LanguageRecord | None, Meta(description="Null where it is unknown")]
    weekly_active_users: Annotated[Count | None, Meta(description="Active users scaled to one week")]
    active_users: Annotated[Count | None, Meta(description="Users who visited within the window")]
    active_users_cutoff: Annotated[Count | None, Meta(description="Seconds of the window")]
    created: Annotated[Time | None, Meta(description="When the room was created")]
    read: Annotated[bool | None, Meta(description="Whether anybody may read")]
    write: Annotated[bool | None, Meta(description="Whether anybody may write")]
    upload: Annotated[bool | None, Meta(description="Whether anybody may send files")]
    staff: Annotated[StaffRecord, Meta(description="Visible staff; hidden staff are not counted")]
    server: Annotated[HomeRecord, Meta(description="Where it is")]
    join_url: Annotated[Url, Meta(description="Paste it into the app to join")]
    preview_url: Annotated[
        Url | None, Meta(description="Page on which a browser shows the room; null where there is none")
    ]
    image_id: Annotated[Count | None, Meta(description="Number of the room's picture on its server")]
    nsfw: Annotated[NsfwRecord, Meta(description="Whether it is marked as not safe for work")]
    pinned: Annotated[bool, Meta(description="Whether the directory puts it first")]
    official: Annotated[bool, Meta(description="Whether the makers of Session run its server")]
    first_listed: Annotated[Time | None, Meta(description="When this directory listed it first")]
    reachable: Reachable
    last_reached: LastReached
    activity: Annotated[
        Activity | None, Meta(description="How much happens, by events, or else by visitors; null where it is unknown")
    ]
    former_identifiers: Annotated[
        list[Identifier], Meta(description="Those it had at former addresses of its server, the latest first")
    ]


class CommunitiesFile(DatedFile, frozen=True):
    """Communities that are listed."""

    communities: Annotated[list[CommunityRecord], Meta(description="Sorted by identifier")]
