"""Log lines: one an event, as text or JSON, whatever is in them."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request, Spider
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from sessioncrawler.logs import (
    MOST,
    JsonFormatter,
    OneLineFormatter,
    OneLineLogFormatter,
    OneLineLogs,
    make_handler,
    one_line,
)

ANY = st.text(st.characters(), max_size=40)  # lone surrogates and control characters as well
HOSTILE = "a\nERROR all is lost\r\x1b[31m\u2028\u202e\x00\ud800"
FORMAT = "[%(name)s] %(levelname)s: %(message)s"


def record(message, *args, error=None, **extra):
    info = None
    if error:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    made = logging.LogRecord("any.logger", logging.ERROR, __file__, 1, message, args, info)
    made.created = 1_769_083_200.25
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("ein schönes Zimmer 🏡 خانه‌ی ما", "ein schönes Zimmer 🏡 خانه‌ی ما"),
        ("two\r\n   lines\n\n", "two | lines"),
        ("\u2028a\x85b\x1cc\vd", "a | b | c | d"),
        ("\x1b[2Jgone\x07", r"\x1b[2Jgone\x07"),
        ("a\tb\x00", r"a\tb\x00"),
        ("gpj.\u202eexe\ud800", r"gpj.\u202eexe\ud800"),
        ("wide\u3000space", "wide\u3000space"),
    ],
)
def test_one_line(text, line):
    assert one_line(text) == line


def test_what_is_too_long_loses_its_middle():
    line = one_line("a" * MOST + "b" * MOST)
    assert line.startswith("aaa")
    assert line.endswith("bbb")
    assert f"… {MOST} characters left out …" in line
    assert len(line) < MOST + 60


@given(ANY, ANY)
def test_text_is_always_one_line(message, name):
    line = OneLineFormatter(FORMAT).format(record(message, error=ValueError(name)))
    assert len(line.splitlines()) == 1
    line.encode()
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in line)


@given(ANY, ANY)
def test_json_is_always_one_object(message, name):
    line = JsonFormatter().format(record(message, error=ValueError(name), spider=Spider(name or "x")))
    assert len(line.splitlines()) == 1
    event = json.loads(line)
    assert list(event) == ["time", "level", "logger", "message", "spider", "exception"]
    json.dumps(event, ensure_ascii=False).encode()  # no lone surrogate is left, which strict readers refuse
    assert event["message"] == message.encode(errors="backslashreplace").decode()


def test_a_traceback_is_at_the_end_of_its_line():
    line = OneLineFormatter(FORMAT).format(record("It %s", "broke", error=KeyError(HOSTILE)))
    assert line.startswith("[any.logger] ERROR: It broke | Traceback (most recent call last): | File ")
    assert "KeyError: " in line


class Decision(Exception):  # noqa: N818 - as the storages say it
    is_sentence = True


@pytest.mark.parametrize("cached", [None, "Traceback of another handler"])
def test_a_sentence_needs_no_traceback(cached):
    told = record("Error storing %s", "a feed", error=Decision("Nothing was stored. Run it again."), exc_text=cached)
    assert OneLineFormatter().format(told) == "Error storing a feed | Nothing was stored. Run it again."
    event = json.loads(JsonFormatter().format(told))
    assert (event["message"], event["exception"]) == ("Error storing a feed", "Nothing was stored. Run it again.")
    assert told.exc_text == cached
    assert told.exc_info


def test_json_holds_the_whole_traceback():
    event = json.loads(JsonFormatter().format(record("It broke", error=ValueError("a\nb"))))
    assert event["exception"].startswith("Traceback (most recent call last):\n  File ")
    assert event["exception"].endswith("ValueError: a\nb")
    assert event | {"exception": ""} == {
        "time": "2026-01-22T12:00:00.250Z",
        "level": "ERROR",
        "logger": "any.logger",
        "message": "It broke",
        "exception": "",
    }


def test_a_traceback_that_is_text_already_and_a_stack_are_kept():
    event = json.loads(JsonFormatter().format(record("x", exc_text="known", stack_info="Stack:\n  here")))
    assert event["exception"] == "known\nStack:\n  here"


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        ({"spider": Spider("sogs")}, "sogs"),
        ({"crawler": type("Crawler", (), {"spidercls": type("Some", (Spider,), {"name": "other"})})()}, "other"),
    ],
)
def test_the_spider_is_named(extra, name):
    assert json.loads(JsonFormatter().format(record("x", **extra)))["spider"] == name


@pytest.mark.parametrize("formatter", [OneLineFormatter("%(message)s"), JsonFormatter()])
def test_arguments_that_do_not_fit_lose_no_line(formatter):
    class Rude:
        def __str__(self):
            raise RuntimeError("no")

    assert "%d servers (arguments that do not fit)" in formatter.format(record("%d servers", "many"))
    assert "from %s (arguments that do not fit)" in formatter.format(record("from %s", Rude()))


# --- Where the lines go


@pytest.fixture
def installed():
    """Settings → the root handler that they make; the root logger is as before afterwards."""
    root = logging.root
    handlers, level = list(root.handlers), root.level

    def install(**settings):
        OneLineLogs.update_pre_crawler_settings(Settings(settings))
        (handler,) = [handler for handler in root.handlers if handler not in handlers]
        return handler

    yield install
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()
    OneLineLogs._handler = None
    root.setLevel(level)


def test_there_is_one_handler_at_a_time(installed):
    first = installed(LOG_LEVEL="INFO")
    assert first.level == logging.INFO
    assert logging.root.level == logging.NOTSET
    OneLineLogs().update_settings(Settings({"LOG_LEVEL": "INFO"}))
    assert installed(LOG_LEVEL="INFO") is first
    second = installed(LOG_LEVEL="ERROR")
    assert second is not first
    assert first not in logging.root.handlers


def test_a_file_is_written_as_the_settings_say(installed, tmp_path):
    path = tmp_path / "crawl.log"
    path.write_text("before\n")
    handler = installed(LOG_FILE=str(path), LOG_JSON="1", LOG_SHORT_NAMES=True)
    # Not through the root logger: what pytest captures there has to be sent between its processes, as UTF-8.
    handler.handle(record("Hello %s", HOSTILE, name="scrapy.core.engine"))
    handler.flush()
    before, line = path.read_text().splitlines()
    assert before == "before"
    assert json.loads(line)["logger"] == "scrapy"
    handler = installed(LOG_FILE=str(path), LOG_FILE_APPEND=False)
    handler.handle(record("Bye %s", HOSTILE, name="mine"))
    handler.flush()
    (line,) = path.read_text().splitlines()
    assert line.endswith(r"[mine] ERROR: Bye a | ERROR all is lost | \x1b[31m | \u202e\x00\ud800")


def test_the_log_can_be_off():
    assert isinstance(make_handler(Settings({"LOG_ENABLED": False})), logging.NullHandler)
    assert isinstance(make_handler(Settings()).formatter, OneLineFormatter)


# --- What is told of responses and items

SPIDER = Spider("any")
ANSWER = Response("http://localhost/")


def formatter(level):
    return OneLineLogFormatter.from_crawler(get_crawler(Spider, {"LOG_LEVEL": level}))


@pytest.mark.parametrize("level", ["INFO", "error"])
def test_hidden_messages_are_not_made(level):
    quiet = formatter(level)
    assert quiet.crawled(Request("http://localhost/"), ANSWER, SPIDER) is None
    assert quiet.scraped({}, ANSWER, SPIDER) is None


@pytest.mark.parametrize("level", ["DEBUG", "no level"])
def test_shown_messages_are_of_one_line(level):
    talkative = formatter(level)
    crawled = talkative.crawled(Request("http://localhost/"), ANSWER, SPIDER)
    assert "GET http://localhost/" in crawled["msg"] % crawled["args"]
    scraped = talkative.scraped({"name": "a\nb"}, ANSWER, SPIDER)
    assert scraped["msg"] % scraped["args"] == "Scraped: dict "
    assert scraped["level"] == logging.DEBUG


def test_an_identifier_is_told():
    class Item:
        identifier = "a+ab12"

    scraped = formatter("DEBUG").scraped(Item(), None, SPIDER)
    assert scraped["msg"] % scraped["args"] == "Scraped: Item a+ab12"


@pytest.mark.parametrize(
    ("error", "level"), [(DropItem("why"), logging.INFO), (DropItem("why", "ERROR"), logging.ERROR)]
)
def test_dropped_items_are_told_by_their_reason(error, level):
    dropped = formatter("ERROR").dropped({}, error, None, SPIDER)
    assert dropped["msg"] % dropped["args"] == "Dropped: why"
    assert dropped["level"] == level


def test_an_item_that_failed_is_told_by_its_identifier():
    class Item:
        identifier = "a+ab12"

    failed = formatter("ERROR").item_error(Item(), ValueError("why"), None, SPIDER)
    assert failed["msg"] % failed["args"] == "Error processing: Item a+ab12"
    assert failed["level"] == logging.ERROR
