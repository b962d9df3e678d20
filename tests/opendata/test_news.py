"""Which feeds there are."""

from __future__ import annotations

from collections import Counter

from sessioncrawler.knowledge.server_events import ServerEvent, ServerEventKind
from sessioncrawler.opendata import news
from sessioncrawler.opendata.places import ServerFolder
from sessioncrawler.state import Event, EventKind, Facts, Listed
from tests.support.open_data import DAY, KEY, NOW


def facts(token="linux", key=KEY, url="https://sogs.example", **more):
    values = {"language": "de", "tags": ("linux",), "description": "Penguins", **more}
    return Facts(key, token, f"{token}+118d404b", token, f"{url}/{token}?public_key={key}", **values)


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


OTHER = "ab" * 32


def of_servers(kind, count=1, at=NOW - 9 * DAY, key=KEY):
    return [ServerEvent(at - number, kind, key, f"h{number}.example", "old.example") for number in range(count)]


def test_no_flood_of_rooms_hides_that_a_server_moved_took_another_key_or_fell():
    """Nor do falls hide the others."""
    flood = [event(NOW - number // 10 * DAY, token=f"t{number}") for number in range(10 * news.MOST_ENTRIES)]
    falls = of_servers(ServerEventKind.DOWN, 2 * news.MOST_ENTRIES, NOW - DAY)
    rare = [*of_servers(ServerEventKind.KEY_CHANGED), *of_servers(ServerEventKind.MOVED)]
    feeds = news.news(flood, [], [*falls, *rare], [ServerFolder(KEY, "118d404b", "118d404b", "sogs.example")])
    for feed in (feeds[0], feeds[-1]):
        assert feed.group in {"all", "server"}
        assert [one for one in feed.events if one in rare] == rare
        assert sum(one in falls for one in feed.events) == news.MOST_ENTRIES
        assert sum(one in flood for one in feed.events) == news.MOST_ENTRIES
        assert [one.at for one in feed.events] == sorted((one.at for one in feed.events), reverse=True)


def test_many_servers_of_one_place_hide_nobody_of_today():
    honest = event(NOW - 60, token="a", key=OTHER, url="https://honest.example")
    flood = [
        event(NOW - number % 9, token=f"t{number}", key=f"{number:064x}", url=f"https://h{number}.loud.example")
        for number in range(300)
    ]
    everything = news.news([*sorted(flood, key=lambda one: -one.at), honest], [])[0].events
    assert len(everything) == news.MOST_ENTRIES
    assert everything[-1] == honest
    assert Counter(one.facts.public_key == OTHER for one in everything) == {False: news.MOST_ENTRIES - 1, True: 1}


def test_what_stands_for_many_is_in_the_feeds_of_all_and_of_its_server():
    many = Event(NOW, EventKind.GONE, Facts(KEY, "", "", "", "https://sogs.example/"), 90)
    server = ServerFolder(KEY, "118d404b", "118d404b", "sogs.example")
    feeds = news.news([many, event(NOW - 1)], [], (), [server])
    assert [feed.path for feed in feeds if many in feed.events] == ["all.xml", "server/118d404b.xml"]
