"""Seeded rooms: ordinary ones, hostile ones, and ones with broken fields."""

from __future__ import annotations

from random import Random
from typing import Any

from sessioncrawler.model import WEEK
from simnet.specs import RoomSpec
from simnet.texts import HOSTILE, PLAIN, TAGS

EPOCH = 1_650_000_000
"""Unix seconds of the oldest room: spring 2022, when the present protocol appeared."""
SPAN = 130_000_000
"""Seconds over which rooms were created: a little over four years."""
RESERVED_TAG_EVERY = 7
"""Every so many rooms one claims a tag that is not its operator's to give."""
RIGHTS = (((True, True, True),) * 6) + ((True, False, False), (True, True, False), (False, True, True))
"""Seeded choices of (read, write, upload): most rooms allow everything."""
BARE: dict[str, Any] = {"description": None, "tags": (), "language_tag": False, "image_id": None}
"""Changes that leave a room without description and picture."""


def hex_digits(rng: Random, count: int) -> str:
    """``count`` random lower-case hex digits."""
    return f"{rng.getrandbits(4 * count):0{count}x}"


def session_id(rng: Random) -> str:
    """A Session ID: ``05`` (plain) or ``15`` (blinded) and 64 hex digits."""
    return rng.choice(("05", "15")) + hex_digits(rng, 64)


def _staff(rng: Random) -> dict[str, tuple[str, ...]]:
    admins = tuple(session_id(rng) for _ in range(rng.choice((0, 1, 1, 2, 3))))
    moderators = tuple(session_id(rng) for _ in range(rng.choice((0, 0, 1, 2, 4))))
    return {"admins": admins, "moderators": moderators + admins[:1]}


def _users(rng: Random) -> int:
    return int(rng.paretovariate(0.7)) % 5000 if rng.random() < 0.85 else 0  # noqa: PLR2004 (seven rooms in eight have users)


def _tag_block(rng: Random, number: int, language: str) -> tuple[str, tuple[str, ...], bool]:
    """The block of tags at the end of a description: its text, the tags that count, whether it names the language."""
    tags = tuple(rng.sample(TAGS, rng.choice((0, 0, 1, 2, 3))))
    words = [f"#{tag}" for tag in tags]
    if words and number % RESERVED_TAG_EVERY == 0:
        words.append("#official")  # an operator cannot make the server official
    named = rng.random() < 0.15  # noqa: PLR2004 (a few operators name their language)
    if named:
        words.append(f"#lang:{language}")
    if not words:
        return "", (), False
    block = " Tags: " + ", ".join(words) if rng.random() < 0.3 else " " + " ".join(words)  # noqa: PLR2004 (the rarer form)
    return block, tags, named


def ordinary(rng: Random, number: int, prefix: str, **changes: Any) -> RoomSpec:
    """One ordinary room; ``number`` makes its token unique on its server."""
    language = rng.choice(tuple(PLAIN))
    name, text = rng.choice(PLAIN[language])
    block, tags, named = _tag_block(rng, number, language)
    described = rng.random() < 0.85  # noqa: PLR2004 (some rooms have no description)
    read, write, upload = rng.choice(RIGHTS)
    values: dict[str, Any] = {
        "token": f"{prefix}{number}" if number % 3 else f"{prefix.title()}_{number}",
        "name": f"{name} {number}",
        "description": text + block if described else None,
        "active_users": _users(rng),
        "active_users_cutoff": rng.choice((WEEK,) * 9 + (2 * WEEK, WEEK // 7)),
        "created": EPOCH + round(rng.random() * SPAN, 6),
        "image_id": rng.randrange(1, 5000) if rng.random() < 0.3 else None,  # noqa: PLR2004 (some rooms have a picture)
        "info_updates": rng.randrange(60),
        "message_sequence": rng.randrange(40_000),
        "read": read,
        "write": write,
        "upload": upload,
        "language": language,
        "language_tag": described and named,
        "tags": tags if described else (),
        **_staff(rng),
    }
    return RoomSpec(**{**values, **changes})


def readable(rng: Random, number: int, prefix: str, **changes: Any) -> RoomSpec:
    """An ordinary room whose preview page can be read."""
    return ordinary(rng, number, prefix, **{"read": True, **changes})


def ordinary_rooms(rng: Random, count: int, prefix: str) -> tuple[RoomSpec, ...]:
    """``count`` rooms, the first of them readable; in larger sets one is off record and one withdrawn by a tag."""
    rooms = [readable(rng, 1, prefix, write=True)]
    rooms += [ordinary(rng, number, prefix) for number in range(2, count + 1)]
    if count > 5:  # noqa: PLR2004 (small servers stay plain)
        rooms[3] = ordinary(rng, 4, prefix, read=False, write=False, upload=False)
        tag = rng.choice(("test", "unlisted"))
        rooms[4] = readable(rng, 5, prefix, description=f"Only a trial. #{tag}", tags=(tag,), language_tag=False)
    return tuple(rooms)


def hostile_rooms(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    """One readable room for each hostile text."""
    common = {**BARE, "hostile": True, "language": None, "write": True}
    return tuple(
        readable(rng, number, prefix, **{**common, "name": name, "description": text})
        for number, (name, text) in enumerate(HOSTILE, start=1)
    )


def broken_rooms(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    """Good rooms with broken ones between them; what cannot be listed is marked as lost."""
    wrong: tuple[tuple[dict[str, Any], bool], ...] = (
        ({"active_users": "many"}, False),
        ({"active_users": -5}, False),
        ({"created": None, "image_id": "x"}, False),
        ({"admins": "nobody", "moderators": [1, None, {}]}, False),
        ({"active_users": True, "info_updates": []}, False),
        ({"description": ["a", "list"]}, False),
        ({"token": None}, True),
        ({"token": "../../etc/passwd"}, True),
        ({"token": "x" * 65}, True),
        ({"token": 17}, True),
        ({"token": ""}, True),
    )
    rooms = [readable(rng, 1, prefix)]
    for number, (fields, lost) in enumerate(wrong, start=2):
        rooms.append(readable(rng, number, prefix, broken=fields, lost=lost, **BARE))
    rooms.append(readable(rng, len(rooms) + 1, prefix))
    return tuple(rooms)


def bulk_rooms(rng: Random, count: int) -> tuple[RoomSpec, ...]:
    """Very many small rooms."""
    start = EPOCH + rng.randrange(1000)
    return tuple(RoomSpec(token=f"b{n}", name=f"b{n}", created=float(start + n)) for n in range(count))
