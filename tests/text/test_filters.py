import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.text import dates, keys, numbers

NOON = 1_769_083_200


def test_times():
    assert dates.iso(NOON) == "2026-01-22T12:00:00Z"
    assert dates.day(NOON) == "22 January 2026"
    assert dates.day_and_minute(NOON + 300.7) == "22 January 2026, 12:05 UTC"
    assert dates.time_tag(NOON) == '<time datetime="2026-01-22T12:00:00Z">22 January 2026, 12:00 UTC</time>'
    assert dates.day(0) == "1 January 1970"


@pytest.mark.parametrize("nonsense", [None, math.nan, math.inf, -1, 1e12, 1e300])
def test_what_is_no_time_is_not_shown(nonsense):
    assert (
        dates.iso(nonsense) == dates.day(nonsense) == dates.day_and_minute(nonsense) == dates.time_tag(nonsense) == ""
    )


@given(st.floats())
def test_no_number_breaks_a_page(number):
    assert (dates.time_tag(number) == "") == (dates.moment(number) is None)


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


def test_numbers():
    assert numbers.grouped(1_234_567) == "1,234,567"
    assert numbers.grouped(0) == "0"
    assert numbers.grouped(None) == "\N{EN DASH}"
    assert numbers.counted(1, "server", "servers") == "1 server"
    assert numbers.counted(0, "server", "servers") == "0 servers"


def test_keys():
    assert keys.fingerprint("a03c383cf6") == "a03c 383c f6"
    assert keys.hue("ff0d") == 0xFF0D % 12
    assert keys.hue("") == keys.hue("no key") == 0


@given(st.text("0123456789abcdef", min_size=64, max_size=64))
def test_every_key_has_a_colour_of_the_style_sheet(key):
    assert 0 <= keys.hue(key) < keys.COLOURS
    assert keys.fingerprint(key).replace(" ", "") == key
