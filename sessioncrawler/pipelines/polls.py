"""Pipeline 60: what became of each address goes into the state."""

from __future__ import annotations

from typing import Any

from scrapy.statscollectors import StatsCollector

from sessioncrawler.items import PollItem
from sessioncrawler.model import Poll
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.state import State


class PollsPipeline(StatefulPipeline):
    """Collects the polls of a crawl, so that the directory can tell since when a server answers or fails.

    Stat: ``state/polls``.
    """

    lost = "No poll of this crawl was kept."

    def __init__(self, url: str, now: int, stats: StatsCollector) -> None:
        super().__init__(url, now, stats)
        self._waiting: list[Poll] = []

    def process_item(self, item: Any) -> Any:
        """Keep a poll until the end."""
        if isinstance(item, PollItem):
            self._waiting.append(item.poll)
        return item

    def ready(self) -> bool:
        """Whether there are polls to write."""
        return bool(self._waiting)

    def write(self, state: State, now: int) -> None:
        """Write the polls."""
        waiting, self._waiting = self._waiting, []
        state.record_polls(waiting, now)
        self.stats.inc_value("state/polls", len(waiting))
