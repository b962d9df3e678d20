"""How many come to a room, how much they write, how old it is, who keeps order: drawn so that it looks like life."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from sessioncrawler.model import WEEK
from simnet.lifelike.words import Sort, Written
from simnet.rooms import hex_digits
from simnet.specs import RoomSpec

DAY = 86_400
MOST_VISITORS = 4_000
"""Of a room of the official server; elsewhere at most a quarter of them come."""
YOUNG_DAYS = 26
"""Days up to which a directory calls a room new."""
OLDEST_DAYS = 1_500
COUNTED_DAYS = 700
"""Days of events that the sequence of an old room stands for."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a room has from its server."""

    official: bool
    admin: str
    """Session ID of who runs it."""
    crowd: float
    """How much more people come here than elsewhere."""
    counts_visitors: bool
    """Its program tells how many visitors there are."""
    now: int
    """Unix seconds."""


def room_of(rng: Random, text: Written, host: Host, *, first: bool) -> RoomSpec:
    """The room of ``text`` on a server; the ``first`` of each is old, public and described."""
    visitors = _visitors(rng, text, host)
    events = 0.0 if visitors == 0 else visitors * rng.uniform(0.05, 0.8)
    old = first or host.official
    days = rng.uniform(1, YOUNG_DAYS) if not old and rng.random() < 0.07 else rng.uniform(90, OLDEST_DAYS)  # noqa: PLR2004 (one in fourteen is new)
    described = old or rng.random() < 0.96  # noqa: PLR2004 (a few say nothing)
    adult, announces = text.sort is Sort.ADULT, text.sort is Sort.ANNOUNCEMENTS
    tagged = described and (adult or rng.random() < 0.75)  # noqa: PLR2004 (a quarter has no tags)
    spoken = described and rng.random() < 0.35  # noqa: PLR2004 (a third names its language)
    words = [f"#{tag}" for tag in text.tags if tagged] + [f"#lang:{text.language}"] * spoken
    tags: tuple[str, ...] = tuple(sorted(set(text.tags))) if tagged else ()
    values: dict[str, Any] = {
        "token": text.token,
        "name": text.name,
        "description": " ".join([text.description, *words]) if described else None,
        "active_users": visitors if host.counts_visitors else 0,
        "active_users_cutoff": WEEK,
        "created": round(host.now - days * DAY, 6),
        "image_id": rng.randrange(1, 5_000) if rng.random() < (0.95 if host.official else 0.8) else None,
        "info_updates": rng.randrange(1, 60),
        "message_sequence": round(events * min(days, COUNTED_DAYS)) + rng.randrange(20, 200),
        "admins": (host.admin, *(_id(rng) for _ in range(rng.choice((0, 0, 1, 2))))),
        "moderators": tuple(_id(rng) for _ in range(min(6, round(visitors**0.5 / rng.uniform(2, 9))))),
        "write": not announces,
        "upload": not announces and rng.random() < 0.95,  # noqa: PLR2004 (a few take no files)
        "language": text.language,
        "language_tag": spoken,
        "tags": tags,
        "emblem": text.emblem,
        "events": events,
    }
    return RoomSpec(**values)


def _visitors(rng: Random, text: Written, host: Host) -> int:
    """Few come to most rooms, very many to a few."""
    if not host.official and rng.random() < 0.07:  # noqa: PLR2004 (one in fourteen is deserted)
        return 0
    factor = host.crowd
    factor *= 1.5 if text.language == "en" else 1.0
    factor *= 2.0 if text.sort is Sort.WELCOME or "chat" in text.tags else 1.0
    most = MOST_VISITORS if host.official else round(MOST_VISITORS * rng.uniform(0.1, 0.25))
    return min(most, max(1, round(rng.lognormvariate(2.8, 1.25) * factor)))


def _id(rng: Random) -> str:
    return "15" + hex_digits(rng, 64)
