"""Pipeline 50: join links go into the state."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.items import SightingItem
from sessioncrawler.model import Sighting
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.state import State


class SightingsPipeline(StatefulPipeline):
    """Collects the join links of a crawl. A crawl without any does not touch the state.

    Stats: ``state/sightings`` (pairs of link and source that were written), ``state/sightings_new``.
    """

    lost = "No join link of this crawl was kept."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._waiting: dict[tuple[str, str], Sighting] = {}

    def process_item(self, item: Any) -> Any:
        """Keep a sighting until the end."""
        if isinstance(item, SightingItem):
            self._waiting[item.sighting.link.url, item.sighting.source] = item.sighting
        return item

    def ready(self) -> bool:
        """Whether there are join links to write."""
        return bool(self._waiting)

    def write(self, state: State) -> None:
        """Write the join links."""
        waiting, self._waiting = self._waiting, {}
        new = state.record_sightings(waiting.values(), self.now)
        self.stats.inc_value("state/sightings", len(waiting))
        self.stats.inc_value("state/sightings_new", new)
