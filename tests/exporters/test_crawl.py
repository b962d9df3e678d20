"""What the feeds of a crawl share is made once."""

import gc
import weakref
from collections import Counter

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.utils.test import get_crawler

from sessioncrawler.exporters import _crawl
from sessioncrawler.exporters._crawl import Crawl, Once
from sessioncrawler.items import PollItem
from sessioncrawler.model import Address, Outcome, Poll
from sessioncrawler.settings import FEED_EXPORTERS, FEED_STORAGES
from sessioncrawler.site.i18n.languages import LOCALES
from sessioncrawler.site.pages.cards import Cards, Provenance
from sessioncrawler.spiders._feeds import site_feeds
from sessioncrawler.state import State
from tests.support.publishing import DIRECTORY, NOW, community, no_reactor, publish

POLL = PollItem(Poll(Address("https", "sogs.example", 443), Outcome.REACHED))


@pytest.fixture
def calls(monkeypatch):
    """How often each costly function is called."""
    counts = Counter()

    def count(owner, name):
        function = getattr(owner, name)

        def counting(*args, **kwargs):
            counts[name] += 1
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, counting)

    count(_crawl, "load_directory")
    count(_crawl, "build_environment")
    count(Cards, "__init__")
    count(Provenance, "of")
    return counts


@pytest.fixture
def crawler(tmp_path):
    (tmp_path / "directory.toml").write_text(DIRECTORY)
    settings = {
        "DIRECTORY_CONFIG": str(tmp_path / "directory.toml"),
        "CRAWL_TIME": NOW,
        "TWISTED_REACTOR_ENABLED": False,
    }
    with no_reactor():
        return get_crawler(settings_dict=settings)


def test_a_site_is_made_from_one_reading(tmp_path, calls):
    url = f"sqlite:///{tmp_path}/state.db"
    State.open(url).close()
    feeds = site_feeds(str(tmp_path / "site"))
    done = publish(
        [community("a"), community("b"), POLL],
        feeds,
        tmp_path,
        STATE_URL=url,
        FEED_EXPORTERS=FEED_EXPORTERS,
        FEED_STORAGES=FEED_STORAGES,
    )
    assert done.errors == []
    assert (tmp_path / "site/de/index.html").exists()
    assert calls == {"load_directory": 1, "build_environment": len(LOCALES), "__init__": 1, "of": 1}


def test_the_same_elements_in_another_list_are_the_same():
    made = []
    once = Once(lambda elements: made.append(list(elements)) or len(made))
    one, other, equal = community("a"), community("b"), community("a")
    assert [once([one, other]), once((one, other)), once([other, one]), once([one]), once([equal])] == [1, 1, 2, 3, 4]
    assert [once([]), once([])] == [5, 5]


def test_items_are_sorted_by_identifier_and_others_come_last(crawler):
    a, b = community("a"), community("b")
    crawl = Crawl.of(crawler)
    assert crawl.sorted([POLL, b, a]) == (a, b, POLL)
    assert crawl.sorted([POLL, b, a]) is crawl.sorted([POLL, b, a])


def test_an_edition_belongs_to_its_communities(crawler):
    crawl, a, b = Crawl.of(crawler), community("a"), community("b")
    edition = crawl.edition([a, POLL])
    assert edition is Crawl.of(crawler).edition([POLL, a])
    assert edition.cards is edition.cards
    assert [card.key[1] for card in edition.cards.all] == ["a"]
    assert [card.sources for card in edition.cards.all] == [()], "no STATE_URL is set"
    assert [card.key[1] for card in crawl.edition([b]).cards.all] == ["b"]


def test_environments_speak_their_language(crawler):
    crawl = Crawl.of(crawler)
    assert crawl.environment("de") is crawl.environment("de")
    assert crawl.environment("de").from_string("{{ _('Privacy') }}").render() == "Datenschutz"
    assert crawl.environment().from_string("{{ _('Privacy') }}").render() == "Privacy"


def test_a_crawler_is_forgotten():
    crawler = Crawler(Spider)
    crawl = weakref.ref(Crawl.of(crawler))
    assert crawl() is not None
    del crawler
    for _ in range(2):  # the crawler first, then what was kept for it
        gc.collect()
    assert crawl() is None
