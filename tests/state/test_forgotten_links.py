"""Which join links are forgotten that no source shows any more, on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest

from sessioncrawler.model import Address, JoinLink, Outcome, Poll, Sighting
from sessioncrawler.state import sightings
from sessioncrawler.state.memory.spans import DAY

NOW = 1_769_083_200
STEADY = Poll(Address("https", "steady.example", 443), Outcome.REACHED)


def link(token: str, host: str = "gone.example", source: str = "one") -> Sighting:
    return Sighting(JoinLink(Address("https", host, 443), token, "a" * 64), source)


def known(state) -> list[str]:
    return [f"{one.link.address.host}/{one.link.token}" for one in state.sightings()]


@pytest.fixture
def lived(state):
    """A source that showed a link to what never answered, to what answers, and shows one still."""
    state.record_sightings([link("room"), link("room", "steady.example"), link("now", "steady.example")], NOW)
    return state


def test_a_link_that_leads_nowhere_is_forgotten_after_400_days(lived):
    for days, expected in ((400, 3), (401, 2)):
        now = NOW + days * DAY
        lived.record_polls([STEADY], now)
        lived.record_sightings([link("now", "steady.example")], now)
        assert len(known(lived)) == expected
    assert known(lived) == ["steady.example/now", "steady.example/room"]


def test_who_was_reached_within_400_days_is_not_forgotten(lived):
    lived.record_polls([Poll(Address("https", "gone.example", 443), Outcome.REACHED)], NOW + 100 * DAY)
    for days in (401, 500, 501):
        now = NOW + days * DAY
        lived.record_polls([STEADY], now)
        lived.record_sightings([link("now", "steady.example")], now)
        assert ("gone.example/room" in known(lived)) is (days <= 500)


def test_of_an_address_that_is_reached_eight_links_are_kept_those_that_were_seen_first(state):
    for number in range(12):
        state.record_sightings([link(f"room{number:02}", "steady.example")], NOW + number)
    state.record_polls([STEADY], NOW + 401 * DAY)
    state.record_sightings([link("now", "steady.example")], NOW + 401 * DAY)
    assert known(state) == ["steady.example/now", *(f"steady.example/room{number:02}" for number in range(8))]


def test_nothing_is_forgotten_where_nobody_was_asked_for_long(lived):
    """A directory that was away for two years finds all of its links."""
    lived.record_polls([STEADY], NOW)
    lived.record_sightings([link("now", "steady.example")], NOW + 800 * DAY)
    assert len(known(lived)) == 3


def test_what_a_dead_source_showed_last_stays(lived):
    lived.record_polls([STEADY], NOW + 800 * DAY)
    lived.record_sightings([link("room", source="other")], NOW + 800 * DAY)
    assert len(known(lived)) == 4


def test_a_flood_of_links_pushes_out_its_own(state, monkeypatch):
    """Of one source only so many are remembered that it shows no more: who has few of them loses none."""
    monkeypatch.setattr(sightings, "MOST_PAST", 20)
    state.record_polls([STEADY], NOW)
    state.record_sightings([link("room", "steady.example"), link("room", "small.example")], NOW)
    for day in range(1, 6):
        flood = [link(f"room{day}", f"n{day}-{number}.flood.example") for number in range(15)]
        state.record_polls([STEADY], NOW + day * DAY)
        state.record_sightings(flood, NOW + day * DAY)
    hosts = [one.link.address.host for one in state.sightings()]
    assert {"steady.example", "small.example"} < {*hosts}
    assert len(hosts) == 20 + 15
