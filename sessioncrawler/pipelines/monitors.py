"""Pipeline 890: whether what the crawl found is fit to be published (docs/watching.md)."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.settings import BaseSettings

from sessioncrawler.editorial.monitors import USUAL_RUNS, Figures, Limits, by_place, excused, judge, remember, usual
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Poll
from sessioncrawler.pipelines._known import Acquaintances
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.publish.outcome import MONITORS_FAILED, Report, publishes_site
from sessioncrawler.state import State, Withheld

logger = logging.getLogger(__name__)

HEARD_WITHIN = 86_400
"""Seconds within which a source must have shown a join link to be counted."""


class MonitorsPipeline(StatefulPipeline, Report):
    """Counts what a crawl comes to, and compares it with the last good runs when the spider is idle.

    That is after the last item and before the history (900) is written and the site is rendered. A crawl that the
    monitors object to ends as ``monitors_failed``, so that nothing is stored and the history does not tell of
    Communities that are not gone. Kept is only what is missing, and since when, so that it counts no more in the end
    (:mod:`sessioncrawler.editorial.monitors.absences`). NotConfigured in crawls that do not publish the site.

    Stats, for those who watch: ``figures/…``; ``monitors/NAME``, ``ok`` or a sentence.
    """

    lost = "This crawl could not be compared with the last good run."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._limits = limits_of(crawler.settings)
        self._servers: Counter[str] = Counter()
        """Public key → its listed Communities that can be reached."""
        self._listed = 0
        self._polls: list[Poll] = []
        self.left_out = Counter()
        self.forced = crawler.settings.getbool("FORCE_PUBLISH")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``MONITOR_…`` and ``FORCE_PUBLISH``; raises ValueError for what is no share or no hours."""
        if not publishes_site(crawler.settings.getdict("FEEDS")):
            raise NotConfigured
        pipeline = super().from_crawler(crawler)
        crawler.signals.connect(pipeline.dropped, signal=signals.item_dropped)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Count what is listed, and how polls ended."""
        if isinstance(item, CommunityItem):
            self._listed += 1
            # What is only kept for a while says nothing of how its server is now.
            self._servers[item.server.public_key] += item.reachable
        elif isinstance(item, PollItem):
            self._polls.append(item.poll)
        return item

    def dropped(self, exception: Exception) -> None:
        """Count what is left out; duplicates have no reason."""
        if reason := getattr(exception, "reason", None):
            self.left_out[str(reason)] += 1

    def ready(self) -> bool:
        """Whether the crawl is complete: polls are emitted after all Communities."""
        return bool(self._polls) and self.figures is None

    def write(self, state: State) -> None:
        """Judge."""
        sources = sum(self.now - source.last_seen < HEARD_WITHIN for source in state.sources())
        ends = Counter(poll.outcome.value for poll in self._polls)
        servers = sum(number > 0 for number in self._servers.values())
        self.figures = Figures(self._listed, servers, sources, dict(ends))
        last = usual([run.figures for run in state.runs(USUAL_RUNS)])
        known = Acquaintances(state, self.crawler.settings, self._servers, self._polls)
        places = by_place(known.servers(), self._limits.communities)
        absences = remember(places, state.absences(), self._limits, self.now)
        self.verdicts = judge(self.figures, last, self._limits, places, absences)
        if self.forced and not all(verdict.ok for verdict in self.verdicts):
            absences = excused(absences)
        state.record_judgement(absences, Withheld(self.now, self.withheld) if self.withheld else None)
        self._tell(self.figures)

    def when_idle(self) -> None:
        """Judge; end the crawl as failed where a monitor objects."""
        super().when_idle()
        if self.withheld:
            raise CloseSpider(MONITORS_FAILED)

    def _tell(self, figures: Figures) -> None:
        for name in ("communities", "servers", "sources"):
            self.stats.set_value(f"figures/{name}", getattr(figures, name))
        for outcome, addresses in figures.polls.items():
            self.stats.set_value(f"figures/polls/{outcome}", addresses)
        for verdict in self.verdicts:
            self.stats.set_value(f"monitors/{verdict.name}", verdict.sentence or "ok")
            if not verdict.ok:
                logger.log(logging.WARNING if self.forced else logging.ERROR, "%s", verdict.sentence)


def limits_of(settings: BaseSettings) -> Limits:
    """The settings ``MONITOR_…``."""
    usual = Limits()
    return Limits(
        servers=settings.getfloat("MONITOR_MIN_SERVERS", usual.servers),
        communities=settings.getfloat("MONITOR_MIN_COMMUNITIES", usual.communities),
        sources=settings.getfloat("MONITOR_MIN_SOURCES", usual.sources),
        failures=settings.getfloat("MONITOR_MAX_FAILURES", usual.failures),
        explained_after=settings.getfloat("MONITOR_EXPLAINED_AFTER", usual.explained_after),
    )
