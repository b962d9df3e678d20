"""``health.json``: how the last run went, for those who watch the site from outside (docs/watching.md)."""

from __future__ import annotations

from typing import TypedDict

from sessioncrawler.editorial.monitors import Figures, Verdict
from sessioncrawler.state import Run
from sessioncrawler.text.dates import iso
from sessioncrawler.text.names import well_formed

VERSION = 1
"""Grows when a field changes its meaning or goes; a new field does not change it."""
HEALTH, SCHEMA = "health.json", "health.schema.json"
DECISIVE = ("publication", "age")
"""Verdicts that make the status: the others may have been overridden."""


class MonitorShape(TypedDict):
    """What one monitor says; ``sentence`` is empty where all is well."""

    name: str
    ok: bool
    sentence: str


class FiguresShape(TypedDict):
    """What a run came to; ``polls`` are addresses by outcome."""

    communities: int
    servers: int
    sources: int
    polls: dict[str, int]


class RunShape(TypedDict):
    """A run that was published. ``at`` is ISO 8601 in UTC."""

    at: str
    figures: FiguresShape


class HealthShape(TypedDict):
    """The whole file. Times are ISO 8601 in UTC, ``age`` is in seconds."""

    version: int
    generated_at: str
    status: str
    published_at: str | None
    age: int | None
    forced: bool
    monitors: list[MonitorShape]
    figures: FiguresShape | None
    last_good: RunShape | None


def health(
    now: int, verdicts: tuple[Verdict, ...], figures: Figures | None, last: Run | None, *, forced: bool = False
) -> HealthShape:
    """The file at ``now`` (Unix seconds), after a run with ``figures``; ``last`` is the last that was published."""
    failing = any(not verdict.ok for verdict in verdicts if verdict.name in DECISIVE)
    return {
        "version": VERSION,
        "generated_at": iso(now),
        "status": "failing" if failing else "ok",
        "published_at": iso(last.at) if last else None,
        "age": max(0, now - last.at) if last else None,
        "forced": forced,
        "monitors": [
            {"name": verdict.name, "ok": verdict.ok, "sentence": well_formed(verdict.sentence)} for verdict in verdicts
        ],
        "figures": _figures(figures) if figures else None,
        "last_good": {"at": iso(last.at), "figures": _figures(last.figures)} if last else None,
    }


def _figures(figures: Figures) -> FiguresShape:
    return {
        "communities": figures.communities,
        "servers": figures.servers,
        "sources": figures.sources,
        "polls": dict(sorted(figures.polls.items())),
    }
