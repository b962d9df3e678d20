"""Pipeline 900: what is listed now, against what was listed before."""

from __future__ import annotations

from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.publish.outcome import report_of
from sessioncrawler.state import Facts, State


class HistoryPipeline(StatefulPipeline):
    """Remembers which Communities are listed, and when they came, went and came back.

    A crawl counts only as a whole: the polls, which are emitted after all Communities, say that it is complete. A
    Community that the policy drops, or would drop today if its server were there, is forgotten, so that nothing tells
    its name any longer.

    Stats: ``history/new``, ``history/returned``, ``history/gone``.
    """

    lost = "The history of the directory was not kept."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._judge = Judge(configured_directory(crawler.settings["DIRECTORY_CONFIG"]), self.now, guess=False)
        self._listed: list[Facts] = []
        self._withdrawn: set[tuple[str, str]] = set()
        self._complete = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Listen for Communities that are dropped as well."""
        pipeline = super().from_crawler(crawler)
        crawler.signals.connect(pipeline.dropped, signal=signals.item_dropped)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Keep what is listed until the end."""
        if isinstance(item, CommunityItem):
            self._listed.append(facts_of(item))
        elif isinstance(item, PollItem):
            self._complete = True
        return item

    def dropped(self, item: Any) -> None:
        """Note a Community that is not to be named."""
        if isinstance(item, CommunityItem):
            self._withdrawn.add((item.server.public_key, item.room.token))

    def ready(self) -> bool:
        """Whether the crawl is complete, lists anything, and the monitors let it be published."""
        report = report_of(self.crawler)
        return self._complete and bool(self._listed) and not (report and report.withheld)

    def write(self, state: State) -> None:
        """Bring the history up to date."""
        listed, self._listed = self._listed, []
        for one in state.listings():
            if self._judge.withdraws(one.facts.join_url, one.facts.tags):
                self._withdrawn.add((one.facts.public_key, one.facts.token))
        for event in state.record_listing(listed, self._withdrawn, self.now):
            self.stats.inc_value(f"history/{event.kind}")


def facts_of(item: CommunityItem) -> Facts:
    """What the history keeps of a Community."""
    return Facts(
        public_key=item.server.public_key,
        token=item.room.token,
        identifier=item.identifier,
        name=item.room.name,
        join_url=item.server.join_link(item.room).url,
        description=item.description,
        language=item.language,
        tags=tuple(tag.text for tag in item.tags),
    )
