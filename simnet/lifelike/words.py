"""What rooms are called and say of themselves, in many languages: our own words, in ``words/LANGUAGE.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "words"


class Sort(StrEnum):
    """The tables of such a file: what a room is for."""

    WELCOME = "welcome"
    """Where a language's newcomers are met: on the official server."""
    ANNOUNCEMENTS = "announcements"
    """Only its staff writes there."""
    ADULT = "adult"
    ROOMS = "rooms"


@dataclass(frozen=True, slots=True)
class Written:
    """One room as it is written down."""

    language: str
    sort: Sort
    token: str
    name: str
    description: str
    tags: tuple[str, ...]
    emblem: str
    """One of ``shapes.SHAPES``."""


@cache
def written() -> tuple[Written, ...]:
    """Every room that is written down, in a fixed order."""
    return tuple(
        Written(path.stem, Sort(sort), token, name, description, tuple(tags.split()), emblem)
        for path in sorted(FOLDER.glob("*.toml"))
        for sort, rooms in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for token, (name, description, tags, emblem) in rooms.items()
    )
