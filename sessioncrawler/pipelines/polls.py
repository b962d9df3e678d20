"""Pipeline 60: what each address answered goes into the state, as the crawl goes on."""

from __future__ import annotations

import asyncio
from typing import Any

from scrapy.exceptions import DontCloseSpider
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import run_in_thread

from sessioncrawler.items import AnswerItem
from sessioncrawler.model import Poll
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.state import State, StateError

INTERVAL = 1.0
"""Seconds for which answers wait for others, so that a crawl of many servers makes few transactions."""


class PollsPipeline(StatefulPipeline):
    """Writes answers within a second: a crawl that is killed loses only the servers that it had not finished.

    Stat: ``state/polls``.
    """

    lost = "The polls of this crawl were not kept."

    def __init__(self, url: str, now: int, stats: StatsCollector) -> None:
        super().__init__(url, now, stats)
        self._waiting: list[Poll] = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[int] | None = None

    def process_item(self, item: Any) -> Any:
        """Keep an answer until the next transaction."""
        if isinstance(item, AnswerItem):
            self._waiting.append(item.poll)
            self._schedule()
        return item

    def ready(self) -> bool:
        """Whether there are polls to write."""
        return bool(self._waiting)

    def write(self, state: State, now: int) -> None:
        """Write the polls."""
        waiting, self._waiting = self._waiting, []
        state.record_polls(waiting, now)
        self.stats.inc_value("state/polls", len(waiting))

    def when_idle(self) -> None:
        """Write what waits, but not beside a transaction that is under way."""
        if self._writing is not None:
            raise DontCloseSpider
        super().when_idle()

    async def close_spider(self) -> None:  # type: ignore[override]  # Scrapy asks whether it is a coroutine
        """Write what a crawl that was stopped early had found."""
        if self._timer is not None:
            self._timer.cancel()
        if self._writing is not None:
            await asyncio.wait({self._writing})
        super().close_spider()

    def _schedule(self) -> None:
        if self._timer is None and self._writing is None:
            self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._begin)

    def _begin(self) -> None:
        """Write in a thread, since a database may make us wait."""
        self._timer = None
        if self._waiting and not self._failed:
            waiting, self._waiting = self._waiting, []
            self._writing = asyncio.ensure_future(run_in_thread(self._keep, waiting))
            self._writing.add_done_callback(self._done)

    def _keep(self, polls: list[Poll]) -> int:
        try:
            with State.open(self._url) as state:
                state.record_polls(polls, self._now)
        except StateError as error:
            self._give_up(error)
            return 0
        return len(polls)

    def _done(self, writing: asyncio.Future[int]) -> None:
        self._writing = None
        self.stats.inc_value("state/polls", writing.result())
        if self._waiting:
            self._schedule()
