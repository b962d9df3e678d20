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
from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.pipelines import answers
from sessioncrawler.pipelines._base import Repeated
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


def run(pipeline_class, url, items, *, now=100, dropped=(), why=DropItem, **settings):
    crawler = FakeCrawler(url, now)
    crawler.settings.update(settings)
    pipeline = pipeline_class.from_crawler(crawler)
    for item in items:
        assert pipeline.process_item(item) is item
    for item in dropped:
        crawler.signals.send_catch_log(signals.item_dropped, item=item, exception=why("no"))
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

    def slow(state, found, now, *which):
        assert go_on.wait(10)
        record(state, found, now, *which)
        written.append(len(found))

    monkeypatch.setattr(State, "record_polls", slow)

    async def crawl():
        crawler = FakeCrawler(url, 100)
        pipeline = AnswersPipeline.from_crawler(crawler)
        found = [AnswerItem(replace(OTHER.poll, address=Address("http", f"h{n}.example", 80))) for n in range(4)]
        tasks = [asyncio.ensure_future(pipeline.process_item(answer)) for answer in found]
        await asyncio.sleep(0)
        go_on.set()
        assert await asyncio.gather(*tasks) == found
        return crawler.stats.get_value("state/polls")

    assert asyncio.run(crawl()) == 4
    assert written in ([1, 3], [4])
    assert len(known(url)) == 4


def test_answers_with_many_rooms_are_written_one_after_another(url, monkeypatch):
    monkeypatch.setattr(answers, "MOST_ROOMS", 3)
    written, record = [], State.record_polls

    def counted(state, found, now, *which):
        written.append([len(poll.rooms) for poll in found])
        record(state, found, now, *which)

    monkeypatch.setattr(State, "record_polls", counted)

    async def crawl():
        pipeline = AnswersPipeline.from_crawler(FakeCrawler(url, 100))
        found = []
        for number, count in enumerate((1, 1, 2, 9, 0, 2)):
            rooms = tuple(Room(f"r{n}", "n") for n in range(count))
            found.append(AnswerItem(replace(POLL.poll, address=Address("http", f"h{number}.example", 80), rooms=rooms)))
        await asyncio.gather(*map(pipeline.process_item, found))

    asyncio.run(crawl())
    assert [sum(part) for part in written] in ([1, 3, 9, 2], [2, 2, 9, 2])
    assert len(known(url)) == 6


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


def test_the_bounds_are_those_of_the_settings(url):
    rooms = [CommunityItem(SERVER, Room(f"r{number}", "Room")) for number in range(9)]
    bounds = {"NEWS_PER_SERVER": "2", "NEWS_DAYS": "1", "REMEMBERED_PER_SERVER": "3"}
    run(HistoryPipeline, url, [LOBBY, POLL], **bounds)
    assert run(HistoryPipeline, url, [LOBBY, *rooms, POLL], now=200, **bounds)["history/new"] == 9
    stats = run(HistoryPipeline, url, [LOBBY, POLL], now=300, **bounds)
    assert [stats[f"history/{name}"] for name in ("gone", "in_short", "forgotten")] == [9, 9, 6]
    with State.open(url) as state:
        assert sorted(one.more for one in state.events()) == [0, 0, 7, 9]
        assert len(state.listings()) == 1 + 3
    run(HistoryPipeline, url, [LOBBY, POLL], now=300 + 86_401, **bounds)
    with State.open(url) as state:
        assert state.events() == []


def test_a_long_description_is_remembered_in_part(url):
    run(HistoryPipeline, url, [replace(LOBBY, description="word " * 800), replace(ATTIC, description="x" * 1000), POLL])
    with State.open(url) as state:
        attic, lobby = (one.facts.description for one in state.listings())
    assert attic == "x" * 1000
    assert lobby.startswith("word word")
    assert (len(lobby), lobby[-6:]) == (1000, " word…")


def test_servers_of_one_stranger_that_fail_at_once_are_no_outage_of_ours(url):
    """Twelve at one domain beside ten honest ones: all are checked, and the twelve have an incident."""
    honest = [Server(Address("https", f"honest{n}.example", 443), f"{n:064x}") for n in range(10)]
    loud = [Server(Address("https", f"s{n}.loud.example", 443), f"{99 + n:064x}") for n in range(12)]
    for at, down in ((100, ()), (200, loud)):
        polls = [
            Poll(one.address, Outcome.DNS) if one in down else Poll(one.address, Outcome.REACHED, server=one)
            for one in (*honest, *loud)
        ]
        with State.open(url) as state:
            state.record_polls(polls, at)
        there = [CommunityItem(one, Room("lobby", "Lobby")) for one in (*honest, *loud)]
        stats = run(HistoryPipeline, url, [*there, *map(PollItem, polls)], now=at)
        assert "history/own_outage" not in stats
    with State.open(url) as state:
        assert {one.public_key for one in state.incidents(0)} == {one.public_key for one in loud}


def test_an_incident_ends_when_its_server_takes_another_key(url):
    other = Server(ADDRESS, "b" * 64)
    ends = [
        (100, Poll(ADDRESS, Outcome.REACHED, server=SERVER, key_proof=KeyProof.ONION), SERVER),
        (200, Poll(ADDRESS, Outcome.REFUSED), SERVER),
        (300, Poll(ADDRESS, Outcome.REACHED, server=other, key_proof=KeyProof.ONION), other),
        (400, Poll(ADDRESS, Outcome.REFUSED), other),
    ]
    for at, poll, server in ends:
        with State.open(url) as state:
            state.record_polls([poll], at)
        run(HistoryPipeline, url, [CommunityItem(server, Room("lobby", "Lobby")), PollItem(poll)], now=at)
    with State.open(url) as state:
        found = [(one.public_key, one.began, one.ended, one.replaced) for one in state.incidents(0)]
    assert found == [(SERVER.public_key, 200, 300, True), (other.public_key, 400, None, False)]


def test_what_only_a_second_address_tells_is_gone_and_not_forgotten(url):
    run(HistoryPipeline, url, [LOBBY, ATTIC, POLL])
    run(HistoryPipeline, url, [LOBBY, POLL], now=300, dropped=[ATTIC], why=Repeated)
    with State.open(url) as state:
        assert [(event.kind, event.facts.identifier) for event in state.events()] == [("gone", ATTIC.identifier)]
        assert len(state.listings()) == 2


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
