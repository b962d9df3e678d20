"""Which feeds there are."""

from __future__ import annotations

from sessioncrawler.opendata import news
from sessioncrawler.state import Event, EventKind, Facts, Listed
from tests.support.open_data import KEY, NOW


def facts(token="linux", key=KEY, **more):
    values = {"language": "de", "tags": ("linux",), "description": "Penguins", **more}
    return Facts(key, token, f"{token}+118d404b", token, f"https://sogs.example/{token}?public_key={key}", **values)


def event(at=NOW, **more):
    return Event(at, EventKind.NEW, facts(**more))


def test_a_feed_holds_its_latest_events():
    events = [event(NOW - number, token=f"t{number}") for number in range(news.MOST_ENTRIES + 5)]
    everything, german, linux = news.news(events, [])
    assert everything.events == german.events == linux.events == tuple(events[: news.MOST_ENTRIES])
    assert (german.path, german.subject) == ("lang/de.xml", "German")


def test_one_server_crowds_out_no_tag_of_others(monkeypatch):
    monkeypatch.setattr(news, "MOST_TAGS", 2)
    flood = [facts(f"t{number}", tags=(f"spam{number}", "loud")) for number in range(9)]
    shared = [facts("a", key, tags=("linux", "linux")) for key in (KEY, "ab" * 32)]
    feeds = news.news([], [Listed(one, NOW, NOW, None) for one in flood + shared])
    assert [feed.path for feed in feeds if feed.group == "tag"] == ["tag/linux.xml", "tag/loud.xml"]


def test_a_community_without_language_or_tags_is_in_the_feed_of_all():
    (feed,) = news.news([event(language=None, tags=())], [])
    assert (feed.group, len(feed.events)) == ("all", 1)
