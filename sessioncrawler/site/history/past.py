"""What pages tell of the past of Communities that are listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from sessioncrawler.editorial.activity import Pulse, pulse
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.former import Former
from sessioncrawler.knowledge.known import Knowledge

Key = tuple[str, str]
"""Public key and lower-case token."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of them, by public key and lower-case token."""

    pulses: Mapping[Key, Pulse] = field(default_factory=dict)
    """How much happens in those of which that is known."""
    first_listed: Mapping[Key, int] = field(default_factory=dict)
    """In Unix seconds."""
    former: Mapping[Key, tuple[Former, ...]] = field(default_factory=dict)
    """What those were called whose servers moved, the latest first."""

    @classmethod
    def of(cls, known: Knowledge, communities: Iterable[CommunityItem]) -> Self:
        """Gather it from all that is known."""
        judged = ((key, pulse(weeks)) for key, weeks in known.weeks.items())
        called = (((one.server.public_key, one.room.token.lower()), known.former(one)) for one in communities)
        return cls(
            {key: one for key, one in judged if one},
            {one.facts.key: one.first_listed for one in known.listed},
            {key: former for key, former in called if former},
        )
