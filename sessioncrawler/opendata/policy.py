"""What is not listed and why, in numbers: no name, no token, no server (docs/data.md, "policy.json")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from sessioncrawler.site.i18n.reasons import reason_text

_PHRASES = {
    "unlisted": ("by its operator's tags", "by their operators' tags"),
    "test": ("test room", "test rooms"),
}
"""Words for one and for many; other reasons have one form."""


class ReasonRecord(TypedDict):
    """How many Communities are left out for one reason; ``reason`` is a word for programs, ``text`` for people."""

    reason: str
    count: int
    text: str


class PolicyRecord(TypedDict):
    """All numbers; ``unlisted`` is the sum of those of ``reasons``."""

    listed: int
    unlisted: int
    sentence: str
    reasons: list[ReasonRecord]


def policy_record(listed: int, dropped: Mapping[str, int]) -> PolicyRecord:
    """The numbers of a crawl; ``dropped`` counts Communities by reason. The most frequent reason is first."""
    ordered = sorted(dropped.items(), key=lambda entry: (-entry[1], entry[0]))
    reasons: list[ReasonRecord] = [
        {"reason": reason, "count": count, "text": _phrase(reason, count)} for reason, count in ordered if count > 0
    ]
    unlisted = sum(reason["count"] for reason in reasons)
    parts = ", ".join(f"{reason['count']:,} {reason['text']}" for reason in reasons)
    sentence = f"{unlisted:,} unlisted" + (f": {parts}" if parts else "")
    return {"listed": listed, "unlisted": unlisted, "sentence": sentence, "reasons": reasons}


def _phrase(reason: str, count: int) -> str:
    one, many = _PHRASES.get(reason, (reason_text(reason), reason_text(reason)))
    return one if count == 1 else many
