"""Whose word counts for a server, and when it is asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from sessioncrawler.editorial.config import Directory, KnownServer, Site
from sessioncrawler.knowledge.opted_out import is_asked, opted_out
from sessioncrawler.model import Address
from sessioncrawler.state import KnownKey
from tests.support.knowing import DAY, KEY, NOW, OTHER, http

OWN, RELAY = http("own.example"), http("relay.example")
ROUND = 2700
"""Seconds between two crawls."""


def proven(address, since=NOW - 30 * DAY, key=KEY, **more):
    return KnownKey(key, address, since, NOW, shown_at=NOW, published_at=since, **more)


def directory(*servers):
    site = Site("x", "https://x.example/", "x@x.example")
    return Directory(site, servers=tuple(KnownServer(address, key) for address, key in servers))


OUT = {"opted_out_at": NOW - DAY, "robots_at": NOW}


def test_a_server_that_opts_out_does():
    known = [proven(OWN, **OUT), proven(http("third.example"), key=OTHER)]
    assert opted_out(known, directory()) == {KEY: NOW - DAY}


@pytest.mark.parametrize("lost", [{"last_proven": None, "first_proven": None}, {"lost_at": NOW - 1}])
def test_who_does_not_prove_the_key_has_no_say(lost):
    assert opted_out([replace(proven(OWN, **OUT), **lost)], directory()) == {}


def test_a_relay_that_came_later_has_no_say_either_way():
    later = NOW - DAY
    assert opted_out([proven(OWN), proven(RELAY, later, **OUT)], directory()) == {}
    assert opted_out([proven(OWN, **OUT), proven(RELAY, later)], directory()) == {KEY: NOW - DAY}


def test_what_the_server_calls_itself_and_what_the_operator_names_go_first():
    named = {"named": OWN, "named_at": NOW}
    older = NOW - 60 * DAY
    assert opted_out([proven(OWN, **named), proven(RELAY, older, **OUT, **named)], directory()) == {}
    assert opted_out([proven(OWN), proven(RELAY, older, **OUT)], directory()) == {KEY: NOW - DAY}
    assert opted_out([proven(OWN), proven(RELAY, older, **OUT)], directory((OWN, KEY))) == {}
    assert opted_out([proven(RELAY, older, **OUT)], directory((OWN, KEY))) == {}
    assert opted_out([proven(OWN, **OUT), proven(RELAY, older)], directory((OWN, KEY), (RELAY, None))) == {
        KEY: NOW - DAY
    }


def test_who_is_new_is_asked_at_once_and_who_opted_out_always():
    assert is_asked(None, "a.example", NOW, 7)
    assert is_asked(KnownKey(KEY, OWN, NOW - 1, NOW - 1), "own.example", NOW, 7)
    assert is_asked(proven(OWN, **OUT), "own.example", NOW, 7)
    assert is_asked(proven(OWN, robots_at=NOW + 1), "own.example", NOW, 7)  # a clock that was wrong


@pytest.mark.parametrize("days", [0, -1])
def test_nobody_is_asked_where_that_is_switched_off(days):
    assert not is_asked(None, "a.example", NOW, days)


@pytest.mark.parametrize("asked_before", [True, False])
def test_each_is_asked_once_a_week_and_few_at_a_time(asked_before):
    known = {f"{number}.example": proven(Address("https", f"{number}.example", 443)) for number in range(200)}
    if asked_before:
        known = {netloc: replace(one, robots_at=NOW) for netloc, one in known.items()}
    times: dict[str, list[int]] = {netloc: [] for netloc in known}
    for number in range(1, 1 + 3 * 7 * DAY // ROUND):
        at = NOW + number * ROUND
        for netloc, one in known.items():
            if is_asked(one, netloc, at, 7):
                times[netloc].append(at)
            asked = times[netloc][-1] if times[netloc] else one.robots_at
            known[netloc] = replace(one, last_proven=at, robots_at=asked)
    assert {len(asked) for asked in times.values()} == ({2, 3} if asked_before else {3})
    assert all(3.5 * DAY <= one[0] - NOW <= 10.5 * DAY for one in times.values() if asked_before)
    assert all(one[1] - one[0] == pytest.approx(7 * DAY, abs=ROUND) for one in times.values())
    most = max(Counter(at for asked in times.values() for at in asked).values())
    assert most < 10  # of 200 in 224 crawls


def test_a_relay_that_is_published_for_a_server_no_app_can_join_has_no_say():
    """The server is at an address of IPv6 alone and names none; apps are sent to the relay, which came later."""
    own = Address("http", "2001:db8::1", 80)
    relay = replace(proven(RELAY, NOW - DAY, **OUT), published_at=NOW - DAY)
    server = replace(proven(own), published_at=None)
    assert opted_out([server, relay], directory()) == {}
    out = replace(server, **OUT)
    assert opted_out([out, replace(relay, opted_out_at=None)], directory()) == {KEY: NOW - DAY}
