"""The figures of a run for Prometheus, as node_exporter's textfile collector reads them.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text-based format, version 0.0.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sessioncrawler.editorial.monitors import Figures, Verdict, passes_at
from sessioncrawler.model import Outcome
from sessioncrawler.publish.outcome import MONITORS
from sessioncrawler.state import Run

PREFIX = "sessioncrawler_"


def metrics(
    now: int,
    verdicts: tuple[Verdict, ...],
    figures: Figures | None,
    last: Run | None,
    *,
    published: bool,
    seconds: float | None,
) -> str:
    """All metrics of the run that ended at ``now`` (Unix seconds) after ``seconds``; what is unknown has no sample."""
    waits = None if published else passes_at(one for one in verdicts if one.name in MONITORS)
    return "".join(
        (
            *_gauge("run_timestamp_seconds", "When the last run ended.", {"": now}),
            *_gauge("run_success", "Whether the last run published the site.", {"": int(published)}),
            *_gauge("run_duration_seconds", "How long the last run took.", {} if seconds is None else {"": seconds}),
            *_gauge("published_timestamp_seconds", "When the site was published.", {"": last.at} if last else {}),
            *_gauge(
                "publishes_by_itself_timestamp_seconds",
                "When the site will be published again if the others go on answering.",
                {} if waits is None else {"": waits},
            ),
            *(_figures(figures) if figures else ()),
            *_gauge(
                "monitor_ok",
                "Whether a monitor found nothing.",
                {_label("monitor", verdict.name): int(verdict.ok) for verdict in verdicts},
            ),
        )
    )


def _figures(figures: Figures) -> Iterator[str]:
    yield from _gauge("communities", "Communities that the last run found fit to be listed.", {"": figures.communities})
    yield from _gauge("servers", "Servers with such Communities.", {"": figures.servers})
    yield from _gauge("sources", "Sources of join links that were heard of within a day.", {"": figures.sources})
    size = {"": figures.state_bytes} if figures.state_bytes else {}
    yield from _gauge("state_bytes", "Bytes that the state takes.", size)
    polls = {**dict.fromkeys(map(str, Outcome), 0), **figures.polls}
    samples = {_label("outcome", outcome): addresses for outcome, addresses in sorted(polls.items())}
    yield from _gauge("polls", "Addresses by how polling them ended.", samples)


def _gauge(name: str, text: str, samples: Mapping[str, float]) -> Iterator[str]:
    """A metric with one sample for each set of labels; nothing where there is none."""
    if samples:
        yield f"# HELP {PREFIX}{name} {text}\n# TYPE {PREFIX}{name} gauge\n"
    for labels, value in samples.items():
        yield f"{PREFIX}{name}{labels} {value}\n"


def _label(name: str, value: str) -> str:
    escaped = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{{{name}="{escaped}"}}'
