"""Whether a crawl published the site, why not, and what it came to: all read from Scrapy's stats.

The stats are also how the monitors (pipeline 890) tell the others what they found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sessioncrawler.editorial.monitors import Figures, Verdict

FAILED = "monitors/failed"
"""Stat: how many monitors withhold the publication."""
FORCED = "monitors/forced"
"""Stat: how many monitors were overridden by ``FORCE_PUBLISH``."""
MONITORS_FAILED = "monitors_failed"
"""Finish reason of a crawl whose publication was withheld."""
MONITORS = ("servers", "communities", "sources", "failures")
_OK = "ok"
_FIGURES = "figures/"
_POLLS = f"{_FIGURES}polls/"

Stats = Mapping[str, object]

_WHY = {
    "no_candidates": "there is no server to ask: no join link is known and directory.toml names no server",
    "no_polls": "the state holds no poll of a server: run the spider sogs first",
    "no_communities": "no server told about any Community (is this machine connected to the network?)",
    "state_failed": "the state database could not be used: see the log",
    "shutdown": "the crawl was stopped",
    "cancelled": "the crawl was stopped",
    "closespider_timeout": "the crawl took longer than CLOSESPIDER_TIMEOUT allows",
    "memusage_exceeded": "the crawl took more memory than MEMUSAGE_LIMIT_MB allows",
}


def publishes_site(feeds: Mapping[str, Any]) -> bool:
    """Whether ``FEEDS`` holds any file of the site."""
    return any(options.get("site") for options in feeds.values())


def publication_trouble(stats: Stats) -> str:
    """Why the site was not published, without a full stop; empty where it was."""
    reason = str(stats.get("finish_reason", "failed"))
    if reason == MONITORS_FAILED:
        failed = [verdict for verdict in verdicts_of(stats) if not verdict.ok]
        told = "; ".join(f"{verdict.name}: {verdict.sentence.rstrip('.')}" for verdict in failed)
        return f"monitors failed ({told})"
    if reason != "finished":
        return _WHY.get(reason, f"the crawl ended with '{reason}': see the log")
    if any(number(stats, key) for key in stats if key.startswith("feedexport/failed_count/")):
        return "a file of the site could not be written: see the log"
    if number(stats, "spider_exceptions/count"):
        return "the crawl met an error of its own: see the log, and please report it"
    if any(number(stats, key) for key in stats if key.startswith("feedexport/success_count/")):
        return ""
    return _without_files(stats)


def _without_files(stats: Stats) -> str:
    if number(stats, f"{_FIGURES}communities"):
        return "Scrapy could not use the storage that SITE_URI names (is its library installed?): see the log"
    return "no file of the site was written: every Community was left out by the rules of directory.toml"


def stats_of(figures: Figures, verdicts: tuple[Verdict, ...]) -> dict[str, int | str]:
    """``figures`` and ``verdicts`` as stats, to be read by :func:`figures_of` and :func:`verdicts_of`."""
    return {
        f"{_FIGURES}communities": figures.communities,
        f"{_FIGURES}servers": figures.servers,
        f"{_FIGURES}sources": figures.sources,
        **{f"{_POLLS}{outcome}": addresses for outcome, addresses in figures.polls.items()},
        **{f"monitors/{verdict.name}": verdict.sentence or _OK for verdict in verdicts},
    }


def figures_of(stats: Stats) -> Figures | None:
    """The figures of a crawl; None where it did not come so far."""
    if f"{_FIGURES}communities" not in stats:
        return None
    return Figures(
        communities=number(stats, f"{_FIGURES}communities"),
        servers=number(stats, f"{_FIGURES}servers"),
        sources=number(stats, f"{_FIGURES}sources"),
        polls={key.removeprefix(_POLLS): number(stats, key) for key in sorted(stats) if key.startswith(_POLLS)},
    )


def verdicts_of(stats: Stats) -> tuple[Verdict, ...]:
    """What the monitors said; those that were not asked are left out."""
    said = ((name, stats.get(f"monitors/{name}")) for name in MONITORS)
    return tuple(Verdict(name, "" if word == _OK else str(word)) for name, word in said if word)


def number(stats: Stats, key: str) -> int:
    """A whole number among the stats; 0 where there is none."""
    value = stats.get(key, 0)
    return value if isinstance(value, int) else 0
