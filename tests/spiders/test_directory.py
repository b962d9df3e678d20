"""The spider ``directory``, which publishes what the state holds, and shards of ``sogs``, which publish nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Room, Server, Sighting
from sessioncrawler.state import State
from tests.support.crawling import Job, run_crawls
from tests.support.sogs_world import NOW

HOST, OLD = Address("https", "sogs.example", 443), Address("http", "old.example", 80)
KEY = "ab" * 32
LINK = JoinLink(OLD, "lobby", KEY)
LOBBY = Room(
    "lobby", "Lobby", active_users=7, active_users_cutoff=604_800, read=True, write=True, upload=True, image_id=3
)
REACHED = Poll(HOST, Outcome.REACHED, server=Server(HOST, KEY), rooms=(LOBBY,), key_proof=KeyProof.PREVIEW_PAGE)
MOVED = Poll(OLD, Outcome.REDIRECTED, "leads to another server", aliases=(HOST,))
SITE = '[site]\nname = "Rooms"\nurl = "https://example.org/"\ncontact = "crew@example.org"\n'
DAY = 86_400


def publish(folder, *polls, links=(LINK,), arguments=None, spider="directory", now=NOW, more="", **settings):
    (folder / "directory.toml").write_text(SITE + more)
    url = f"sqlite:///{folder}/state.db"
    with State.open(url) as state:
        state.record_sightings([Sighting(link, "lokilocker") for link in links], NOW)
        for poll in polls:
            state.record_polls([poll], NOW)
    ours = {
        "DIRECTORY_CONFIG": str(folder / "directory.toml"),
        "STATE_URL": url,
        "SITE_URI": str(folder / "site"),
        "CRAWL_TIME": now,
        **settings,
    }
    [crawl] = run_crawls([Job(spider, arguments or {}, ours)], network=False)
    return crawl


def published(folder):
    """What is there besides the file that tells how the run went."""
    return sorted(path.name for path in (folder / "site").rglob("*") if not path.name.startswith("health."))


def test_what_the_state_holds_is_published(tmp_path):
    crawl = publish(tmp_path, MOVED, REACHED, ICONS_ENABLED=True)
    assert crawl.reason == "finished"
    assert "sogs.example" in (tmp_path / "site" / "servers.json").read_text()
    assert [crawl.stats[f"polls/outcome/{outcome}"] for outcome in ("reached", "redirected")] == [1, 1]
    assert not any(stat.startswith("icons/") for stat in crawl.stats)  # nobody was asked for one
    assert "downloader/request_count" not in crawl.stats


def test_patterns_that_do_not_count_are_told(tmp_path):
    crawl = publish(tmp_path, MOVED, REACHED, more='[[pin]]\nmatch = "lobby+abab"\n')
    assert crawl.reason == "finished"
    assert "1 patterns of directory.toml do not count" in crawl.log
    assert "lobby+abab first. Run 'scrapy check-config'" in crawl.log


def test_the_site_is_rendered_anew_long_after_the_last_round(tmp_path):
    assert publish(tmp_path, MOVED, REACHED, now=NOW + 30 * DAY).reason == "finished"


def test_one_process_or_two_render_the_same_site(tmp_path):
    found = []
    for processes in (1, 2):
        folder = tmp_path / str(processes)
        folder.mkdir()
        assert publish(folder, MOVED, REACHED, RENDER_PROCESSES=processes).reason == "finished"
        found.append((folder / "site" / "files.json").read_bytes())
    assert b'"c/lobby+' in found[0]
    assert found[0] == found[1]


def test_a_server_to_which_nothing_leads_any_more_is_not_published(tmp_path):
    crawl = publish(tmp_path, REACHED)
    assert crawl.reason == "no_polls"
    assert "The state holds no poll of a server, so nothing is published. Run 'scrapy crawl sogs'." in crawl.log
    assert published(tmp_path) == []


def test_a_state_without_communities_is_not_published(tmp_path):
    crawl = publish(tmp_path, Poll(OLD, Outcome.DNS))
    assert crawl.reason == "no_communities"
    assert published(tmp_path) == []


def test_a_copier_is_published_nowhere_neither_beside_its_victim_nor_in_its_place(tmp_path):
    proven = replace(REACHED, key_proof=KeyProof.ONION)
    copier = Address("https", "a.example", 443)
    copy = replace(REACHED, address=copier, server=Server(copier, KEY), rooms=(LOBBY, replace(LOBBY, token="evil")))
    links = (LINK, JoinLink(copier, "lobby", KEY))
    publish(tmp_path, MOVED, copy, proven, links=links)
    data = {name: json.loads((tmp_path / "site" / "v1" / f"{name}.json").read_text()) for name in ("servers", "keys")}
    (server,) = data["servers"]["servers"]
    assert (server["base_url"], server["key_proof"]) == ("https://sogs.example", "onion")
    assert server["proven_at"] == data["servers"]["generated_at"]
    assert [entry["address"] for entry in data["keys"]["log"]] == ["https://sogs.example"]
    assert "a.example" not in (tmp_path / "site" / "index.html").read_text()
    assert data["keys"]["log"][0]["sha256"] in (tmp_path / "site" / "keys" / "index.html").read_text()
    # Its server is down, and the copier has the day to itself.
    crawl = publish(tmp_path, Poll(HOST, Outcome.DNS), copy, links=links)
    assert crawl.reason == "no_communities"
    assert [crawl.stats[f"polls/outcome/{outcome}"] for outcome in ("key-copy", "dns")] == [1, 1]


@pytest.mark.parametrize(("spider", "arguments"), [("directory", {}), ("sogs", {"shard": "1/2"})])
def test_a_state_that_cannot_be_used_is_told(tmp_path, spider, arguments):
    (tmp_path / "broken").mkdir()
    crawl = publish(tmp_path, spider=spider, arguments=arguments, STATE_URL=f"sqlite:///{tmp_path}/broken")
    assert crawl.reason == "state_failed"
    assert "Traceback" not in crawl.log


def test_a_shard_that_is_none_is_told(tmp_path):
    crawl = publish(tmp_path, spider="sogs", arguments={"shard": "3/2"})
    assert crawl.reason == "bad_shard"
    assert "shard='3/2' is no part of a whole; write I/N" in crawl.log


def test_a_shard_may_have_nothing_to_do(tmp_path):
    crawl = publish(tmp_path, spider="sogs", arguments={"shard": "1/1000"})
    assert crawl.reason == "finished"
    assert crawl.items == []
    assert not (tmp_path / "site").exists()


def test_a_shard_keeps_feeds_that_a_person_asked_for(tmp_path):
    ours = {str(tmp_path / "site"): {"format": "site"}, str(tmp_path / "mine.json"): {"format": "json"}}
    publish(tmp_path, spider="sogs", arguments={"shard": "1/1000"}, FEEDS=ours)
    assert (tmp_path / "mine.json").exists()
    assert not (tmp_path / "site").exists()
