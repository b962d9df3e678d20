"""What the source spiders declare."""

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.spider import iter_spider_classes

from sessioncrawler.spiders import _source

PAGES = {
    "awesome_session_groups": "https://raw.githubusercontent.com/GNU-Linux-libre/Awesome-Session-Group-List/main/README.md",
    "lokilocker": "https://lokilocker.com/Mods/Session-Groups/wiki/Session-Open-Groups",
    "session_directory": "https://session.directory/?all=groups",
}


def spider(name, **arguments):
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["sessioncrawler.spiders"]}))
    return loader.load(name)(**arguments)


@pytest.mark.parametrize(("name", "url"), PAGES.items())
def test_each_spider_reads_its_source(name, url):
    assert list(spider(name).pages()) == [url]
    assert spider(name).source_of(url) == name
    assert spider(name).__doc__


@pytest.mark.parametrize("name", [*PAGES, "sources"])
def test_other_pages_can_be_given(name):
    assert list(spider(name, url="https://a.example/ https://b.example/,https://c.example/").pages()) == [
        "https://a.example/",
        "https://b.example/",
        "https://c.example/",
    ]


def test_the_base_is_no_spider_of_its_own():
    assert list(iter_spider_classes(_source)) == []
