"""What was, day by day: what ``history/`` and ``stats.json`` hold.

Stretches of time are arrays: the first value belongs to ``first``, each next one to the day, week or month after it.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from sessioncrawler.opendata.records.base import Count, DatedFile, Key, Record, ServerId, Time, Version

Date = Annotated[
    str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra_json_schema={"format": "date"}, examples=["2026-01-22"])
]
"""A day in UTC."""
First = Annotated[Date | None, Meta(description="Day with which the first stretch begins; null where there is none")]
Amount = Annotated[float, Meta(ge=0)]
Counts = Annotated[list[Count | None], Meta(description="Null where nothing is known")]


class CommunityStretches(Record, frozen=True):
    """One Community over stretches of one length: days, weeks from Monday on, or months."""

    first: First
    users: Annotated[list[Amount | None], Meta(description="Weekly active users, the mean of days that are known")]
    events: Annotated[
        list[Amount | None], Meta(description="Posts, edits, deletions and reactions: at most that many; null: unknown")
    ]
    known_days: Annotated[list[Amount], Meta(description="Days of the stretch for which events are known")]


class CommunityHistoryFile(Record, frozen=True):
    """What one Community told, over time."""

    version: Version
    identifier: Annotated[str, Meta(description="TOKEN+server_id, the present or last one")]
    token: Annotated[str, Meta(description="Name of the room in its join link")]
    public_key: Key
    first_listed: Annotated[Time | None, Meta(description="When this directory listed it first")]
    gone_at: Annotated[Time | None, Meta(description="Since when it is no longer listed; null where it is")]
    days: Annotated[CommunityStretches, Meta(description="The last 90 days or a few more, today left out")]
    weeks: Annotated[CommunityStretches, Meta(description="Weeks before those days, for two years")]
    months: Annotated[CommunityStretches, Meta(description="Months before those weeks")]


class ServerStretches(Record, frozen=True):
    """One server over stretches of one length: days, weeks from Monday on, or months."""

    first: First
    asked: Annotated[Counts, Meta(description="Crawls in which it was asked; null where it was not")]
    reached: Annotated[Counts, Meta(description="Those in which it answered")]


class IncidentRecord(Record, frozen=True):
    """A time at which a server was not reached."""

    began: Annotated[Time, Meta(description="The first crawl that did not reach it")]
    ended: Annotated[
        Time | None, Meta(description="The crawl that reached it again, or found another server; else null")
    ]
    outcome: Annotated[str, Meta(description="How the first crawl ended, as in polls.json", pattern="^[a-z-]*$")]
    replaced: Annotated[bool, Meta(description="Whether it ended since another key was shown where the server was")]


class ServerHistoryFile(Record, frozen=True):
    """How one server was reached, over time."""

    version: Version
    server_id: ServerId
    public_key: Key
    incidents: Annotated[list[IncidentRecord], Meta(description="The latest hundred, oldest first")]
    days: Annotated[ServerStretches, Meta(description="The last 90 days or a few more, today left out")]
    weeks: Annotated[ServerStretches, Meta(description="Weeks before those days, for two years")]
    months: Annotated[ServerStretches, Meta(description="Months before those weeks")]


class LanguageStretch(Record, frozen=True):
    """The Communities of one language, day by day."""

    code: Annotated[str, Meta(description="BCP 47; empty for those without a language")]
    communities: Annotated[Counts, Meta(description="Communities that were listed")]


class StatsFile(DatedFile, frozen=True):
    """The whole network, day by day, as it was at the last crawl of each day."""

    first: Annotated[Date | None, Meta(description="The first day; null where there is none")]
    communities: Annotated[Counts, Meta(description="Communities that were listed")]
    servers: Annotated[Counts, Meta(description="Servers that were listed")]
    reachable: Annotated[Counts, Meta(description="Servers that answered")]
    weekly_active_users: Annotated[Counts, Meta(description="Sum over all Communities that tell")]
    events: Annotated[
        Counts, Meta(description="Posts, edits, deletions and reactions: at most that many; today's so far")
    ]
    languages: Annotated[list[LanguageStretch], Meta(description="Listed Communities by language, sorted by code")]
