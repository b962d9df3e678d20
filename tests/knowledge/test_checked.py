"""What counts as a check of a server."""

import pytest

from sessioncrawler.knowledge.checked import checks, own_outage
from sessioncrawler.model import Outcome
from sessioncrawler.state import Check, KnownKey
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, failed, http, reached, room

MOVED = http("moved.example")


def published(address=HOST, key=KEY, at=NOW - 30 * DAY, shown=NOW - DAY):
    return KnownKey(key, address, first_proven=at, last_proven=shown, published_at=at, shown_at=shown)


def found(*polls, keys, at=NOW):
    return checks(polls, keys, {poll.address.netloc: at for poll in polls})


def test_who_is_reached_and_who_is_not():
    other = published(MOVED, OTHER)
    polls = [reached(room(), seconds=0.5), failed(Outcome.STALLED, address=MOVED)]
    assert found(*polls, keys=[published(), other]) == sorted(
        [Check(KEY, NOW, reached=True, seconds=0.5), Check(OTHER, NOW, reached=False, how="stalled")],
        key=lambda one: one.public_key,
    )


def test_a_server_that_was_not_asked_or_never_published_is_not_checked():
    never = KnownKey(KEY, HOST, shown_at=NOW)
    assert found(failed(Outcome.DNS), keys=[never]) == []
    assert found(failed(Outcome.DNS, address=MOVED), keys=[published()]) == []


def test_an_address_that_answers_with_another_key_is_no_check_of_the_former_one():
    """That server is not down: there is none any more."""
    assert found(reached(room(), key=OTHER), keys=[published()]) == [Check(OTHER, NOW, reached=True)]


def test_nor_when_that_one_is_down_later():
    keys = [published(shown=NOW - 2 * DAY), published(key=OTHER, at=NOW - 2 * DAY, shown=NOW - DAY)]
    assert found(failed(Outcome.DNS), keys=keys) == [Check(OTHER, NOW, reached=False, how="dns")]


def test_how_a_server_failed_is_told_of_the_address_that_it_had_last():
    polls = [failed(Outcome.DNS), failed(Outcome.REFUSED, address=MOVED)]
    keys = [published(shown=NOW - 9 * DAY), published(MOVED, at=NOW - 9 * DAY)]
    assert found(*polls, keys=keys) == [Check(KEY, NOW, reached=False, how="refused")]


@pytest.mark.parametrize(("down", "up", "failed_at_once"), [(2, 0, 0), (3, 3, 0), (3, 2, 3), (4, 3, 4), (4, 4, 0)])
def test_where_most_fail_at_once_it_is_our_own_outage(down, up, failed_at_once):
    every = [Check(f"{n:064x}", NOW, reached=n >= down) for n in range(down + up)]
    last = {one.public_key: NOW - DAY // 4 for one in every}
    assert own_outage(every, last) == failed_at_once


def test_what_is_down_for_longer_than_a_day_is_not_our_outage():
    every = [Check(f"{n:064x}", NOW, reached=n >= 5) for n in range(7)]
    last = {one.public_key: NOW - (2 * DAY if n < 5 else 60) for n, one in enumerate(every)}
    assert own_outage(every, last) == 0
