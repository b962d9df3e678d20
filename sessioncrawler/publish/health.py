"""``health.json``: how the last run went, for those who watch the site from outside (docs/watching.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sessioncrawler.editorial.monitors import GROWTH, Figures, Verdict
from sessioncrawler.opendata.encoding import compact, schema
from sessioncrawler.opendata.records import VERSION, Count, Record, Time, Version
from sessioncrawler.publish.outcome import MONITORS
from sessioncrawler.state import Run
from sessioncrawler.text.dates import iso
from sessioncrawler.text.names import well_formed
from sessioncrawler.text.secrets import redacted

HEALTH, SCHEMA = "health.json", "health.schema.json"
DECISIVE = ("publication", "age")
"""Verdicts that make the status: the others may have been overridden, or only tell."""

NAMES = [*MONITORS, GROWTH, *DECISIVE]


class MonitorRecord(Record, frozen=True):
    """One monitor."""

    name: Annotated[str, Meta(description="What it looks at", extra_json_schema={"enum": NAMES})]
    ok: Annotated[bool, Meta(description="Whether it found nothing")]
    sentence: Annotated[str, Meta(description="What is wrong and what to do; empty where all is well")]


class FiguresRecord(Record, frozen=True):
    """What a run came to."""

    communities: Annotated[Count, Meta(description="Communities that are listed")]
    servers: Annotated[Count, Meta(description="Servers with at least one of them")]
    sources: Annotated[Count, Meta(description="Sources of join links that were heard of within a day before the run")]
    polls: Annotated[dict[str, Count], Meta(description="Addresses by how polling them ended")]


class RunRecord(Record, frozen=True):
    """A run that was published."""

    at: Annotated[Time, Meta(description="When it ended")]
    figures: FiguresRecord


class HealthFile(Record, frozen=True):
    """How the last run went."""

    version: Version
    generated_at: Annotated[Time, Meta(description="When the run ended, ISO 8601 in UTC")]
    status: Annotated[
        Literal["ok", "failing"], Meta(description="failing: the run published nothing, or the site is too old")
    ]
    published_at: Annotated[Time | None, Meta(description="When the site was published; null for never")]
    age: Annotated[Count | None, Meta(description="Seconds from published_at to generated_at")]
    forced: Annotated[bool, Meta(description="Whether the site was published although monitors failed (FORCE_PUBLISH)")]
    monitors: Annotated[list[MonitorRecord], Meta(description="In the order in which they are asked")]
    figures: Annotated[FiguresRecord | None, Meta(description="What the run came to; null where it did not get so far")]
    last_good: Annotated[RunRecord | None, Meta(description="The last run that was published; null where none was")]


def health_json(
    now: int, verdicts: tuple[Verdict, ...], figures: Figures | None, last: Run | None, *, forced: bool = False
) -> bytes:
    """The file at ``now`` (Unix seconds), after a run with ``figures``; ``last`` is the last that was published."""
    failing = any(not verdict.ok for verdict in verdicts if verdict.name in DECISIVE)
    return compact(
        HealthFile(
            version=VERSION,
            generated_at=iso(now),
            status="failing" if failing else "ok",
            published_at=iso(last.at) if last else None,
            age=max(0, now - last.at) if last else None,
            forced=forced,
            monitors=[MonitorRecord(verdict.name, verdict.ok, _shown(verdict.sentence)) for verdict in verdicts],
            figures=_figures(figures) if figures else None,
            last_good=RunRecord(iso(last.at), _figures(last.figures)) if last else None,
        )
    )


def health_schema() -> bytes:
    """The JSON Schema of the file."""
    return schema(HealthFile, SCHEMA)


def _shown(sentence: str) -> str:
    return well_formed(redacted(sentence))


def _figures(figures: Figures) -> FiguresRecord:
    return FiguresRecord(figures.communities, figures.servers, figures.sources, dict(sorted(figures.polls.items())))
