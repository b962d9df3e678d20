"""When the monitors watch, and with what limits; what they do is in tests/extensions/test_watch.py."""

from __future__ import annotations

import pytest
from scrapy import Spider
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from sessioncrawler.editorial.monitors import Limits
from sessioncrawler.extensions.watch import Watch
from sessioncrawler.pipelines.monitors import MonitorsPipeline, limits_of

SITE = {"FEEDS": {"site": {"format": "site"}}, "STATE_URL": "sqlite:///state.db", "SITE_URI": "site"}


def crawler_with(**settings):
    return get_crawler(Spider, {**SITE, **settings})


@pytest.mark.parametrize("component", [MonitorsPipeline, Watch])
@pytest.mark.parametrize("feeds", [{}, {"out.json": {"format": "json"}}])
def test_crawls_that_publish_no_site_are_not_watched(component, feeds):
    with pytest.raises(NotConfigured):
        component.from_crawler(crawler_with(FEEDS=feeds))


def test_limits_come_from_the_settings():
    names = ("MIN_SERVERS", "MIN_COMMUNITIES", "MIN_SOURCES", "MAX_FAILURES", "EXPLAINED_AFTER")
    settings = {f"MONITOR_{name}": value for name, value in zip(names, ("0.25", 1, 0, "0.5", "36"), strict=True)}
    assert limits_of(crawler_with(**settings).settings) == Limits(0.25, 1, 0, 0.5, 36)
    assert limits_of(crawler_with(MONITOR_EXPLAINED_AFTER=0).settings).patience == 0
    assert limits_of(crawler_with().settings) == Limits()
