"""100: every Community once, under its server's best address."""

from __future__ import annotations

from scrapy.statscollectors import StatsCollector

from sessioncrawler.editorial.judge import Duplicates, Judge, Repeat
from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines._base import CommunityPipeline, Repeated


class DedupePipeline(CommunityPipeline):
    """Drops what a server shows a second time: under another address, or under another spelling of a token.

    Items come best address first. Stats: ``dedupe/REPEAT`` with a value of
    :class:`~sessioncrawler.editorial.judge.Repeat`.
    """

    def __init__(self, judge: Judge, stats: StatsCollector) -> None:
        super().__init__(judge, stats)
        self._duplicates = Duplicates()

    def process_community(self, item: CommunityItem) -> None:
        """Drop a Community that was there before."""
        repeat = self._duplicates.repeat(item.server, item.room)
        if repeat is None:
            return
        self.stats.inc_value(f"dedupe/{repeat}")
        if repeat is Repeat.OTHER_ADDRESS:
            owner = self._duplicates.owner(item.server)
            raise Repeated(
                f"{item.identifier} is the same server as {owner}, reached at {item.server.address}", "DEBUG"
            )
        raise Repeated(f"{item.identifier} was listed by its server before", "DEBUG")
