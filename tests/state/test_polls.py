from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.state import State
from sessioncrawler.state.polls import FORGOTTEN

ADDRESS = Address("https", "sogs.example", 443)
OTHER = Address("http", "192.0.2.1", 8081)
REACHED = Poll(
    ADDRESS,
    Outcome.REACHED,
    server=Server(ADDRESS, "a" * 64, legacy=True),
    rooms=(Room("lobby", "Lobby", "x" * 10, 3, 604800, 1.0625, admins=("05" + "a" * 64,), read=True),),
    key_proof=KeyProof.PREVIEW_PAGE,
    claims=(KeyClaim("b" * 64, ("one", "two")),),
    aliases=(OTHER,),
    seconds=0.25,
)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/state.db"


def test_the_last_poll_of_an_address_counts(url):
    with State.open(url) as state:
        state.record_polls([REACHED, Poll(OTHER, Outcome.REFUSED, "refuses connections")], 100)
        state.record_polls([Poll(ADDRESS, Outcome.STALLED)], 200)
        state.record_polls([Poll(ADDRESS, Outcome.TLS)], 300)
        other, known = state.polls()
        assert (known.poll, known.polled_at, known.reached_at, known.failing_since) == (
            Poll(ADDRESS, Outcome.TLS),
            300,
            100,
            200,
        )
        assert (other.reached_at, other.failing_since) == (None, 100)
        state.record_polls([REACHED], 400)
        assert [(one.reached_at, one.failing_since) for one in state.polls()] == [(None, 100), (400, None)]
        assert state.polls()[1].poll == REACHED


def test_recording_nothing_changes_nothing(url):
    with State.open(url) as state:
        state.record_polls([], 100)
        assert state.polls() == []


def test_a_poll_that_is_no_longer_understood_is_left_out(url):
    with State.open(url) as state:
        state.record_polls([REACHED], 100)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text('UPDATE polls SET poll = \'{"outcome": "odd"}\''))
    engine.dispose()
    with State.open(url) as state:
        assert state.polls() == []


def test_addresses_that_nobody_asks_any_more_are_forgotten(tmp_path):
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        state.record_polls([REACHED, Poll(OTHER, Outcome.DNS)], 100)
        state.record_polls([REACHED], 100 + FORGOTTEN)
        assert len(state.polls()) == 2
        state.record_polls([REACHED], 101 + FORGOTTEN)
        assert [one.poll for one in state.polls()] == [REACHED]
