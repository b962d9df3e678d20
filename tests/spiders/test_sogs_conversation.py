"""The glue between conversations and requests, where something goes wrong that no server could cause on its own."""

from __future__ import annotations

import gzip
import logging
import zlib
from types import SimpleNamespace

import pytest
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler
from twisted.python.failure import Failure as ScrapyFailure

from sessioncrawler.model import Address, Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.polling import Answer, Failure
from sessioncrawler.protocol.visit import Visit
from sessioncrawler.signals import all_answered
from sessioncrawler.spiders import _conversation
from sessioncrawler.spiders._conversation import Conversation, answer, failure
from sessioncrawler.spiders.sogs import Sogs
from tests.support.crawling import Job, run_crawls

PACKING = HttpCompressionMiddleware(crawler=get_crawler(settings_dict={"DOWNLOAD_MAXSIZE": 1_000}))
PACKING.stats = None
CANDIDATE = Candidate(Address("http", "sogs.example", 80))


class Clumsy:
    """A race that reads what it is told wrongly."""

    def __init__(self, *_):
        pass

    def begin(self):
        raise ZeroDivisionError


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
        answer(response, PACKING)
    response.request = Request(response.url, meta={"tries": 3})
    told = Answer("http://sogs.example/rooms", 503, b"busy", "/x", "7", "Thu, 22 Jan 2026 12:00:00 GMT", 3)
    assert answer(response, PACKING) == told
    apart = Response(response.url, status=503, request=Request(response.url, meta={"tries": 3, "whole": response}))
    assert answer(apart, PACKING) == told
    assert "whole" not in apart.meta


@pytest.mark.parametrize(
    ("status", "coding", "body", "reply"),
    [
        (200, "gzip", gzip.compress(b"[]", mtime=0), b"[]"),
        (200, "gzip", b"no gzip", Outcome.RESET),
        (200, "deflate", zlib.compress(bytes(2_000)), Outcome.TOO_LARGE),
        (404, "gzip", b"no gzip", b""),
        (404, "gzip", gzip.compress(b"not here", mtime=0), b"not here"),
    ],
)
def test_an_answer_is_unpacked_where_it_is_read(status, coding, body, reply):
    headers = {"Content-Encoding": coding}
    request = Request("http://sogs.example/rooms", meta={"tries": 3})
    told = answer(Response(request.url, status, headers, body, request=request), PACKING)
    assert (told.body if isinstance(told, Answer) else told.outcome) == reply
    assert told.tries == 3


def test_a_server_that_asks_for_more_time_than_there_is_is_given_up():
    conversation = Conversation(CANDIDATE, Visit("sogs.example", 5), now=0, pause=0)
    assert [scheme for scheme, _ in conversation.begin().asks] == ["https"]
    ((scheme, ask),) = conversation.go_on("https", Failure(Outcome.TLS, "no TLS")).asks
    assert (scheme, ask.url) == ("http", "http://sogs.example/rooms?all=1")
    busy = Answer(ask.url, 503, retry_after="60", date="Thu, 22 Jan 2026 12:00:00 GMT")
    poll = conversation.go_on("http", busy).poll
    assert (poll.outcome, poll.detail) == (Outcome.STALLED, "did not tell all within 5 seconds")


def test_an_answer_that_we_read_wrongly_costs_only_its_server(monkeypatch, caplog):
    monkeypatch.setattr(_conversation, "Race", Clumsy)
    poll = Conversation(CANDIDATE, Visit("sogs.example", 5), now=0, pause=0).begin().poll
    assert poll == Poll(CANDIDATE.address, Outcome.ABANDONED, "its answer could not be read")
    assert caplog.records[0].levelno == logging.ERROR
    assert "Reading the answer of http://sogs.example failed; please report this" in caplog.text


def test_a_conversation_that_ends_before_it_begins_is_a_poll_as_well(monkeypatch):
    monkeypatch.setattr(_conversation, "Race", Clumsy)
    spider = Sogs()
    told = []
    signals = SimpleNamespace(send_catch_log=told.append)
    spider.crawler = SimpleNamespace(stats=SimpleNamespace(inc_value=lambda *_: None), signals=signals)
    spider._under_way = 1
    spider._robots = SimpleNamespace(ask=lambda *_, **__: ())
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
