"""Polls and history on their way into the state, through Scrapy's own pipeline manager and signals."""

from __future__ import annotations

import asyncio
import threading

import pytest
from scrapy import signals
from scrapy.exceptions import CloseSpider, DontCloseSpider, DropItem
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import StatsCollector

from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.model import Address, Outcome, Poll, Room, Server
from sessioncrawler.pipelines import polls
from sessioncrawler.pipelines.history import HistoryPipeline
from sessioncrawler.pipelines.polls import PollsPipeline
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


async def until(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came")


def test_answers_are_kept_while_the_crawl_goes_on(url, monkeypatch):
    monkeypatch.setattr(polls, "INTERVAL", 0.01)

    async def crawl():
        crawler = FakeCrawler(url, 100)
        pipeline = PollsPipeline.from_crawler(crawler)
        pipeline.process_item(LOBBY)
        pipeline.process_item(ANSWER)
        await until(lambda: crawler.stats.get_value("state/polls") == 1)
        assert known(url) == {ADDRESS.host: ANSWER.poll}
        pipeline.process_item(OTHER)
        await until(lambda: crawler.stats.get_value("state/polls") == 2)
        await pipeline.close_spider()

    asyncio.run(crawl())
    assert known(url) == {ADDRESS.host: ANSWER.poll, "other.example": OTHER.poll}


def test_what_waits_is_written_when_nothing_is_left_to_do(url):
    async def crawl():
        crawler = FakeCrawler(url, 100)
        pipeline = PollsPipeline.from_crawler(crawler)
        pipeline.process_item(ANSWER)
        pipeline.when_idle()
        assert known(url) == {ADDRESS.host: ANSWER.poll}
        pipeline.process_item(OTHER)
        await pipeline.close_spider()
        return crawler.stats.get_value("state/polls")

    assert asyncio.run(crawl()) == 2
    assert "other.example" in known(url)


def test_a_transaction_under_way_is_waited_for(url, monkeypatch):
    monkeypatch.setattr(polls, "INTERVAL", 0)
    written, slow, go_on = [], State.record_polls, threading.Event()

    def record(state, found, now):
        assert go_on.wait(10)
        slow(state, found, now)
        written.append(len(found))

    monkeypatch.setattr(State, "record_polls", record)

    async def crawl():
        pipeline = PollsPipeline.from_crawler(FakeCrawler(url, 100))
        pipeline.process_item(ANSWER)
        await until(lambda: pipeline._writing)
        pipeline.process_item(OTHER)
        with pytest.raises(DontCloseSpider):
            pipeline.when_idle()
        go_on.set()
        await pipeline.close_spider()

    asyncio.run(crawl())
    assert written == [1, 1]
    assert len(known(url)) == 2


def test_an_answer_comes_to_the_state_as_it_was_given(url):
    """What all of them say together is found out by those who read it."""

    async def crawl():
        pipeline = PollsPipeline.from_crawler(FakeCrawler(url, 100))
        assert pipeline.process_item(POLL) is POLL
        pipeline.when_idle()
        await pipeline.close_spider()

    asyncio.run(crawl())
    assert known(url) == {}


def test_a_crawl_without_polls_does_not_touch_the_state(url, tmp_path):
    asyncio.run(PollsPipeline.from_crawler(FakeCrawler(url, 100)).close_spider())
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


@pytest.mark.parametrize("interval", [0, 1])
def test_a_state_that_fails_ends_the_crawl_as_failed(tmp_path, monkeypatch, interval):
    monkeypatch.setattr(polls, "INTERVAL", interval)
    (tmp_path / "state.db").mkdir()
    crawler = FakeCrawler(f"sqlite:///{tmp_path}/state.db", 100)

    async def crawl():
        pipeline = PollsPipeline.from_crawler(crawler)
        pipeline.process_item(ANSWER)
        if not interval:
            await until(lambda: crawler.stats.get_value("state/failed"))
            await until(lambda: not pipeline._writing)
        with pytest.raises(CloseSpider) as caught:
            pipeline.when_idle()
        pipeline.process_item(OTHER)
        await pipeline.close_spider()
        return caught.value.reason

    assert asyncio.run(crawl()) == "state_failed"
    assert crawler.stats.get_value("state/failed") == 1
