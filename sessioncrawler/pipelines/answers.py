"""Pipeline 60: what each address answered goes into the state, as soon as it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from scrapy.crawler import Crawler
from scrapy.utils.asyncio import run_in_thread

from sessioncrawler.items import AnswerItem, RobotsItem
from sessioncrawler.model import Poll
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.state import State, StateError

PAUSE = 0.1
"""Seconds from one transaction to the next: a transaction of one answer costs as much as one of ten."""
MOST_ROOMS = 5_000
"""Rooms that are written at a time: all of them are in memory as text meanwhile."""


class AnswersPipeline(StatefulPipeline):
    """An answer goes on when it is in the state: a crawl that is killed loses only what it had not been told.

    Answers that come while others are being written, or soon after, are written together, so that a crawl of many
    servers makes few transactions; so is what ``robots.txt`` of servers say. Where the state cannot be used, the crawl
    ends at once as ``state_failed``.

    Stat: ``state/polls``.
    """

    lost = "The answers of this crawl are not kept, so it ends."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._batch: list[AnswerItem | RobotsItem] = []
        self._turn = asyncio.Lock()
        self._next = 0.0
        self._ending: asyncio.Task[None] | None = None

    async def process_item(self, item: Any) -> Any:
        """Return an answer when it is written."""
        if isinstance(item, AnswerItem | RobotsItem) and not self.failed:
            batch = self._batch
            batch.append(item)
            async with self._turn:
                if batch is self._batch:  # else whoever had the turn before has written it
                    now = asyncio.get_running_loop().time
                    await asyncio.sleep(self._next - now())
                    self._batch = []
                    await run_in_thread(self._record, batch)
                    self._next = now() + PAUSE
                    self._note(sum(isinstance(one, AnswerItem) for one in batch))
        return item

    def ready(self) -> bool:
        """Nothing waits when the spider is idle: Scrapy waits for items that are being processed."""
        return False

    def write(self, state: State) -> None:
        """Nothing is written then."""

    def _record(self, batch: list[AnswerItem | RobotsItem]) -> None:
        answers = [one for one in batch if isinstance(one, AnswerItem)]
        robots = [one for one in batch if isinstance(one, RobotsItem)]
        early = [one.poll.address.netloc for one in answers if one.early]
        losing = [one.poll.address.netloc for one in answers if one.loses]
        try:
            with State.open(self.url) as state:
                for part in _parts([one.poll for one in answers]):
                    state.record_polls(part, self.now, early, losing)
                if robots:
                    state.record_robots(robots, self.now)
        except StateError as error:
            self.give_up(error)

    def _note(self, written: int) -> None:
        if not self.failed:
            self.stats.inc_value("state/polls", written)
        elif self._ending is None:
            assert self.crawler.engine is not None  # noqa: S101 - it hands us items
            self._ending = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="state_failed"))


def _parts(polls: list[Poll]) -> Iterator[list[Poll]]:
    """``polls`` in order, so that those of one transaction have ``MOST_ROOMS`` rooms, or one poll has more."""
    part: list[Poll] = []
    rooms = 0
    for poll in polls:
        rooms += len(poll.rooms)
        if part and rooms > MOST_ROOMS:
            yield part
            part, rooms = [], len(poll.rooms)
        part.append(poll)
    if part:
        yield part
