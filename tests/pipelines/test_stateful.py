"""Answers and history on their way into the state, through Scrapy's own pipeline manager and signals."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest
from scrapy import signals
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import StatsCollector

from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.model import Address, Outcome, Poll, Room, Server
from sessioncrawler.pipelines.answers import AnswersPipeline
from sessioncrawler.pipelines.history import HistoryPipeline
from sessioncrawler.state import State

ADDRESS = Address("https", "sogs.example", 443)
SERVER = Server(ADDRESS, "a" * 64)
LOBBY, ATTIC = CommunityItem(SERVER, Room("lobby", "Lobby")), CommunityItem(SERVER, Room("attic", "Attic"))
POLL = PollItem(Poll(ADDRESS, Outcome.REACHED, server=SERVER))
ANSWER = AnswerItem(POLL.poll)
OTHER = AnswerItem(Poll(Address("http", "other.example", 80), Outcome.DNS))


class FakeCrawler:
    def __init__(self, url: str, now: int) -> None:
        self.settings = Settings({"STATE_URL": url, "CRAWL_TIME": now})
        self.signals = SignalManager(self)
        self.spider = None
        self.stats = StatsCollector(self)
        self.engine = self
        self.ended: list[str] = []

    def get_item_pipeline(self, _: type) -> None:
        return None

    async def close_spider_async(self, *, reason: str) -> None:
        self.ended.append(reason)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/state.db"


def run(pipeline_class, url, items, now=100, dropped=()):
    crawler = FakeCrawler(url, now)
    pipeline = pipeline_class.from_crawler(crawler)
    for item in items:
        assert pipeline.process_item(item) is item
    for item in dropped:
        crawler.signals.send_catch_log(signals.item_dropped, item=item, exception=DropItem("no"))
    crawler.signals.send_catch_log(signals.spider_idle, dont_log=CloseSpider)
    pipeline.close_spider()
    return crawler.stats.get_stats()


def known(url):
    with State.open(url) as state:
        return {one.poll.address.host: one.poll for one in state.polls()}


def test_an_answer_goes_on_when_it_is_in_the_state(url):
    async def crawl():
        crawler = FakeCrawler(url, 100)
        pipeline = AnswersPipeline.from_crawler(crawler)
        assert await pipeline.process_item(LOBBY) is LOBBY
        assert await pipeline.process_item(ANSWER) is ANSWER
        assert known(url) == {ADDRESS.host: ANSWER.poll}
        return crawler.stats.get_value("state/polls")

    assert asyncio.run(crawl()) == 1


def test_answers_that_come_meanwhile_are_written_together(url, monkeypatch):
    written, record, go_on = [], State.record_polls, threading.Event()

    def slow(state, found, now):
        assert go_on.wait(10)
        record(state, found, now)
        written.append(len(found))

    monkeypatch.setattr(State, "record_polls", slow)

    async def crawl():
        crawler = FakeCrawler(url, 100)
        pipeline = AnswersPipeline.from_crawler(crawler)
        answers = [AnswerItem(replace(OTHER.poll, address=Address("http", f"h{n}.example", 80))) for n in range(4)]
        tasks = [asyncio.ensure_future(pipeline.process_item(answer)) for answer in answers]
        await asyncio.sleep(0)
        go_on.set()
        assert await asyncio.gather(*tasks) == answers
        return crawler.stats.get_value("state/polls")

    assert asyncio.run(crawl()) == 4
    assert written in ([1, 3], [4])
    assert len(known(url)) == 4


def test_a_crawl_without_answers_does_not_touch_the_state(url, tmp_path):
    async def crawl():
        pipeline = AnswersPipeline.from_crawler(FakeCrawler(url, 100))
        assert await pipeline.process_item(POLL) is POLL  # what all of them say together is found out by readers
        pipeline.when_idle()
        pipeline.close_spider()

    asyncio.run(crawl())
    assert not (tmp_path / "state.db").exists()


def test_the_history_of_a_complete_crawl_is_kept(url):
    run(HistoryPipeline, url, [LOBBY, POLL])
    assert run(HistoryPipeline, url, [LOBBY, ATTIC, POLL], now=200)["history/new"] == 1
    with State.open(url) as state:
        assert [event.facts.identifier for event in state.events()] == [ATTIC.identifier]


def test_a_crawl_that_broke_off_is_no_history(url, tmp_path):
    run(HistoryPipeline, url, [LOBBY])
    assert not (tmp_path / "state.db").exists()


def test_what_the_policy_drops_is_forgotten(url):
    run(HistoryPipeline, url, [LOBBY, POLL])
    run(HistoryPipeline, url, [LOBBY, ATTIC, POLL], now=200)
    run(HistoryPipeline, url, [LOBBY, POLL], now=300, dropped=[ATTIC, "something else"])
    with State.open(url) as state:
        assert state.events() == []
        assert len(state.listings()) == 1


def test_a_state_that_fails_ends_the_crawl_at_once(tmp_path):
    (tmp_path / "state.db").mkdir()
    crawler = FakeCrawler(f"sqlite:///{tmp_path}/state.db", 100)

    async def crawl():
        pipeline = AnswersPipeline.from_crawler(crawler)
        await pipeline.process_item(ANSWER)
        await pipeline.process_item(OTHER)
        await asyncio.sleep(0)
        with pytest.raises(CloseSpider) as caught:
            pipeline.when_idle()
        return caught.value.reason

    assert asyncio.run(crawl()) == "state_failed"
    assert crawler.ended == ["state_failed"]
    assert crawler.stats.get_value("state/failed") == 1
