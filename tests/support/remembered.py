"""A directory with a past: a server that moved, one that is away, one that is gone, and weeks of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import WEEK, Outcome, Server, Tag
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.outputs import OUTPUTS, files
from sessioncrawler.state import (
    Availability,
    Checks,
    Facts,
    Incident,
    KnownKey,
    KnownPoll,
    Listed,
    ServerHistory,
    Span,
    Total,
    Week,
)
from tests.support.knowing import DAY, HOST, KEY, NOW, failed, http, knew, knowledge, link, reached, room

HOUR = 3_600
OLD, LATE, AWAY, LOST = http("old.example"), http("late.example"), http("away.example"), http("lost.example")
LATE_KEY, AWAY_KEY, LOST_KEY = "1a" * 32, "2b" * 32, "3c" * 32
BUSY, QUIET = ((Week(0, None, before, 7), Week(7, None, now, 7)) for before, now in ((350, 700), (4, 3)))


def visited(number: int, token: str, name: str):
    return room(token, name, active_users=number, active_users_cutoff=WEEK, message_sequence=900, created=NOW - DAY)


def gone(token: str, name: str, address=LOST, key: str = LOST_KEY, days: float = 5, **more) -> Listed:
    server = Server(address, key)
    facts = Facts(key, token, f"{token}+{server.server_id}", name, link(token, address, key).url, **more)
    return Listed(facts, NOW - 90 * DAY, NOW - int(days * DAY), NOW - int(days * DAY))


def _silent(poll, hours: int) -> KnownPoll:
    """A server that told something ``hours`` ago, and is not reached now."""
    told_at = NOW - hours * HOUR
    down = failed(Outcome.CONNECT_TIMEOUT, address=poll.address)
    return replace(knew(down, NOW, told_at, told_at + HOUR), told=poll, told_at=told_at)


def known(*more: Listed, keys: tuple[KnownKey, ...] = ()) -> Knowledge:
    here = reached(visited(9, "cats", "Cats"), visited(5, "dogs", "Dogs"), visited(90, "chess", "Chess"))
    late = reached(visited(50, "books", "Books"), address=LATE, key=LATE_KEY)
    away = reached(visited(500, "linux", "Linux"), address=AWAY, key=AWAY_KEY)
    places = [("cats", HOST, KEY), ("books", LATE, LATE_KEY), ("linux", AWAY, AWAY_KEY), ("opera", LOST, LOST_KEY)]
    published = [(OLD, KEY, 80), (HOST, KEY, 20), (LATE, LATE_KEY, 60), (AWAY, AWAY_KEY, 60), (LOST, LOST_KEY, 60)]
    since = {"cats": 80, "chess": 80, "dogs": 3}
    listed = [Listed(Facts(KEY, token, "", "", ""), NOW - days * DAY, NOW, None) for token, days in since.items()]
    return knowledge(
        here,
        _silent(late, 3),
        _silent(away, 9),
        failed(Outcome.DNS, address=LOST),
        links=[link(*place) for place in places],
        keys=(*(KnownKey(key, at, shown_at=NOW, published_at=NOW - ago * DAY) for at, key, ago in published), *keys),
        listed=(*listed, *more),
        weeks={(KEY, "cats"): BUSY, (KEY, "chess"): QUIET, (AWAY_KEY, "linux"): BUSY},
    )


def weeks(count: int = 12) -> tuple[Week, ...]:
    """The last twelve, of which the latest ``count`` are known."""
    first = NOW // DAY - 84
    told = [Week(first + 7 * n, 10.0 + 7 * n % 40, 7 * (3.4 * n if n % 5 else 0.4), 7) for n in range(12)]
    return tuple(one if n >= 12 - count else Week(one.first_day) for n, one in enumerate(told))


def lived(everything: Knowledge) -> Knowledge:
    """The same with a past of its servers and of the network."""
    kept = {KEY: Availability(NOW - 90 * DAY, NOW, (22, 24), (150, 168), (700, 720), (2_000, 2_160))}
    totals = tuple(Total(NOW // DAY - ago, 9 - ago % 3, 4, 3, 700 + ago, 90, {"en": 4}) for ago in range(60, -1, -1))
    return replace(everything, availability=kept, totals=totals)


def server_history(keys: Sequence[str]) -> dict[str, ServerHistory]:
    """Days of every kind, and incidents."""
    days = [Checks(Span.DAY, NOW // DAY - ago, 24, (24, 24, 12, 0)[ago % 4], 9.0) for ago in range(80, -1, -1)]
    down = (Incident(KEY, NOW - 3 * DAY, NOW - 2 * DAY, "dns"), Incident(KEY, NOW - HOUR, None, "http-status"))
    return {key: ServerHistory(tuple(days), down) for key in keys}


def edition(everything: Knowledge, **more) -> Edition:
    """Of all Communities, as if no rule left any out."""
    items = sorted(everything.communities(), key=lambda item: item.identifier)
    for item in items:
        item.language, item.description = "en", f"All about {item.room.name}."
        item.tags = [Tag("hobby")] if item.room.token in {"cats", "chess"} else []
    return Edition(everything, items, **more)


def item_of(one: Edition, token: str) -> CommunityItem:
    return next(item for item in one.communities if item.room.token == token)


def write(one: Edition, folder: Path) -> Path:
    """The list, and the pages of Communities, servers and the network, in ``folder``; the path of the list."""
    shown = [output for output in OUTPUTS if output.path in {"", "index.html", "de/index.html", "stats/index.html"}]
    for path, content in files(one, shown):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder / "index.html"
