"""Polls and history on their way into the state, through Scrapy's own pipeline manager and signals."""

from __future__ import annotations

import pytest
from scrapy.exceptions import CloseSpider, DropItem
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import StatsCollector

from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Address, Outcome, Poll, Room, Server
from sessioncrawler.pipelines.history import HistoryPipeline
from sessioncrawler.pipelines.polls import PollsPipeline
from sessioncrawler.state import State

ADDRESS = Address("https", "sogs.example", 443)
SERVER = Server(ADDRESS, "a" * 64)
LOBBY, ATTIC = CommunityItem(SERVER, Room("lobby", "Lobby")), CommunityItem(SERVER, Room("attic", "Attic"))
POLL = PollItem(Poll(ADDRESS, Outcome.REACHED, server=SERVER))


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
    from scrapy import signals

    crawler = FakeCrawler(url, now)
    pipeline = pipeline_class.from_crawler(crawler)
    for item in items:
        assert pipeline.process_item(item) is item
    for item in dropped:
        crawler.signals.send_catch_log(signals.item_dropped, item=item, exception=DropItem("no"))
    crawler.signals.send_catch_log(signals.spider_idle, dont_log=CloseSpider)
    pipeline.close_spider()
    return crawler.stats.get_stats()


def test_polls_are_kept(url):
    assert run(PollsPipeline, url, [LOBBY, POLL])["state/polls"] == 1
    with State.open(url) as state:
        assert [known.poll for known in state.polls()] == [POLL.poll]


def test_a_crawl_without_polls_does_not_touch_the_state(url, tmp_path):
    assert "state/polls" not in run(PollsPipeline, url, [LOBBY])
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


def test_a_state_that_fails_ends_the_crawl_as_failed(tmp_path):
    (tmp_path / "state.db").mkdir()
    crawler = FakeCrawler(f"sqlite:///{tmp_path}/state.db", 100)
    pipeline = PollsPipeline.from_crawler(crawler)
    pipeline.process_item(POLL)
    with pytest.raises(CloseSpider) as caught:
        pipeline.when_idle()
    assert caught.value.reason == "state_failed"
    assert crawler.stats.get_value("state/failed") == 1
