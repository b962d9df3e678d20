"""Garbage collection: rarer while crawls run, as before afterwards."""

from __future__ import annotations

import gc

import pytest
from scrapy import Spider, signals
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from sessioncrawler.extensions.garbage import RareGarbageCollection


@pytest.fixture
def before():
    threshold = gc.get_threshold()
    yield threshold
    gc.set_threshold(*threshold)
    gc.unfreeze()


def crawler_with(threshold):
    crawler = get_crawler(Spider, {"GARBAGE_THRESHOLD": threshold, "MEMUSAGE_ENABLED": False})
    return crawler, RareGarbageCollection.from_crawler(crawler)


def send(crawler, signal):
    for _, result in crawler.signals.send_catch_log(signal=signal):
        assert result is None


def test_rarer_until_the_last_crawl_ends(before):
    first, _first = crawler_with(50_000)
    second, _second = crawler_with(50_000)
    assert gc.get_threshold() == before
    send(first, signals.engine_started)
    send(second, signals.engine_started)
    assert gc.get_threshold() == (50_000, *before[1:])
    assert gc.get_freeze_count() > 0
    send(first, signals.engine_stopped)
    assert gc.get_threshold() == (50_000, *before[1:])
    send(second, signals.engine_stopped)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_python_decides_where_the_setting_is_zero():
    with pytest.raises(NotConfigured):
        crawler_with(0)
