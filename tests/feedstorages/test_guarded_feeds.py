"""The guard, through whole crawls: what is published stays as it was unless all is well."""

import pytest
from scrapy.exporters import BaseItemExporter

from sessioncrawler.exporters._collecting import CollectingExporter
from sessioncrawler.feedstorages import AtomicFileFeedStorage
from tests.support.publishing import community, publish

FEED = {"format": "servers.json"}
OLD = "what was there"


class Forgetful(CollectingExporter):
    """An exporter with a mistake: it loses an item, or two, and tells nobody."""

    def export_item(self, item):
        if item.room.token != "b":
            super().export_item(item)

    def write(self, items):
        self.file.write(b"fewer")


class Raising(BaseItemExporter):
    """A feed of somebody else's, whose failure keeps items from the feeds behind it."""

    def __init__(self, file, **kwargs):
        super().__init__(**kwargs)

    def export_item(self, item):
        raise RuntimeError("no")


def exporters(kind):
    return {"servers.json": "sessioncrawler.exporters.ServersJsonItemExporter", "other": kind}


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "site" / "servers.json"
    path.parent.mkdir()
    path.write_text(OLD)
    return path


def assert_vetoed(published, target, sentence, feeds=1):
    assert target.read_text() == OLD
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert published.stats["feedexport/failed_count/AtomicFileFeedStorage"] == feeds
    assert "feedexport/success_count/AtomicFileFeedStorage" not in published.stats
    stored = [line for line in published.errors if line.startswith("ERROR Error storing")]
    assert len(stored) == 1  # told once, whatever the number of feeds
    assert all(sentence in line for line in stored)
    assert not any("Traceback" in line for line in stored)


def test_a_whole_crawl_is_published(target, tmp_path):
    published = publish([community()], {str(target): FEED}, tmp_path)
    assert "sogs.example" in target.read_text()
    assert published.stats["feedexport/success_count/AtomicFileFeedStorage"] == 1
    assert published.errors == []


def test_a_crawl_that_was_cancelled_publishes_nothing(target, tmp_path):
    published = publish([community()], {str(target): FEED}, tmp_path, reason="cancelled")
    assert_vetoed(published, target, "the crawl did not finish (cancelled), so what is published stays as it was.")


def test_a_spider_that_failed_publishes_nothing(target, tmp_path):
    published = publish([community()], {str(target): FEED}, tmp_path, fault=RuntimeError("a mistake"))
    assert_vetoed(published, target, "so what is published stays as it was.")


@pytest.mark.parametrize("count", ["spider_exceptions/count", "publish/errors"])
def test_anything_counted_as_a_failure_publishes_nothing(target, tmp_path, count):
    class Counting:
        @classmethod
        def from_crawler(cls, crawler):
            crawler.stats.inc_value(count)
            return cls()

    published = publish([community()], {str(target): FEED}, tmp_path, EXTENSIONS={Counting: 1})
    assert_vetoed(published, target, ": 1, so what is published stays as it was.")


def test_a_crawl_without_communities_publishes_nothing(target, tmp_path):
    published = publish([], {str(target): FEED}, tmp_path)
    assert published.stats["publish/communities"] == 0
    assert_vetoed(published, target, "the crawl found no Community, so what is published stays as it was.")


def test_a_feed_that_lost_communities_stops_all_feeds(target, tmp_path):
    other = tmp_path / "other"
    feeds = {str(target): FEED, str(other): {"format": "other"}}
    items = [community(token) for token in "abc"]
    published = publish(items, feeds, tmp_path, FEED_EXPORTERS=exporters(Forgetful))
    assert_vetoed(published, target, "Communities that were found: 3, in a feed: 2, so", feeds=2)
    assert not other.exists()


def test_a_feed_that_lost_all_communities_stops_all_feeds(target, tmp_path):
    feeds = {str(target): FEED, str(tmp_path / "other"): {"format": "other"}}
    published = publish([community("b")], feeds, tmp_path, FEED_EXPORTERS=exporters(Forgetful))
    assert_vetoed(published, target, "Communities that were found: 1, in a feed: 0, so", feeds=2)


def test_the_failure_of_another_feed_before_ours_is_noticed(target, tmp_path):
    feeds = {str(tmp_path / "other"): {"format": "other"}, str(target): FEED}
    published = publish([community()], feeds, tmp_path, FEED_EXPORTERS=exporters(Raising))
    assert_vetoed(published, target, "Communities that were found: 1, in a feed: 0, so", feeds=2)


def test_a_temporary_folder_that_is_not_there_is_told(target, tmp_path):
    published = publish([community()], {str(target): FEED}, tmp_path, FEED_TEMPDIR=str(tmp_path / "nowhere"))
    assert target.read_text() == OLD
    assert published.stats["publish/errors"] >= 1
    assert any("Check the setting FEED_TEMPDIR." in line for line in published.errors)


def test_a_folder_in_the_place_of_a_file_is_told(target, tmp_path):
    target.unlink()
    target.mkdir()
    published = publish([community()], {str(target): FEED}, tmp_path)
    assert published.stats["feedexport/failed_count/AtomicFileFeedStorage"] == 1
    assert "could not be stored (Is a directory), so what is published stays as it was." in published.errors[0]
    assert "Traceback" not in published.errors[0]
    assert [path.name for path in target.parent.iterdir()] == [target.name]


class Mistaken(AtomicFileFeedStorage):
    """A storage with a mistake of the program."""

    def feed(self, file, *, tree):
        feed = super().feed(file, tree=tree)
        feed.prepare = lambda: 1 / 0
        return feed


def test_other_failures_keep_their_traceback(target, tmp_path):
    published = publish([community()], {str(target): FEED}, tmp_path, FEED_STORAGES={"": Mistaken})
    assert published.stats["feedexport/failed_count/Mistaken"] == 1
    assert "ZeroDivisionError" in published.errors[0]
    assert "Traceback" in published.errors[0]
    assert target.read_text() == OLD


class Broken(Forgetful):
    def write(self, items):
        raise OSError("the disk is full.")


def test_the_failure_of_one_feed_stops_all_feeds(target, tmp_path):
    feeds = {str(target): FEED, str(tmp_path / "other"): {"format": "other"}}
    published = publish([community()], feeds, tmp_path, FEED_EXPORTERS=exporters(Broken))
    assert_vetoed(published, target, "feeds that could not be made: 1, so", feeds=2)
    sentence = "ERROR Broken could not be written, so nothing is published: OSError: the disk is full."
    assert sentence in published.errors
