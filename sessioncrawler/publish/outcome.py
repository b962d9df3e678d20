"""Whether a crawl published the site, why not, and what it came to."""

from __future__ import annotations

from abc import ABC
from collections import Counter
from collections.abc import Mapping

from scrapy.crawler import Crawler

from sessioncrawler.editorial.monitors import Figures, Verdict

MONITORS = ("servers", "communities", "sources", "failures")
"""Names of the monitors, in their order."""
MONITORS_FAILED = "monitors_failed"
"""Finish reason of a crawl whose publication the monitors withhold."""

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


class Report(ABC):
    """What a run came to, as the pipeline 890 counts and judges it; exporters and extensions find it by this class."""

    figures: Figures | None = None
    """None where the run did not come so far."""
    verdicts: tuple[Verdict, ...] = ()
    """What the monitors say."""
    forced: bool = False
    """Whether the operator overrides monitors that object (``FORCE_PUBLISH``)."""
    left_out: Counter[str]
    """How many Communities are not listed, by reason."""

    @property
    def withheld(self) -> tuple[Verdict, ...]:
        """The monitors that object, and are not overridden."""
        return () if self.forced else tuple(verdict for verdict in self.verdicts if not verdict.ok)


def report_of(crawler: Crawler) -> Report | None:
    """The report of a crawl; None where no pipeline makes one, or the crawl could not begin."""
    try:
        return crawler.get_item_pipeline(Report)
    except RuntimeError:
        return None


def publishes_site(feeds: Mapping[str, Mapping[str, object]]) -> bool:
    """Whether ``FEEDS`` holds the site."""
    return any(options.get("format") == "site" for options in feeds.values())


def publication_trouble(stats: Stats, report: Report | None) -> str:
    """Why the site was not published, without a full stop; empty where it was."""
    return _unfinished(stats, report) or _unstored(stats, report)


def _unfinished(stats: Stats, report: Report | None) -> str:
    reason = str(stats.get("finish_reason", "failed"))
    if reason == MONITORS_FAILED and report:
        told = "; ".join(f"{verdict.name}: {verdict.sentence.rstrip('.')}" for verdict in report.withheld)
        return f"monitors failed ({told})"
    if reason != "finished":
        return _WHY.get(reason, f"the crawl ended with '{reason}': see the log")
    if number(stats, "spider_exceptions/count"):
        return "the crawl met an error of its own: see the log, and please report it"
    return ""


def _unstored(stats: Stats, report: Report | None) -> str:
    if report and report.figures and not report.figures.communities:
        return "every Community was left out by the rules of directory.toml"
    if _counted(stats, "feedexport/failed_count/"):
        return "the site could not be rendered or stored: see the log"
    if _counted(stats, "feedexport/success_count/"):
        return ""
    return "Scrapy could not use the storage that SITE_URI names (is its library installed?): see the log"


def _counted(stats: Stats, prefix: str) -> bool:
    return any(number(stats, key) for key in stats if key.startswith(prefix))


def number(stats: Stats, key: str) -> int:
    """A whole number among the stats; 0 where there is none."""
    value = stats.get(key, 0)
    return value if isinstance(value, int) else 0
