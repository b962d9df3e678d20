"""News feeds as readers and the RFC see them."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import UTC, datetime
from io import StringIO
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import Site
from sessioncrawler.opendata.atom import news_files
from sessioncrawler.opendata.places import CommunityPlace, Places, ServerFolder
from sessioncrawler.pipelines.history import facts_of
from sessioncrawler.state import Event, EventKind, Facts, State
from simnet.texts import HOSTILE
from tests.support.open_data import DAY, DIRECTORY, KEY, NOW, data_files, finished, room

GROUPS = ["Everything", "Servers", "By language", "By tag", "By server"]
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = Site("Rooms & <more>", "https://rooms.directory/", "crew@rooms.directory")
PLACES = Places(
    {one.key: CommunityPlace(*one.key, one.identifier, one.identifier) for one in map(facts_of, finished())}
)
LISTED = [facts_of(one) for one in finished()]


def parsed(body):
    feed = feedparser.parse(body)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    check_atom(ET.fromstring(body))
    return feed


def check_atom(top):
    """What RFC 4287, section 4.1, demands of these feeds."""
    for element in (top, *top.iter(f"{ATOM}entry")):
        for tag in ("id", "title", "updated"):
            (child,) = element.findall(f"{ATOM}{tag}")
            assert child.text
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.find(f"{ATOM}updated").text)
        assert len(element.findall(f"{ATOM}link[@rel='alternate']")) == 1
    assert top.find(f"{ATOM}author/{ATOM}name").text
    ids = [element.text for element in top.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))


def links(body):
    return {link.get("rel"): link.get("href") for link in ET.fromstring(body).findall(f"{ATOM}link")}


@pytest.fixture
def published(tmp_path):
    """Lists Communities at a time, and gives the feeds after it."""
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:

        def publish(listed, now):
            state.record_listing(listed, [], now)
            return dict(news_files(state.events(), state.listings(), SITE, places=PLACES))

        yield publish


def test_feeds_without_news_do_not_change(published):
    first, later = published(LISTED, NOW), published(LISTED, NOW + 3600)
    assert first == later
    for name in ("all.xml", "lang/de.xml", "tag/linux.xml"):
        feed = parsed(first[name])
        assert feed.entries == []
        assert feed.feed.updated == "2026-01-22T12:00:00Z"


def test_what_came_went_and_came_back(published):
    _, *others = LISTED
    published(others, NOW)
    published(LISTED, NOW + 10)
    published(others, NOW + 20 + DAY)
    feeds = published(LISTED, NOW + 30 + DAY)
    for name in ("all", "lang/de", "tag/linux", "tag/~" + hashlib.sha256("свобода".encode()).hexdigest()[:12]):
        feed = parsed(feeds[f"{name}.xml"])
        assert [entry.title for entry in feed.entries] == [
            "Back: +Linux & BSD",
            "Gone: +Linux & BSD",
            "New: +Linux & BSD",
        ]
        assert feed.feed.updated == feed.entries[0].updated
        # Pages, which work without JavaScript, the one of what is gone included.
        assert {entry.link for entry in feed.entries} == {"https://rooms.directory/c/linux%2B118d404b/"}
        assert "Join link: https://sogs.example/linux" in feed.entries[0].content[0].value
        assert "Join link" not in feed.entries[1].content[0].value
        assert feed.entries[0].content[0].type == "text/plain"
        assert feed.entries[0].content[0].language == "de"
    assert parsed(feeds["tag/nsfw.xml"]).entries == []
    at = datetime.fromtimestamp(NOW + 10, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert parsed(feeds["all.xml"]).entries[-1].updated == at
    assert links(feeds["all.xml"])["self"] == "https://rooms.directory/feed/all.xml"
    assert published(LISTED, NOW + 40 + DAY)["all.xml"] == feeds["all.xml"]


def test_the_index_names_every_feed(site):
    top = ET.fromstring(site["feed/index.opml"])
    assert top.get("version") == "2.0"
    assert top.find("head/title").text == "Rooms & <more>: news feeds"
    urls = [element.get("xmlUrl") for element in top.iter("outline") if element.get("xmlUrl")]
    assert sorted(urls) == sorted(
        f"https://rooms.directory/{name}" for name in site if name.startswith("feed/") and name.endswith(".xml")
    )
    assert [heading.get("text") for heading in top.find("body")] == GROUPS


def test_there_is_a_feed_for_every_language_tag_and_server(site):
    tags = [
        "linux",
        "new",
        "nsfw",
        "official",
        "pinned",
        "uploads-off~" + hashlib.sha256(b"uploads off").hexdigest()[:12],
        "~" + hashlib.sha256("свобода".encode()).hexdigest()[:12],
    ]
    assert {name for name in site if name.startswith("feed/")} == {
        *("feed/index.opml", "feed/all.xml", "feed/keys.xml", "feed/lang/de.xml", "feed/lang/pt-BR.xml"),
        *(f"feed/tag/{tag}.xml" for tag in tags),
        *(f"feed/server/{server}.xml" for server in ("118d404b", "ababb556")),
    }


def test_a_site_without_an_address_of_its_own_does_not_say_where_it_is():
    site = Site("Rooms", "https://www.example.org/x/", "crew@rooms.directory")
    assert set(links(dict(news_files([], [], site))["all.xml"])) == {"alternate"}


def test_hostile_texts_stay_texts():
    rooms = [room(f"h{number}", text, name=name) for number, (name, text) in enumerate(HOSTILE)]
    for one in rooms:
        one.description = one.room.description or ""
    files = data_files(rooms, events=[Event(NOW, EventKind.NEW, facts_of(one)) for one in rooms], directory=DIRECTORY)
    assert len(parsed(files["feed/all.xml"]).entries) == len(HOSTILE)
    assert "New: <script>alert(1)</script>" in {
        entry.find(f"{ATOM}title").text for entry in ET.fromstring(files["feed/all.xml"]).iter(f"{ATOM}entry")
    }
    assert b"<script" not in files["feed/all.xml"]
    records = json.loads(files["v1/communities.json"])["communities"]
    assert len(records) == len(files["communities.jsonl"].decode().splitlines()) == len(HOSTILE)
    for row in csv.reader(StringIO(files["communities.csv"].decode(), newline="")):
        assert not [value for value in row if value.lstrip().startswith(("=", "+", "-", "@"))]


@given(st.text(), st.sampled_from(EventKind), st.sampled_from([None, "de", "mul", "und"]))
def test_any_text_makes_a_feed_that_can_be_read(text, kind, language):
    url = f"https://sogs.example/x?public_key={KEY}"
    event = Event(NOW, kind, Facts(KEY, "x", "x+118d404b", text, url, text, language, (text,)))
    for path, body in news_files([event], [], SITE):
        assert ET.fromstring(body) is not None, path


def test_entries_of_forged_identifiers_stay_apart():
    keys = (KEY, KEY[:8] + "0" * 56)
    twins = [Event(NOW, EventKind.NEW, Facts(key, "x", "x+118d404b", "x", "https://sogs.example/x")) for key in keys]
    body = dict(news_files(twins, [], SITE))["all.xml"].decode()
    assert len(set(re.findall(r"<entry><id>(.*?)</id>", body))) == 2


def test_a_name_that_cannot_be_seen_is_replaced_by_the_token():
    hidden = Event(NOW, EventKind.NEW, Facts(KEY, "x", "x+118d404b", "\u200b\u3164", "https://sogs.example/x"))
    assert "<title>New: x</title>" in dict(news_files([hidden], [], SITE))["all.xml"].decode()


def test_an_entry_that_stands_for_many_leads_to_the_page_of_the_server():
    server = ServerFolder(KEY, "118d404b", "118d404b", "sogs.example")
    facts = Facts(KEY, "", "", "", "https://elsewhere.example/")
    events = [Event(NOW, kind, facts, 1_090) for kind in EventKind] + [Event(NOW - DAY, EventKind.GONE, facts, 1)]
    for places, host, page in (
        (Places({}, {KEY: server}), "sogs.example", "s/118d404b/"),
        (Places(), "elsewhere.example", ""),
    ):
        feed = parsed(dict(news_files(events, [], SITE, places=places))["all.xml"])
        assert [entry.title for entry in feed.entries] == [
            f"New: and 1,090 more at {host}",
            f"Back: and 1,090 more at {host}",
            f"Gone: and 1,090 more at {host}",
            f"Gone: and 1 more at {host}",
        ]
        assert {entry.link for entry in feed.entries} == {f"https://rooms.directory/{page}"}
        assert feed.entries[0].content[0].value == (
            "1,090 more times on 22 January 2026 than is told one by one, for Communities of this server: "
            "Listed for the first time."
        )
    later = Event(NOW + 60, EventKind.NEW, facts, 2_000)
    again = parsed(dict(news_files([later], [], SITE))["all.xml"]).entries[0]
    assert again.id in {entry.id for entry in feed.entries}  # the entry of that day, brought up to date
