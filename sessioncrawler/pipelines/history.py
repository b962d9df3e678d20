"""Pipeline 900: what is listed now, against what was listed before, and what is remembered of it (docs/memory.md)."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from sys import maxsize
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.knowledge.checked import checks, own_outage, replaced
from sessioncrawler.knowledge.opted_out import KEPT, opted_out
from sessioncrawler.model import Poll
from sessioncrawler.pipelines._base import Repeated
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.publish.outcome import report_of
from sessioncrawler.state import Bounds, Changes, Facts, State, Told, Total
from sessioncrawler.state.memory.spans import day_of

logger = logging.getLogger(__name__)

MOST_TEXT = 1_000
"""Code points of a description that are remembered, for news and for the page of what is gone."""


class HistoryPipeline(StatefulPipeline):
    """Remembers which Communities are listed, and when they came, went and came back.

    A crawl counts only as a whole: the polls, which are emitted after all Communities, say that it is complete. A
    Community that the policy drops, or would drop today if its server were there, is forgotten, so that nothing tells
    its name any longer; of a server that opts out only after :data:`~sessioncrawler.knowledge.opted_out.KEPT`.

    Stats: ``history/new``, ``history/returned``, ``history/gone``; ``history/own_outage``, places that failed at once;
    ``history/in_short``, ``history/forgotten``, what the bounds of docs/memory.md took.
    """

    lost = "The history of the directory was not kept."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._bounds = bounds_of(crawler.settings)
        self._directory = configured_directory(crawler.settings["DIRECTORY_CONFIG"])
        self._judge = Judge(self._directory, self.now, guess=False)
        self._listed: list[CommunityItem] = []
        self._withdrawn: set[tuple[str, str]] = set()
        self._complete = False
        self._polls: list[Poll] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen for Communities that are dropped as well."""
        pipeline = super().from_crawler(crawler)
        crawler.signals.connect(pipeline.dropped, signal=signals.item_dropped)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Keep what is listed until the end."""
        if isinstance(item, CommunityItem):
            self._listed.append(item)
        elif isinstance(item, PollItem):
            self._complete = True
            self._polls.append(item.poll)
        return item

    def dropped(self, item: Any, exception: BaseException) -> None:
        """Note a Community that is not to be named."""
        if isinstance(item, CommunityItem) and not isinstance(exception, Repeated) and not item.server.opted_out:
            self._withdrawn.add((item.server.public_key, item.room.token))

    def ready(self) -> bool:
        """Whether the crawl is complete, lists anything, and the monitors let it be published."""
        report = report_of(self.crawler)
        return self._complete and bool(self._listed) and not (report and report.withheld)

    def write(self, state: State) -> None:
        """Bring the history up to date."""
        listed, self._listed = self._listed, []
        keys, polled_at = state.keys(), state.polled_at()
        silenced = opted_out(keys, self._directory)
        forgotten = {key for key, since in silenced.items() if self.now - since >= KEPT}
        for one in state.listings():
            if one.facts.public_key in forgotten or self._judge.withdraws(one.facts.join_url, one.facts.tags):
                self._withdrawn.add((one.facts.public_key, one.facts.token))
        facts = [facts_of(item) for item in listed]
        changes = state.record_listing(facts, self._withdrawn, self.now, self._bounds, silenced=silenced.keys())
        self._tell(changes)
        found = checks(self._polls, keys, polled_at)
        if failed := own_outage(found, state.last_reached(), keys):
            self.stats.set_value("history/own_outage", failed)
            logger.warning(
                "The servers of %d places (domains or networks), more than half of all, failed at once. It may be this "
                "machine that reached nobody, so it counts for none.",
                failed,
            )
            found = []
        told = [_told(item) for item in listed if item.reachable and item.told]
        gone = replaced(self._polls, keys, polled_at)
        state.record_memory(found, told, _total(listed, self.now), self.now, replaced=gone)

    def _tell(self, changes: Changes) -> None:
        for event in changes.happened:
            self.stats.inc_value(f"history/{event.kind}")
        if changes.in_short or changes.forgotten:
            self.stats.set_value("history/in_short", changes.in_short)
            self.stats.set_value("history/forgotten", changes.forgotten)
            logger.info(
                "Of %d Communities that came or went %d are told in short (NEWS_PER_SERVER), and %d that are gone are "
                "remembered no longer (REMEMBERED_PER_SERVER).",
                len(changes.happened),
                changes.in_short,
                changes.forgotten,
            )


def bounds_of(settings: BaseSettings) -> Bounds:
    """How much is remembered of one server.

    A setting that is not there is no bound, as everywhere: the one place of defaults is ``settings.py``.
    """
    return Bounds(
        news=settings.getint("NEWS_PER_SERVER", maxsize),
        news_days=settings.getint("NEWS_DAYS", maxsize),
        remembered=settings.getint("REMEMBERED_PER_SERVER", maxsize),
    )


def _told(item: CommunityItem) -> Told:
    room = item.room
    flags = sum(bit for bit, is_set in ((1, room.read), (2, room.write), (4, room.upload)) if is_set)
    return Told(item.server.public_key, room.token, room.weekly_active_users, room.message_sequence, flags)


def _total(listed: Sequence[CommunityItem], now: int) -> Total:
    return Total(
        day=day_of(now),
        communities=len(listed),
        servers=len({item.server.public_key for item in listed}),
        reachable=len({item.server.public_key for item in listed if item.reachable}),
        visitors=sum(item.room.weekly_active_users or 0 for item in listed),
        languages=Counter(item.language or "" for item in listed),
    )


def facts_of(item: CommunityItem) -> Facts:
    """What the history keeps of a Community."""
    return Facts(
        public_key=item.server.public_key,
        token=item.room.token,
        identifier=item.identifier,
        name=item.room.name,
        join_url=item.server.join_link(item.room).url,
        description=_short(item.description),
        language=item.language,
        tags=tuple(tag.text for tag in item.tags),
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT].rstrip()}…"
