"""The last twelve weeks of Communities, for pages."""

import pytest

from sessioncrawler.state import State, Told, Total
from sessioncrawler.state.memory.weekly import WEEKS
from tests.support.publishing import KEY, NOW

DAY = 86_400
TODAY = NOW // DAY


@pytest.fixture
def state(tmp_path):
    with State.open(f"sqlite:///{tmp_path}/state.db") as opened:
        yield opened


def tell(state: State, days_ago: int, users: int | None, sequence: int | None, token: str = "Lobby") -> None:
    at = NOW - days_ago * DAY
    state.record_memory([], [Told(KEY, token, users, sequence)], Total(at // DAY, 1, 1, 1, 1), at)


def test_weeks_end_yesterday_and_a_week_without_samples_is_unknown(state):
    tell(state, 15, 10, 100)
    tell(state, 14, 20, 160)  # the last day of the week before the last two is 15 days ago
    tell(state, 8, 40, 460)
    tell(state, 0, 999, 99_999)
    weeks = state.weekly([(KEY, "lobby")], NOW)[KEY, "lobby"]
    assert len(weeks) == WEEKS
    assert [week.first_day for week in weeks[-3:]] == [TODAY - 21, TODAY - 14, TODAY - 7]
    assert (weeks[-3].users, weeks[-3].events) == (10, 60)
    assert weeks[-2].users == 30
    # From noon to noon: 60 in one day, 300 in the six days that followed, and half a day at the pace of the next eight.
    pace = (99_999 - 460) / 8
    assert weeks[-2].events == pytest.approx((60 / 2 + 300 + pace / 2) / 7)
    # Events are spread over the time in which they may have been; those of today are not told yet.
    assert weeks[-1].users is None
    assert weeks[-1].events == pytest.approx((99_999 - 460) / 8)
    assert {week.users for week in weeks[:-3]} == {None}


def test_only_those_are_told_that_were_asked_for(state):
    tell(state, 1, 10, 100)
    tell(state, 1, 10, 100, "other")
    assert list(state.weekly([(KEY, "lobby"), (KEY, "nobody"), ("ab" * 32, "lobby")], NOW)) == [(KEY, "lobby")]
    assert state.weekly([], NOW) == {}
