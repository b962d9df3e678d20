"""What a run came to, for those who watch: the state, ``health.json``, a file for Prometheus (docs/watching.md)."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.monitors import Figures, Verdict, judge_age, judge_growth
from sessioncrawler.extensions._files import store
from sessioncrawler.publish.health import HEALTH, SCHEMA, health_json, health_schema
from sessioncrawler.publish.metrics import metrics
from sessioncrawler.publish.outcome import publication_trouble, publishes_site, report_of
from sessioncrawler.state import Run, State, StateError

logger = logging.getLogger(__name__)


class Watch:
    """Records a run that was published, and tells how any run went that was to publish the site.

    It acts when the engine has stopped: then all feeds are stored or refused. What it cannot write is a sentence in the
    log and the stat ``watch/errors``; the site is what counts. NotConfigured in crawls that do not publish the site.
    """

    def __init__(self, crawler: Crawler, *, site_uri: str, state_url: str, max_age: float, metrics_uri: str) -> None:
        self._crawler = crawler
        self._site = site_uri.rstrip("/")
        self._state_url = state_url
        self._max_age = max_age
        """Hours."""
        self._metrics = metrics_uri

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the settings and wait for the end."""
        settings = crawler.settings
        if not publishes_site(settings.getdict("FEEDS")):
            raise NotConfigured
        extension = cls(
            crawler,
            site_uri=settings["SITE_URI"],
            state_url=settings["STATE_URL"],
            max_age=settings.getfloat("MONITOR_MAX_AGE"),
            metrics_uri=settings.get("PROMETHEUS_FILE") or "",
        )
        crawler.signals.connect(extension.end, signal=signals.engine_stopped)
        return extension

    async def end(self) -> None:
        """Record the run and tell about it."""
        stats, now = self._crawler.stats.get_stats(), crawl_time(self._crawler.settings)
        run = report_of(self._crawler)
        trouble, figures = publication_trouble(stats, run), run.figures if run else None
        figures, last, growth = self._remember(now, figures, published=not trouble)
        said = f"Nothing was published: {trouble}." if trouble else ""
        verdicts = (
            *(run.verdicts if run else ()),
            *([growth] if growth else ()),
            Verdict("publication", said),
            judge_age(now, last.at if last else None, self._max_age),
        )
        forced = bool(run and run.forced and not all(verdict.ok for verdict in run.verdicts)) and not trouble
        told = health_json(now, verdicts, figures, last, forced=forced)
        await self._write(f"{self._site}/{HEALTH}", told)
        await self._write(f"{self._site}/{SCHEMA}", health_schema())
        if self._metrics:
            seconds = stats.get("elapsed_time_seconds")
            text = metrics(now, verdicts, figures, last, published=not trouble, seconds=seconds)
            await self._write(self._metrics, text.encode())

    def _remember(
        self, now: int, figures: Figures | None, *, published: bool
    ) -> tuple[Figures | None, Run | None, Verdict | None]:
        """Record a good run. Its figures with the size of the state, the last good run, which may be it, and growth."""
        try:
            with State.open(self._state_url) as state:
                past, size = state.runs(), state.size()
                newcomers = state.newcomers(past[0].at) if past else []
                figures = replace(figures, state_bytes=size) if figures else None
                growth = judge_growth(size, [run.figures.state_bytes for run in past], newcomers)
                if figures and published:
                    state.record_run(Run(now, figures))
                last = state.last_run()
        except StateError as error:
            self._fail(f"{error} The figures of this run are not kept, nor is known when the site was published last.")
            return figures, Run(now, figures) if figures and published else None, None
        self._crawler.stats.set_value(f"monitors/{growth.name}", growth.sentence or "ok")
        if not growth.ok:
            logger.warning("%s", growth.sentence)
        return figures, last, growth

    async def _write(self, uri: str, content: bytes) -> None:
        try:
            await store(self._crawler, uri, content)
        except Exception as error:  # noqa: BLE001 - a storage can raise anything, and the site is what counts
            self._fail(f"{uri} could not be written, so it tells of an earlier run: {type(error).__name__}: {error}")

    def _fail(self, sentence: str) -> None:
        logger.error("%s", sentence)
        self._crawler.stats.inc_value("watch/errors")
