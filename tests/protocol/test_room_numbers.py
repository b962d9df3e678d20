"""Numbers that no server can have are unknown: 2^53 visitors put nobody first in the list."""

from __future__ import annotations

import json

import pytest

from sessioncrawler.model import WEEK
from sessioncrawler.protocol.rooms import MOST_SEQUENCE, MOST_USERS, parse_rooms


def one(**told):
    answer = parse_rooms(json.dumps([{"token": "t", "name": "T", **told}]).encode())
    return answer.rooms[0], bool(answer.repaired)


@pytest.mark.parametrize("users", [MOST_USERS + 1, 2**53, 1e12])
def test_more_visitors_than_session_has_are_unknown(users):
    room, repaired = one(active_users=users, active_users_cutoff=WEEK)
    assert (room.active_users, room.weekly_active_users, repaired) == (None, None, True)


@pytest.mark.parametrize(
    ("users", "cutoff", "weekly"),
    [
        (MOST_USERS, WEEK, MOST_USERS),
        (MOST_USERS, None, None),
        (MOST_USERS // 7, WEEK // 7, MOST_USERS // 7 * 7),
        (MOST_USERS, 30 * WEEK, MOST_USERS // 30),
    ],
)
def test_as_many_as_it_has_are_taken(users, cutoff, weekly):
    room, repaired = one(active_users=users, active_users_cutoff=cutoff)
    assert (room.active_users, room.weekly_active_users, repaired) == (users, weekly, False)


@pytest.mark.parametrize(("users", "cutoff"), [(MOST_USERS // 7 + 1, WEEK // 7), (1_000, 1), (MOST_USERS + 1, 2**53)])
def test_visitors_of_a_moment_that_come_to_more_a_week_are_unknown(users, cutoff):
    room, repaired = one(active_users=users, active_users_cutoff=cutoff)
    assert (room.active_users, room.active_users_cutoff, repaired) == (None, cutoff, True)
    assert room.weekly_active_users is None


@pytest.mark.parametrize(
    ("told", "sequence"), [(0, 0), (MOST_SEQUENCE, MOST_SEQUENCE), (MOST_SEQUENCE + 1, None), (2**53, None)]
)
def test_a_sequence_that_takes_a_million_events_a_day_for_years_is_unknown(told, sequence):
    room, repaired = one(message_sequence=told)
    assert (room.message_sequence, repaired) == (sequence, sequence is None)
