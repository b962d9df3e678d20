"""The pipeline in crawls of small spiders: what happens around the end. The usual way is in tests/spiders."""

import pytest

from sessioncrawler.state import State
from tests.support.crawling import Job, run_crawls

SPIDERS = '''
import dataclasses
import scrapy
from scrapy.exceptions import CloseSpider
from sessioncrawler.items import SightingItem
from sessioncrawler.model import Address, JoinLink, Sighting


def sighting(token, *tags):
    return SightingItem(Sighting(JoinLink(Address("https", "sogs.example", 443), token, "a" * 64), "here", tags))


@dataclasses.dataclass
class Note:
    text: str


class Cancelled(scrapy.Spider):
    """Stopped early, after something was found."""

    name = "cancelled"
    start_urls = ["data:,x"]

    def parse(self, response):
        yield sighting("found")
        raise CloseSpider("cancelled_by_test")


class Other(scrapy.Spider):
    """Yields the same sighting twice, and one that has nothing to do with sightings."""

    name = "other"
    start_urls = ["data:,x"]

    def parse(self, response):
        yield sighting("twice", "old")
        yield sighting("twice", "new")
        yield Note("unchanged")


class Without(scrapy.Spider):
    """Finds nothing."""

    name = "without"
    start_urls = ["data:,x"]

    def parse(self, response):
        return []


'''


@pytest.fixture(scope="module")
def crawls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline")
    (folder / "small_spiders.py").write_text(SPIDERS)
    (folder / "file").write_text("not a folder")
    settings = {
        "CRAWL_TIME": 7,
        "ITEM_PIPELINES": {"sessioncrawler.pipelines.sightings.SightingsPipeline": 50},
    }
    names = ["cancelled", "other", "without"]
    jobs = [
        Job(f"small_spiders.{name.title()}", {}, settings | {"STATE_URL": f"sqlite:///{name}.db"}) for name in names
    ]
    jobs.append(Job("small_spiders.Cancelled", {}, settings | {"STATE_URL": "sqlite:///file/state.db"}))
    return folder, dict(zip([*names, "unwritable"], run_crawls(jobs, folder=folder), strict=True))


def known(folder, name):
    with State.open(f"sqlite:///{folder}/{name}.db") as state:
        return [(one.link.token, one.source, one.tags, one.last_seen) for one in state.sightings()]


def test_a_cancelled_crawl_keeps_what_it_found(crawls):
    folder, results = crawls
    assert results["cancelled"].reason == "cancelled_by_test"
    assert known(folder, "cancelled") == [("found", "here", (), 7)]


def test_the_last_of_two_sightings_counts_and_other_items_pass(crawls):
    folder, results = crawls
    assert known(folder, "other") == [("twice", "here", ("new",), 7)]
    assert results["other"].stats["state/sightings"] == results["other"].stats["state/sightings_new"] == 1
    assert {"text": "unchanged"} in results["other"].items


def test_a_crawl_without_join_links_does_not_touch_the_state(crawls):
    folder, results = crawls
    assert results["without"].reason == "finished"
    assert not (folder / "without.db").exists()


def test_an_unwritable_state_is_told_even_at_the_very_end(crawls):
    _, results = crawls
    assert results["unwritable"].stats["state/failed"] == 1
    assert "file/state.db cannot be written. Give this user the right" in results["unwritable"].log
    assert "Traceback" not in results["unwritable"].log
