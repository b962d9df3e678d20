"""Clocks that go backwards: an earlier CRAWL_TIME than what the state holds."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from tests.faults.runs import LATER, faults, files, state_rows
from tests.support.sogs_world import NOW

DAY = 86_400


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with faults(tmp_path_factory.mktemp("clock")) as it:
        yield it


@pytest.fixture(scope="module")
def runs(faulty):
    """The site and the state after LATER, then a day before the first run of all, then LATER again.

    One address is no longer asked, so its last poll stays in what is the future then.
    """
    folder = faulty.fresh("clock")
    add_poll_of_a_stranger(folder)
    found = []
    for now in (LATER, NOW - DAY, LATER):
        done = faulty.run(folder, CRAWL_TIME=now)
        assert done.code == 0, done.output
        assert "Traceback" not in done.output
        found.append((files(folder / "site"), state_rows(folder)))
    return found


def add_poll_of_a_stranger(folder: Path) -> None:
    """A poll of an address that nobody names any more."""
    connection = sqlite3.connect(folder / "state.db")
    with connection:
        poll = connection.execute("SELECT poll FROM polls LIMIT 1").fetchone()[0]
        value = json.loads(poll)
        value["address"] = {"scheme": "http", "host": "gone.example", "port": 80}
        value |= {"outcome": "refused", "server": None, "rooms": [], "aliases": [], "claims": [], "key_proof": None}
        row = ("gone.example", LATER, None, LATER, json.dumps(value))
        connection.execute("INSERT OR REPLACE INTO polls VALUES (?, ?, ?, ?, ?, 0, NULL, NULL)", row)
    connection.close()


def when(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


def test_nothing_is_announced_that_did_not_happen(runs):
    (_, before), (_, back), (_, after) = runs
    assert back["events"] == before["events"]
    assert after["events"] == before["events"]
    assert len({(kind, key, token) for _, kind, key, token in after["events"]}) == len(after["events"])


def test_what_is_known_stays_known(runs):
    (_, before), (_, back), (_, after) = runs
    for table in before:
        assert back[table] >= before[table], table
        assert after[table] >= back[table], table


def test_news_never_grow_older(runs):
    feeds = [name for name in runs[0][0] if name.startswith("feed/") and name.endswith(".xml")]
    assert len(feeds) > 3
    dated = 0
    for name in feeds:
        updated = [when(feedparser.parse(site[name]).feed.updated) for site, _ in runs]
        assert updated == sorted(updated), name
        dated += updated[0] >= NOW
    assert dated


def test_pages_of_a_run_in_the_past_hold_no_negative_time(runs):
    site = runs[1][0]
    for name, content in site.items():
        if Path(name).suffix in {".html", ".xml"}:
            text = re.sub("[Rr]eached in 30 days", "", content.decode())
            assert not re.search(r"(?<![\w.-])-\d+ (?:second|minute|hour|day|month|year)", text), name
            assert not re.search(r"\bin \d+ (?:minute|hour|day|month|year)s?\b", text), name


def test_every_server_is_current_on_the_status_page(runs):
    pages = [re.sub(r"<time.*?</time>", "", site["status/index.html"].decode()) for site, _ in runs]
    assert "servers answer" in pages[0]
    summary = [re.search(r"\d+ servers? answers?, \d+ address(?:es)? do(?:es)? not", page).group() for page in pages]
    assert summary == summary[:1] * 3


def test_ages_and_times_of_the_data_are_sane(runs):
    for site, _ in runs:
        communities = json.loads(site["v1/communities.json"])["communities"]
        sources = json.loads(site["v1/sources.json"])["sources"]
        assert communities
        assert {one["first_listed"] for one in communities} <= {
            datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for now in (NOW, LATER, NOW - DAY)
        }
        for one in sources:
            assert when(one["first_seen"]) <= when(one["last_seen"])


def test_after_the_clock_was_mended_the_site_is_as_it_was(runs):
    timeless = {name for name in runs[0][0] if not name.endswith(("polls.json", "manifest.json", "files.json", ".zip"))}
    for name in timeless:
        assert runs[2][0][name] == runs[0][0][name], name
