"""Small parts of sentences that stories share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sessioncrawler.text.dates import day_and_minute
from sessioncrawler.text.names import name

LINE = 500
"""Characters of a stranger's text, or of a sentence about a server, that are told."""


def when(seconds: float | None) -> str:
    """A time for a sentence; ``never`` where there is none."""
    return day_and_minute(seconds) or "never"


def seen(first: int, last: int) -> str:
    """When something was seen."""
    return f"seen on {when(first)}" if first == last else f"first seen {when(first)}, last seen {when(last)}"


def quoted(text: str, length: int = LINE) -> str:
    """A stranger's text between quotation marks, bounded and on one line."""
    return f"“{name(text, length)}”"


def listed(words: Iterable[str], most: int = 50) -> str:
    """``a, b and c``; after ``most`` words only how many more there are."""
    found = list(words)
    if len(found) > most:
        return f"{', '.join(found[:most])} and {len(found) - most:,} more"
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:])))


def hashtags(tags: Sequence[str]) -> str:
    """Tags as their operator wrote them."""
    return listed(f"#{name(tag, 64)}" for tag in tags)


def a_time(seconds: float) -> str:
    """How long something lasts, in the largest unit that fits: ``3 days``, ``1 hour``, ``less than a minute``."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count:,} {unit}{'s' * (count != 1)}"
    return "less than a minute"
