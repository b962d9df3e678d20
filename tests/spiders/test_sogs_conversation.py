"""The glue between conversations and requests, where something goes wrong that no server could cause on its own."""

from __future__ import annotations

import logging
import zlib
from types import SimpleNamespace

import pytest
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure as ScrapyFailure

from sessioncrawler.model import Address, Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.polling import Answer, Ask, Failure
from sessioncrawler.signals import all_answered
from sessioncrawler.spiders import _conversation
from sessioncrawler.spiders._conversation import Conversation, answer, failure
from sessioncrawler.spiders.sogs import Sogs
from tests.support.crawling import Job, run_crawls

CANDIDATE = Candidate(Address("http", "sogs.example", 80))


def broken_off() -> TryError:
    error = TryError(Outcome.RESET, "breaks off")
    error.tries = 7
    return error


@pytest.mark.parametrize(
    ("error", "outcome", "words", "tries"),
    [
        (broken_off(), Outcome.RESET, "breaks off", 7),
        (IgnoreRequest("too large"), Outcome.TOO_LARGE, "more than is read when decompressed", 1),
        (zlib.error("bad"), Outcome.RESET, "cannot be decompressed", 1),
        (EOFError(), Outcome.RESET, "cannot be decompressed", 1),
        (KeyError("x"), Outcome.RESET, "cannot be read (KeyError)", 1),
    ],
)
def test_failed_requests(error, outcome, words, tries):
    failed = failure(ScrapyFailure(error))
    assert (failed.outcome, failed.tries) == (outcome, tries)
    assert words in failed.detail


def test_an_unknown_failure_is_told(caplog):
    failure(ScrapyFailure(RuntimeError("surprise " * 1000)))
    assert "A request failed in an unknown way: RuntimeError: surprise" in caplog.text
    assert len(caplog.records[0].getMessage()) < 700


def test_an_answer_has_what_a_conversation_reads():
    headers = {"Location": "/x", "Retry-After": "7", "Date": "Thu, 22 Jan 2026 12:00:00 GMT"}
    response = Response("http://sogs.example/rooms", status=503, headers=headers, body=b"busy")
    with pytest.raises(AttributeError, match="not tied to any request"):
        answer(response)
    response.request = SimpleNamespace(meta={"tries": 3})
    assert answer(response) == Answer(
        "http://sogs.example/rooms", 503, b"busy", "/x", "7", "Thu, 22 Jan 2026 12:00:00 GMT", 3
    )


def test_a_server_that_asks_for_more_time_than_there_is_is_given_up():
    conversation = Conversation(CANDIDATE, budget=5, now=0)
    assert isinstance(conversation.begin(), Ask)
    ask = conversation.go_on(Failure(Outcome.TLS, "no TLS"))
    assert ask.url == "http://sogs.example/rooms?all=1"
    poll = conversation.go_on(Answer(ask.url, 503, retry_after="60", date="Thu, 22 Jan 2026 12:00:00 GMT"))
    assert isinstance(poll, Poll)
    assert (poll.outcome, poll.detail) == (Outcome.STALLED, "did not tell all within 5 seconds")


def test_an_answer_that_we_read_wrongly_costs_only_its_server(monkeypatch, caplog):
    def clumsy(_candidate, _now):
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(_conversation, "poll", clumsy)
    poll = Conversation(CANDIDATE, budget=5, now=0).begin()
    assert poll == Poll(CANDIDATE.address, Outcome.ABANDONED, "its answer could not be read")
    assert caplog.records[0].levelno == logging.ERROR
    assert "Reading the answer of http://sogs.example failed; please report this" in caplog.text


def test_a_conversation_that_ends_before_it_begins_is_a_poll_as_well(monkeypatch):
    def clumsy(_candidate, _now):
        raise ZeroDivisionError
        yield

    monkeypatch.setattr(_conversation, "poll", clumsy)
    spider = Sogs()
    told = []
    signals = SimpleNamespace(send_catch_log=told.append)
    spider.crawler = SimpleNamespace(stats=SimpleNamespace(inc_value=lambda *_: None), signals=signals)
    spider._under_way = 1
    spider.settings = Settings({"SERVER_BUDGET": 5})
    (answer,) = spider._begin(CANDIDATE)
    assert answer.poll.outcome is Outcome.ABANDONED
    assert told == [all_answered]


def test_a_state_that_cannot_be_read_fails_the_crawl(tmp_path):
    (tmp_path / "broken.db").write_text("this is no database")
    site = tmp_path / "site"
    settings = {"STATE_URL": f"sqlite:///{tmp_path}/broken.db", "SITE_URI": str(site)}
    (crawl,) = run_crawls([Job("sogs", settings=settings)])
    assert crawl.reason == "state_failed"
    assert "broken.db" in crawl.log
    assert {path.name for path in site.rglob("*")} <= {"health.json", "health.schema.json"}
