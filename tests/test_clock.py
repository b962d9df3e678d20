import time

import pytest
from scrapy.settings import Settings

from sessioncrawler.clock import crawl_time


@pytest.mark.parametrize(("value", "expected"), [(1_769_083_200, 1_769_083_200), ("1769083200", 1_769_083_200), (0, 0)])
def test_the_setting_is_the_time(value, expected):
    assert crawl_time(Settings({"CRAWL_TIME": value})) == expected


@pytest.mark.parametrize("settings", [{}, {"CRAWL_TIME": None}, {"CRAWL_TIME": ""}])
def test_without_the_setting_it_is_now(settings):
    before = int(time.time())
    assert before <= crawl_time(Settings(settings)) <= time.time()


@pytest.mark.parametrize("value", ["yesterday", -1, 1.5, "²"])
def test_anything_else_is_refused(value):
    with pytest.raises(ValueError, match="whole Unix seconds"):
        crawl_time(Settings({"CRAWL_TIME": value}))
