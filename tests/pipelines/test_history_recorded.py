"""Recorded answers of real servers, with sequences that go on: the events are those that one counts by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Address, Outcome, Poll, Server
from sessioncrawler.pipelines.history import HistoryPipeline
from sessioncrawler.protocol.rooms import parse_rooms
from sessioncrawler.state import State
from tests.pipelines.test_stateful import run

SOGS = Path(__file__).parents[3] / "shared/realworld/sogs"
pytestmark = pytest.mark.skipif(not SOGS.is_dir(), reason="the recorded answers are not beside the checkout")
RECORDED = {"a" * 64: "pysogs/004_GET_rooms.json", "b" * 64: "bunsogs/003_GET_rooms.json"}
PYSOGS, BUNSOGS = RECORDED
DAY = 86_400
MONDAY = 20_472  # 2026-01-19, as a number of days from 1970
MIDNIGHT = MONDAY * DAY

CRAWLS = [
    # Seconds after the midnight with which Monday begins, and the sequences that have grown since.
    (0, {}),
    (DAY, {"pictured": 15, "general": 5, "tagged": 5_000_000, "ReadOnly": 3}),
    # Nobody crawls for two days.
    (4 * DAY, {"pictured": 45, "general": 2, "tagged": 5_000_006, "ReadOnly": 3, "nodesc": 9}),
    (5 * DAY, {"pictured": 48, "general": 9, "tagged": 5_000_006, "ReadOnly": 4, "nodesc": 9}),
    (5 * DAY + 6 * 3_600, {"pictured": 52, "general": 9, "tagged": 5_000_007, "ReadOnly": 4, "nodesc": 9}),
]
EVENTS = {
    # Events of Monday, Tuesday, …; None where nobody can know. Of Saturday only a quarter was seen.
    (PYSOGS, "pictured"): [12, 10, 10, 10, 3, 4],
    (PYSOGS, "general"): [5, None, 7, 0],  # its sequence fell: a new database on Friday
    (PYSOGS, "tagged"): [None, 2, 2, 2, 0, 1],  # five million in a day are made up
    (PYSOGS, "nodesc"): [0, 3, 3, 3, 0, 0],
    (PYSOGS, "readonly"): [0, 0, 0, 0, 0, 0],
    (BUNSOGS, "readonly"): [3, 0, 0, 0, 1, 0],
    (BUNSOGS, "bun-general"): [0, 0, 0, 0, 0, 0],
}


def rooms(path, sequences):
    told = json.loads((SOGS / path).read_bytes())
    changed = [{**room, "message_sequence": sequences.get(room["token"], room["message_sequence"])} for room in told]
    return parse_rooms(json.dumps(changed).encode()).rooms


def crawl(url, at, sequences):
    listed, polls = [], []
    for key, path in RECORDED.items():
        server = Server(Address("https", f"{key[:2]}.example", 443), key)
        listed += [CommunityItem(server, room) for room in rooms(path, sequences)]
        polls.append(PollItem(Poll(server.address, Outcome.REACHED, server=server)))
    run(HistoryPipeline, url, [*listed, *polls], now=at)


@pytest.fixture
def state(tmp_path):
    url = f"sqlite:///{tmp_path}/state.db"
    for after, sequences in CRAWLS:
        crawl(url, MIDNIGHT + after, sequences)
    with State.open(url) as state:
        yield state


def test_the_sequences_are_those_that_were_recorded():
    told = {room.token: room.message_sequence for room in rooms(RECORDED[PYSOGS], {})}
    assert (told["pictured"], told["general"], told["nodesc"]) == (3, 0, 0)
    assert {room.token: room.message_sequence for room in rooms(RECORDED[BUNSOGS], {})}["bun-general"] == 1


@pytest.mark.parametrize("place", EVENTS)
def test_the_events_of_each_day(state, place):
    found = state.histories([place])[place]
    assert [one.events for one in found] == EVENTS[place]
    known = [float(events is not None) for events in EVENTS[place]]
    assert [one.days for one in found] == [*known[:-1], 0.25]
    assert found[0].start == MONDAY


def test_events_of_parts_of_days(tmp_path):
    """From noon to noon: half of them on each of two days."""
    url = f"sqlite:///{tmp_path}/state.db"
    for day, sequence in enumerate((3, 15)):
        crawl(url, MIDNIGHT + DAY // 2 + day * DAY, {"pictured": sequence})
    with State.open(url) as state:
        found = state.histories([(PYSOGS, "pictured")])[PYSOGS, "pictured"]
    assert [(one.events, one.days) for one in found] == [(6, 0.5), (6, 0.5)]


def test_the_events_of_the_week(state):
    weeks = state.weekly(MIDNIGHT + 7 * DAY, last=2)
    (before, pictured), (_, general) = weeks[PYSOGS, "pictured"], weeks[PYSOGS, "general"]
    assert (pictured.events, pictured.days, pictured.users) == (12 + 30 + 7, 5.25, 3)
    assert (general.events, general.days, general.users) == (5 + 7, 2.25, 7)
    assert (before.events, before.days, before.users) == (0, 0, None)
    # A week later these are the days before; and today never counts.
    assert state.weekly(MIDNIGHT + 14 * DAY, last=2)[PYSOGS, "pictured"][0].events == 12 + 30 + 7
    assert state.weekly(MIDNIGHT + 5 * DAY, last=2)[PYSOGS, "pictured"][1].events == 12 + 30 + 3
    assert (PYSOGS, "pictured") not in state.weekly(MIDNIGHT + 40 * DAY, last=2)
