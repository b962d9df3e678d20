"""What is remembered of how addresses fared, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessioncrawler.model import Address, Outcome, Poll
from sessioncrawler.state import Fared
from sessioncrawler.state.memory.fared import FORGOTTEN, MISSES, NEVER_REACHED
from sessioncrawler.state.memory.spans import DAY

NOW = 1_769_083_200
HERE, THERE = Address("https", "sogs.example", 443), Address("http", "192.0.2.1", 8081)
REACHED, STALLED = Poll(HERE, Outcome.REACHED), Poll(HERE, Outcome.STALLED)


def test_a_success_begins_anew_and_failures_add_up(state):
    state.record_polls([STALLED], NOW)
    assert state.fared() == [Fared("sogs.example", NOW, None, NOW, MISSES, NOW)]
    state.record_polls([REACHED], NOW + 10)
    assert state.fared() == [Fared("sogs.example", NOW + 10, NOW + 10, None, 0, NOW)]
    for number in range(2):
        state.record_polls([STALLED], NOW + 20 + number)
    assert state.fared() == [Fared("sogs.example", NOW + 21, NOW + 10, NOW + 20, 2, NOW + 21)]


def test_who_answers_with_an_error_fails_and_is_not_silent(state):
    state.record_polls([replace(STALLED, outcome=Outcome.HTTP_STATUS)], NOW)
    [one] = state.fared()
    assert (one.failing_since, one.misses) == (NOW, 0)


def test_who_leads_to_another_server_is_no_failure(state):
    state.record_polls([replace(STALLED, outcome=Outcome.REDIRECTED)], NOW)
    assert state.fared() == [Fared("sogs.example", NOW, NOW, None, 0, NOW)]


@pytest.mark.parametrize("ours", [Outcome.CROWDED, Outcome.ABANDONED, Outcome.PROXY, Outcome.NO_SOCKS_PROXY])
def test_what_was_our_own_doing_says_nothing_of_an_address(state, ours):
    state.record_polls([REACHED], NOW)
    before = state.fared()
    state.record_polls([replace(STALLED, outcome=ours), Poll(THERE, ours)], NOW + 10)
    assert state.fared() == before


def test_all_tries_once_a_day(state):
    """Its times with all tries are a day apart, however often it is asked."""
    full = []
    for hour in range(72):
        now = NOW + hour * 3_600
        before = state.fared()
        if not before or before[0].is_full(now):
            full.append(hour)
        state.record_polls([STALLED], now)
    assert full == [0, 24, 48]


def test_who_was_asked_early_is_noted(state):
    state.record_polls([STALLED, Poll(THERE, Outcome.DNS)], NOW, early=["sogs.example"])
    assert [(one.netloc, one.early_at) for one in state.fared()] == [("192.0.2.1:8081", None), ("sogs.example", NOW)]
    state.record_polls([STALLED], NOW + 10)
    assert state.fared()[1].early_at == NOW


def test_who_let_tries_hang_and_answered_is_known_for_a_day(state):
    state.record_polls([REACHED, Poll(THERE, Outcome.DNS)], NOW, losing=["sogs.example"])
    there, here = state.fared()
    assert (there.swallowed_at, here.swallowed_at) == (None, NOW)
    assert not there.loses(NOW)
    assert [here.loses(at) for at in (NOW - 1, NOW, NOW + DAY - 1, NOW + DAY)] == [False, True, True, False]
    state.record_polls([REACHED], NOW + 10)
    assert state.fared()[1].swallowed_at == NOW
    state.record_polls([REACHED], NOW + 20, losing=["sogs.example"])
    assert state.fared()[1].swallowed_at == NOW + 20


def test_who_was_reached_is_remembered_for_longer(state):
    state.record_polls([REACHED, Poll(THERE, Outcome.DNS)], NOW)
    elsewhere = Poll(Address("https", "other.example", 443), Outcome.DNS)
    state.record_polls([elsewhere], NOW + NEVER_REACHED)
    assert len(state.fared()) == 3
    state.record_polls([elsewhere], NOW + NEVER_REACHED + DAY)
    assert [one.netloc for one in state.fared()] == ["other.example", "sogs.example"]
    state.record_polls([elsewhere], NOW + FORGOTTEN + 1)
    assert [one.netloc for one in state.fared()] == ["other.example"]
