"""The last twelve weeks of Communities, for pages."""

import pytest

from sessioncrawler.state import State, Told, Total
from sessioncrawler.state.memory.weekly import WEEKS
from tests.support.publishing import KEY, NOW

DAY = 86_400
TODAY = NOW // DAY


def tell(state: State, days_ago: int, users: int | None, sequence: int | None, token: str = "Lobby") -> None:
    at = NOW - days_ago * DAY
    state.record_memory([], [Told(KEY, token, users, sequence)], Total(at // DAY, 1, 1, 1, 1), at)


def test_weeks_end_yesterday_and_a_week_without_samples_is_unknown(state):
    tell(state, 15, 10, 100)
    tell(state, 14, 20, 160)  # the last day of the week before the last two is 15 days ago
    tell(state, 8, 40, 460)
    tell(state, 0, 999, 99_999)
    weeks = state.weekly(NOW, [(KEY, "lobby")])[KEY, "lobby"]
    assert len(weeks) == WEEKS
    assert [week.first_day for week in weeks[-3:]] == [TODAY - 21, TODAY - 14, TODAY - 7]
    assert (weeks[-3].users, weeks[-3].a_day) == (10, 60)
    assert weeks[-2].users == 30
    # From noon to noon: 60 in one day, 300 in the six days that followed, and half a day at the pace of the next eight.
    pace = (99_999 - 460) / 8
    assert weeks[-2].a_day == pytest.approx((60 / 2 + 300 + pace / 2) / 7)
    # Events are spread over the time in which they may have been; those of today are not told yet.
    assert weeks[-1].users is None
    assert weeks[-1].a_day == pytest.approx((99_999 - 460) / 8)
    assert {week.users for week in weeks[:-3]} == {None}


def test_only_those_are_told_that_were_asked_for(state):
    tell(state, 1, 10, 100)
    tell(state, 1, 10, 100, "other")
    assert list(state.weekly(NOW, [(KEY, "lobby"), (KEY, "nobody"), ("ab" * 32, "lobby")])) == [(KEY, "lobby")]
    assert state.weekly(NOW, []) == {}


def test_without_names_all_are_told_of_which_these_weeks_know_anything(state):
    tell(state, 20, 5, 10, "old")
    tell(state, 9, 10, 100)
    tell(state, 2, 20, 800)
    found = state.weekly(NOW, last=2)
    assert list(found) == [(KEY, "lobby")]
    assert found[KEY, "lobby"] == state.weekly(NOW, [(KEY, "lobby")])[KEY, "lobby"][-2:]
    # Two and a half of the seven days before are in the week before the last.
    before, last = found[KEY, "lobby"]
    assert (before.users, before.events, before.days) == (10, pytest.approx(150), pytest.approx(1.5))
    assert (last.users, last.events, last.days) == (20, pytest.approx(550), pytest.approx(5.5))
    assert state.weekly(NOW + 40 * DAY, last=2) == {}
