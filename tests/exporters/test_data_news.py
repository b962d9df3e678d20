"""News feeds through crawls that follow each other on one state."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import UTC, datetime
from io import StringIO
from xml.etree import ElementTree as ET

import feedparser

from simnet.texts import HOSTILE
from tests.support.open_data import DAY, DIRECTORY, HIDING, NOW, files, listed, polled, room, run

ATOM = "{http://www.w3.org/2005/Atom}"


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


def crawl(folder, items, now, directory=DIRECTORY):
    assert run(folder, [*items, polled()], directory=directory, CRAWL_TIME=now).errors == []
    return files(folder)


def test_a_first_crawl_has_feeds_without_news(tmp_path):
    first = crawl(tmp_path, listed(), NOW)
    later = crawl(tmp_path, listed(), NOW + 3600)
    for name in first:
        if name.startswith("feed/"):
            assert first[name] == later[name], "nothing happened"
    for name in ("feed/all.xml", "feed/lang/de.xml", "feed/tag/linux.xml"):
        feed = parsed(first[name])
        assert feed.entries == []
        assert feed.feed.updated == "2026-01-22T12:00:00Z"


def test_what_came_went_and_came_back(tmp_path):
    linux, *others = listed()
    crawl(tmp_path, others, NOW)
    crawl(tmp_path, [linux, *others], NOW + 10)
    crawl(tmp_path, others, NOW + 20 + DAY)
    site = crawl(tmp_path, [linux, *others], NOW + 30 + DAY)
    for name in ("all", "lang/de", "tag/linux", "tag/~" + hashlib.sha256("свобода".encode()).hexdigest()[:12]):
        feed = parsed(site[f"feed/{name}.xml"])
        assert [entry.title for entry in feed.entries] == [
            "Back: +Linux & BSD",
            "Gone: +Linux & BSD",
            "New: +Linux & BSD",
        ]
        assert feed.feed.updated == feed.entries[0].updated
        assert feed.entries[-1].link == f"https://rooms.directory/#{linux.identifier}"
        assert feed.entries[1].link == "https://rooms.directory/"
        assert "Join link: https://sogs.example/linux" in feed.entries[0].content[0].value
        assert "Join link" not in feed.entries[1].content[0].value
        assert feed.entries[0].content[0].type == "text/plain"
        assert feed.entries[0].content[0].language == "de"
    assert parsed(site["feed/tag/nsfw.xml"]).entries == []
    at = datetime.fromtimestamp(NOW + 10, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert parsed(site["feed/all.xml"]).entries[-1].updated == at
    assert feed_links(site["feed/all.xml"])["self"] == "https://rooms.directory/feed/all.xml"
    again = crawl(tmp_path, [linux, *others], NOW + 40 + DAY)
    assert again["feed/all.xml"] == site["feed/all.xml"]


def feed_links(body):
    return {link.get("rel"): link.get("href") for link in ET.fromstring(body).findall(f"{ATOM}link")}


def test_a_site_without_an_address_of_its_own_does_not_say_where_it_is(tmp_path):
    directory = DIRECTORY.replace("https://rooms.directory/", "https://www.example.org/x/")
    site = crawl(tmp_path, listed(), NOW, directory)
    assert set(feed_links(site["feed/all.xml"])) == {"alternate"}


def test_a_room_that_is_hidden_while_its_server_is_away_is_no_longer_named(tmp_path):
    crawl(tmp_path, listed(), NOW)
    crawl(tmp_path, [*listed(), room("bannedone", "Buy! #spam")], NOW + 10)
    before = crawl(tmp_path, listed(), NOW + 20)
    assert b"bannedone" in before["feed/all.xml"]
    assert "feed/tag/spam.xml" in before
    after = crawl(tmp_path, listed(), NOW + 30, HIDING)
    assert "feed/tag/spam.xml" not in after
    for name, body in after.items():
        assert b"bannedone" not in body, name


def test_hostile_texts_stay_texts(tmp_path):
    hostile = [room(f"h{number}", text, name=name) for number, (name, text) in enumerate(HOSTILE)]
    crawl(tmp_path, listed(), NOW)
    site = crawl(tmp_path, [*listed(), *hostile], NOW + 10)
    feed = parsed(site["feed/all.xml"])
    assert len(feed.entries) == len(HOSTILE)
    assert "New: <script>alert(1)</script>" in {
        entry.find(f"{ATOM}title").text for entry in ET.fromstring(site["feed/all.xml"]).iter(f"{ATOM}entry")
    }
    assert b"<script" not in site["feed/all.xml"]
    records = json.loads(site["v1/communities.json"])["communities"]
    assert len(records) == len(site["communities.jsonl"].decode().splitlines()) == len(HOSTILE) + 4
    for row in csv.reader(StringIO(site["communities.csv"].decode(), newline="")):
        assert not [value for value in row if value.lstrip().startswith(("=", "+", "-", "@"))]
