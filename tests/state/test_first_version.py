"""A state that the first version wrote, and what becomes of it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, Outcome, Poll, Reach
from sessioncrawler.state import Check, Fared, State, Told, Total
from sessioncrawler.state.memory.fared import MISSES
from tests.support.knowing import SITE

DUMP = Path(__file__).with_name("first_version.sql")
"""Two join links, a server that answered with a room, an address that did not, a Community listed and one gone."""
KEY = "ab" * 32
ASKED = 1_769_079_600  # 2026-01-22 11:00 UTC
HOST = Address("https", "sogs.example", 443)


@pytest.fixture
def state(tmp_path):
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        database.executescript(DUMP.read_text())
    with State.open(f"sqlite:///{tmp_path}/state.db") as opened:
        yield opened


def known(state, now):
    return Knowledge.read(state, parse_directory(SITE, "directory.toml"), now)


def test_nothing_is_lost(state):
    assert [one.link.token for one in state.sightings()] == ["attic", "lobby"]
    assert [(one.poll.outcome, one.told) for one in state.polls()] == [(Outcome.DNS, None), (Outcome.REACHED, None)]
    assert [(one.facts.token, one.gone_at) for one in state.listings()] == [("attic", ASKED), ("lobby", None)]
    assert [event.facts.token for event in state.events()] == ["attic"]
    [key] = state.keys()
    assert (key.public_key, key.netloc, key.published_at) == (KEY, "sogs.example", 1_767_355_200)
    assert [run.figures.communities for run in state.runs()] == [1]
    assert [one.room.token for one in known(state, ASKED).communities()] == ["lobby"]
    away, here = state.fared()
    assert away == Fared("old.example", ASKED, None, ASKED, MISSES, ASKED)
    assert here == Fared("sogs.example", ASKED, ASKED, None, 0, ASKED)


def test_a_server_keeps_its_communities_from_the_first_crawl_after_the_update_on(state):
    later = ASKED + 7 * 3_600
    state.record_polls([Poll(HOST, Outcome.REFUSED)], later)
    [one] = known(state, later).communities()
    assert (one.room.token, one.presence.reach, one.presence.at) == ("lobby", Reach.AWAY, ASKED)


def test_memory_begins_with_the_update(state):
    assert state.availability(ASKED) == state.weekly(ASKED) == {}
    total = Total(ASKED // 86_400, 1, 1, 1, 7)
    state.record_memory([Check(KEY, ASKED, reached=True)], [Told(KEY, "lobby", 7, 41, 7)], total, ASKED)
    assert state.availability(ASKED)[KEY].day == (1, 1)
    [sample] = state.histories([(KEY, "lobby")])[KEY, "lobby"]
    assert (sample.users, sample.events, sample.days) == (7, None, 0)
    assert state.totals() == [total]
