"""Pipeline 890: whether what the crawl found is fit to be published (docs/watching.md)."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector

from sessioncrawler.editorial.monitors import USUAL_RUNS, Figures, Limits, judge, usual
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.publish.outcome import FAILED, FORCED, MONITORS_FAILED, publishes_site, stats_of
from sessioncrawler.state import State

logger = logging.getLogger(__name__)

HEARD_WITHIN = 86_400
"""Seconds within which a source must have shown a join link to be counted."""


class MonitorsPipeline(StatefulPipeline):
    """Compares a whole crawl with the last good runs when the spider is idle.

    That is after the last item and before the history (900) is written and the feeds are rendered. A crawl that the
    monitors object to ends as ``monitors_failed``, so that no storage stores it and the history does not tell of
    Communities that are not gone. NotConfigured in crawls that do not publish the site.

    Stats: ``figures/…``; ``monitors/NAME``, ``ok`` or a sentence; ``monitors/failed`` or, where ``FORCE_PUBLISH`` is
    set, ``monitors/forced``.
    """

    lost = "This crawl could not be compared with the last good run."
    limits = Limits()
    forced = False

    def __init__(self, url: str, now: int, stats: StatsCollector) -> None:
        super().__init__(url, now, stats)
        self._communities = 0
        self._servers: set[str] = set()
        self._polls: Counter[str] = Counter()
        self._judged = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read ``MONITOR_…`` and ``FORCE_PUBLISH``; raises ValueError for what is no share."""
        settings = crawler.settings
        if not publishes_site(settings.getdict("FEEDS")):
            raise NotConfigured
        pipeline = super().from_crawler(crawler)
        pipeline.limits = limits_of(settings)
        pipeline.forced = settings.getbool("FORCE_PUBLISH")
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Count what is listed, and how polls ended."""
        if isinstance(item, CommunityItem):
            self._communities += 1
            self._servers.add(item.server.public_key)
        elif isinstance(item, PollItem):
            self._polls[item.poll.outcome.value] += 1
        return item

    def ready(self) -> bool:
        """Whether the crawl is complete: polls are emitted after all Communities."""
        return bool(self._polls) and not self._judged

    def write(self, state: State, now: int) -> None:
        """Judge."""
        self._judged = True
        sources = sum(now - source.last_seen < HEARD_WITHIN for source in state.sources())
        figures = Figures(self._communities, len(self._servers), sources, dict(self._polls))
        last = usual([run.figures for run in state.runs(USUAL_RUNS)])
        verdicts = judge(figures, last, self.limits)
        for stat, value in stats_of(figures, verdicts).items():
            self.stats.set_value(stat, value)
        for verdict in verdicts:
            if not verdict.ok:
                self.stats.inc_value(FORCED if self.forced else FAILED)
                logger.log(logging.WARNING if self.forced else logging.ERROR, "%s", verdict.sentence)

    def when_idle(self) -> None:
        """Judge; end the crawl as failed where a monitor objects."""
        super().when_idle()
        if self.stats.get_value(FAILED):
            raise CloseSpider(MONITORS_FAILED)


def limits_of(settings: BaseSettings) -> Limits:
    """The settings ``MONITOR_…``; raises ValueError for what is no number from 0 to 1."""
    usual = Limits()
    return Limits(
        servers=_share(settings, "MONITOR_MIN_SERVERS", usual.servers),
        communities=_share(settings, "MONITOR_MIN_COMMUNITIES", usual.communities),
        sources=_share(settings, "MONITOR_MIN_SOURCES", usual.sources),
        failures=_share(settings, "MONITOR_MAX_FAILURES", usual.failures),
    )


def _share(settings: BaseSettings, name: str, default: float) -> float:
    value = settings.get(name, default)
    try:
        share = float(value)
    except (TypeError, ValueError):
        share = -1
    if not 0 <= share <= 1:
        raise ValueError(f"{name} is {value!r}; give a share from 0 (off) to 1")
    return share
