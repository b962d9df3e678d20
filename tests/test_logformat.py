"""What the log says of responses and items, and that nothing is prepared which nobody sees."""

from __future__ import annotations

import logging

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from sessioncrawler.logformat import OneLineLogFormatter

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
