"""Badges that operators show on pages of their own: pictures (SVG) and the same for shields.io (docs/data.md).

A badge holds numbers and words of ours, never what strangers wrote. Who is gone keeps it for a while, and it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Reach
from sessioncrawler.opendata.encoding import compact
from sessioncrawler.opendata.places import Places
from sessioncrawler.state import Availability
from sessioncrawler.text.numbers import grouped

GREEN, LIME, YELLOW, ORANGE, RED, BLUE, GREY = "2e7d32", "55731a", "856404", "a84300", "b3261e", "1565c0", "5f6368"
"""Colours on which white text can be read: a contrast of 4.5 at least (WCAG 2.2, 1.4.3)."""
STEPS = ((0.995, GREEN), (0.98, LIME), (0.95, YELLOW), (0.9, ORANGE))
"""Shares from which on a colour is given; :data:`RED` below."""
MANY = 100
"""Visitors a week from which on a Community's badge is green."""
_WIDTHS = {
    ".": 4.0,
    ",": 4.0,
    " ": 3.9,
    "%": 11.8,
    "i": 3.0,
    "l": 3.0,
    "t": 4.3,
    "r": 4.7,
    "s": 5.7,
    "k": 6.5,
    "w": 9.0,
}
_DIGIT_OR_LETTER = 6.9
"""Pixels that a character takes in Verdana of 11 pixels; browsers are told to keep to the sum of them."""
_PADDING = 10


class Badge(Struct, frozen=True, rename="camel"):
    """A badge, in the form of an endpoint of shields.io (https://shields.io/badges/endpoint-badge)."""

    schema_version: Literal[1]
    label: str
    message: str
    color: str
    """Six hex digits."""


def badge_files(
    places: Places, communities: Iterable[CommunityItem], availability: Mapping[str, Availability]
) -> Iterator[tuple[str, bytes]]:
    """Path below ``badge/`` and content of every badge: ``NAME`` of a server, ``c/NAME`` of a Community.

    Who moved keeps the badge under the former name: it stands on pages of others.
    """
    listed = {(one.server.public_key, one.room.token.lower()): one for one in communities}
    reach = {one.server.public_key: one.presence.reach for one in listed.values() if one.presence}
    for key, server in places.servers.items():
        gone = server.gone_at is not None
        badge = server_badge(availability.get(key), reach.get(key, Reach.NOW), gone=gone)
        for name in (server.name, *server.former):
            yield from _both(name, badge)
    for room, community in places.communities.items():
        badge = community_badge(listed.get(room))
        for name in (community.name, *community.former):
            yield from _both(f"c/{name}", badge)


def server_badge(known: Availability | None, reach: Reach, *, gone: bool = False) -> Badge:
    """How often a server was reached in 30 days."""
    if gone or reach is Reach.AWAY:
        return _absent("availability", gone=gone)
    reached, asked = known.month if known else (0, 0)
    if not asked:
        return Badge(1, "availability", "unknown", GREY)
    share = reached / asked
    color = next((color for least, color in STEPS if share >= least), RED)
    return Badge(1, "availability", _percent(reached, asked), color)


def community_badge(community: CommunityItem | None) -> Badge:
    """How many people visit a Community in a week; None for one that is gone."""
    if community is None or (community.presence and community.presence.reach is Reach.AWAY):
        return _absent("visitors", gone=community is None)
    visitors = community.room.weekly_active_users
    if visitors is None:
        return Badge(1, "visitors", "unknown", GREY)
    color = GREEN if visitors >= MANY else BLUE if visitors else GREY
    return Badge(1, "visitors", f"{grouped(visitors)} a week", color)


def _absent(label: str, *, gone: bool) -> Badge:
    return Badge(1, label, "gone", GREY) if gone else Badge(1, label, "away", ORANGE)


def _percent(reached: int, asked: int) -> str:
    """``99.8%``, rounded down: what failed once is never at 100%."""
    tenths = reached * 1000 // asked
    return f"{tenths // 10}.{tenths % 10}%" if tenths < 1000 else "100%"  # noqa: PLR2004 - all of it


def _both(name: str, badge: Badge) -> Iterator[tuple[str, bytes]]:
    yield f"{name}.svg", svg(badge)
    yield f"{name}.json", compact(badge)


@lru_cache(1024)
def svg(badge: Badge) -> bytes:
    """The badge as a picture of 20 pixels' height. Its texts are ours: no character of them needs to be escaped."""
    left, right = _width(badge.label), _width(badge.message)
    ends, middle = left + right + 2 * _PADDING, left + _PADDING
    words = f"{badge.label}: {badge.message}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{ends}" height="20" role="img" aria-label="{words}">'
        f"<title>{words}</title>"
        f'<clipPath id="r"><rect width="{ends}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{middle}" height="20" fill="#4a4a4a"/>'
        f'<rect x="{middle}" width="{ends - middle}" height="20" fill="#{badge.color}"/></g>'
        '<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{_PADDING // 2}" y="14" textLength="{left}">{badge.label}</text>'
        f'<text x="{middle + _PADDING // 2}" y="14" textLength="{right}">{badge.message}</text></g></svg>\n'
    ).encode()


def _width(text: str) -> int:
    """Pixels."""
    return round(sum(_WIDTHS.get(char, _DIGIT_OR_LETTER) for char in text))
