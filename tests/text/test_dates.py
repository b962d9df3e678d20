import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.text import dates

NOON = 1_769_083_200


def test_times():
    assert dates.iso(NOON) == "2026-01-22T12:00:00Z"
    assert dates.day(NOON) == "22 January 2026"
    assert dates.day_and_minute(NOON + 300.7) == "22 January 2026, 12:05 UTC"
    assert dates.day(0) == "1 January 1970"


@pytest.mark.parametrize("nonsense", [None, math.nan, math.inf, -1, 1e12, 1e300])
def test_what_is_no_time_is_not_shown(nonsense):
    assert dates.iso(nonsense) == dates.day(nonsense) == dates.day_and_minute(nonsense) == ""


@given(st.floats())
def test_no_number_breaks_a_page(number):
    assert (dates.day_and_minute(number) == "") == (dates.moment(number) is None)


@pytest.mark.parametrize(
    ("days", "text"),
    [(-3, "1 day"), (0.5, "1 day"), (5, "5 days"), (20, "3 weeks"), (70, "2 months"), (800, "2 years")],
)
def test_ages(days, text):
    seconds = int(days * 86_400)
    assert dates.age(NOON - seconds, NOON) == max(0, seconds)
    assert site_language("en").age(max(0, seconds)) == text


def test_an_unknown_age():
    assert dates.age(None, NOON) is dates.age(math.inf, NOON) is None
    assert site_language("de").age(86_400 * 800) == "2 Jahre"
