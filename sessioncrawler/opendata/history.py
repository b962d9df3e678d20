"""What was, for programs: the folder ``v1/history/``, ``history.csv.gz`` and ``v1/stats.json`` (docs/data.md).

Whole days alone are in the histories: a file changes once a day, or when something happens, and not with each crawl.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import TypeVar

from sessioncrawler.opendata.encoding import compact
from sessioncrawler.opendata.places import CommunityPlace, Places, ServerFolder
from sessioncrawler.opendata.records import (
    VERSION,
    CommunityHistoryFile,
    CommunityStretches,
    IncidentRecord,
    LanguageStretch,
    ServerHistoryFile,
    ServerStretches,
    StatsFile,
)
from sessioncrawler.opendata.tables import cell
from sessioncrawler.state import Checks, Sample, ServerHistory, Span, Total
from sessioncrawler.state.memory.spans import day_of, iso_day, next_month
from sessioncrawler.text.dates import iso

FOLDER = "v1/history/"
TABLE = "history.csv.gz"
BATCH = 200
"""Communities or servers whose histories are in memory at once."""
COLUMNS = (
    "kind", "identifier", "public_key", "span", "first_day", "weekly_active_users", "events", "known_days", "asked",
    "reached",
)  # fmt: skip
"""Of the table."""
_SPANS = {Span.DAY: "day", Span.WEEK: "week", Span.MONTH: "month"}
_GZIP = 31
"""Makes zlib write the format of RFC 1952, without a time or a name in it."""
_LEVEL = 4

ReadSamples = Callable[[Sequence[tuple[str, str]]], Mapping[tuple[str, str], Sequence[Sample]]]
"""Public keys and lower-case tokens → the samples of these Communities, oldest first."""
ReadServers = Callable[[Sequence[str]], Mapping[str, ServerHistory]]
"""Public keys → the histories of these servers."""


K = TypeVar("K")
R = TypeVar("R")
P = TypeVar("P", CommunityPlace, ServerFolder)


def history_files(
    places: Places, read_samples: ReadSamples, read_servers: ReadServers, now: int
) -> Iterator[tuple[str, bytes]]:
    """Path below the root of the site and content of every file of the histories; the table comes last."""
    today = day_of(now)
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
    packed = [packer.compress((",".join(COLUMNS) + "\r\n").encode())]
    for server, past in _read(places.servers, read_servers):
        history = past or ServerHistory()
        yield f"{FOLDER}servers/{server.name}.json", compact(server_history(server, history, today))
        packed.append(packer.compress(_server_rows(server, history.checks, today)))
    for community, told in _read(places.communities, read_samples):
        samples = told or ()
        yield f"{FOLDER}communities/{community.name}.json", compact(community_history(community, samples, today))
        packed.append(packer.compress(_community_rows(community, samples, today)))
    packed.append(packer.flush())
    yield TABLE, b"".join(packed)


def _read(places: Mapping[K, P], read: Callable[[Sequence[K]], Mapping[K, R]]) -> Iterator[tuple[P, R | None]]:
    """All places with what is remembered of them, :data:`BATCH` at a time."""
    rest = iter(places.items())
    while batch := dict(islice(rest, BATCH)):
        found = read(list(batch))
        for key, place in batch.items():
            yield place, found.get(key)


def community_history(place: CommunityPlace, samples: Sequence[Sample], today: int) -> CommunityHistoryFile:
    """The file of one Community, with what was before the day ``today``."""
    return CommunityHistoryFile(
        version=VERSION,
        identifier=place.identifier,
        token=place.token,
        public_key=place.public_key,
        first_listed=iso(place.first_listed) or None,
        gone_at=iso(place.gone_at) or None,
        days=_samples(samples, Span.DAY, today),
        weeks=_samples(samples, Span.WEEK, today),
        months=_samples(samples, Span.MONTH, today),
    )


def server_history(place: ServerFolder, history: ServerHistory, today: int) -> ServerHistoryFile:
    """The file of one server, with what was before the day ``today``, and all incidents."""
    return ServerHistoryFile(
        version=VERSION,
        server_id=place.server_id,
        public_key=place.public_key,
        incidents=[
            IncidentRecord(iso(one.began), iso(one.ended) or None, one.how, one.replaced) for one in history.incidents
        ],
        days=_checks(history.checks, Span.DAY, today),
        weeks=_checks(history.checks, Span.WEEK, today),
        months=_checks(history.checks, Span.MONTH, today),
    )


def stats_json(totals: Iterable[Total], now: int) -> bytes:
    """The file ``stats.json``, from the totals of days, oldest first."""
    days = _without_gaps(tuple(totals), lambda total: total.day, Span.DAY)
    codes = sorted({code for one in days if one for code in one.languages})
    return compact(
        StatsFile(
            version=VERSION,
            generated_at=iso(now),
            first=iso_day(days[0].day) if days and days[0] else None,
            communities=[one.communities if one else None for one in days],
            servers=[one.servers if one else None for one in days],
            reachable=[one.reachable if one else None for one in days],
            weekly_active_users=[one.visitors if one else None for one in days],
            events=[one.events if one else None for one in days],
            languages=[
                LanguageStretch(code, [one.languages.get(code, 0) if one else None for one in days]) for code in codes
            ],
        )
    )


def _of_language(code: str, days: Iterable[Total | None]) -> list[int | None]:
    return [one.languages.get(code, 0) if one else None for one in days]


def _samples(samples: Iterable[Sample], span: Span, today: int) -> CommunityStretches:
    known = [one for one in samples if one.span is span and one.start < today]
    found = _without_gaps(known, _start, span)
    return CommunityStretches(
        first=_day(known[0].start) if known else None,
        users=[_number(one.users) if one else None for one in found],
        events=[_number(one.events) if one else None for one in found],
        known_days=[_number(one.days) or 0 if one else 0 for one in found],
    )


def _checks(checks: Iterable[Checks], span: Span, today: int) -> ServerStretches:
    known = [one for one in checks if one.span is span and one.start < today]
    found = _without_gaps(known, _start, span)
    return ServerStretches(
        first=_day(known[0].start) if known else None,
        asked=[one.asked if one else None for one in found],
        reached=[one.reached if one else None for one in found],
    )


def _start(one: Sample | Checks) -> int:
    return one.start


def _without_gaps(found: Sequence[K], start: Callable[[K], int], span: Span) -> list[K | None]:
    """``found``, oldest first, with None for each stretch in between of which nothing is known."""
    slots: list[K | None] = []
    due = start(found[0]) if found else 0
    for one in found:
        begins = start(one)
        while due < begins:
            slots.append(None)
            due = _next(due, span)
        slots.append(one)
        due = _next(begins, span)
    return slots


def _next(start: int, span: Span) -> int:
    if span is Span.MONTH:
        return next_month(start)
    return start + (7 if span is Span.WEEK else 1)


@lru_cache(100_000)
def _number(value: float | None) -> float | None:
    """A mean or a share with one digit at most, and none where that is 0."""
    if value is None or value.is_integer():
        return None if value is None else int(value)
    return round(value, 1)


_day = cache(iso_day)


def _community_rows(place: CommunityPlace, samples: Iterable[Sample], today: int) -> bytes:
    begin = f"community,{cell(place.identifier)},{place.public_key},"
    return "".join(
        f"{begin}{_SPANS[one.span]},{_day(one.start)},{_told(one.users)},{_told(one.events)},{_told(one.days)},,\r\n"
        for one in samples
        if one.start < today
    ).encode()


def _server_rows(place: ServerFolder, checks: Iterable[Checks], today: int) -> bytes:
    begin = f"server,{place.server_id},{place.public_key},"
    return "".join(
        f"{begin}{_SPANS[one.span]},{_day(one.start)},,,,{one.asked},{one.reached}\r\n"
        for one in checks
        if one.span in _SPANS and one.start < today
    ).encode()


@lru_cache(100_000)
def _told(value: float | None) -> str:
    return "" if value is None else str(_number(value))
