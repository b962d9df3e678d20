"""What counts as a check of a server."""

import pytest

from sessioncrawler.knowledge.checked import checks, own_outage, replaced
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


def gone(*polls, keys, at=NOW):
    return replaced(polls, keys, {poll.address.netloc: at for poll in polls})


def test_a_server_whose_address_shows_another_key_is_replaced():
    here = published(key=OTHER, at=NOW - DAY, shown=NOW)
    assert gone(reached(room(), key=OTHER), keys=[published(), here]) == {KEY}
    # Also later, when that one fails; and not while the former one is known at another address.
    assert gone(failed(Outcome.DNS), keys=[published(), here]) == {KEY}
    assert gone(reached(room(), key=OTHER), keys=[published(), here, published(MOVED, shown=NOW)]) == set()
    assert gone(failed(Outcome.DNS), keys=[published()]) == set()
    assert gone(reached(room()), keys=[published(), here]) == set()


def at(netloc, number):
    return http(netloc) if "." in netloc else http(f"{netloc}{number}.example")


def servers(*many):
    """Checks, when they were reached last, and keys, of (host, how many, whether they are reached)."""
    found, keys = [], []
    for host, number, up in many:
        for each in range(number):
            key = f"{len(found):064x}"
            found.append(Check(key, NOW, reached=up))
            keys.append(published(at(host.replace("*", str(each)), each), key))
    return found, {one.public_key: NOW - DAY // 4 for one in found}, keys


@pytest.mark.parametrize(("down", "up", "failed_at_once"), [(2, 0, 0), (3, 3, 0), (3, 2, 3), (4, 3, 4), (4, 4, 0)])
def test_where_most_fail_at_once_it_is_our_own_outage(down, up, failed_at_once):
    assert own_outage(*servers(("down", down, False), ("up", up, True))) == failed_at_once


def test_servers_of_one_place_have_one_voice():
    """Twelve servers of one stranger that fail at once beside ten honest ones are no outage of ours."""
    assert own_outage(*servers(("s*.loud.example", 12, False), ("honest", 10, True))) == 0
    assert own_outage(*servers(("s*.loud.example", 12, True), ("honest", 10, False))) == 10


def test_where_one_of_a_place_answers_the_place_does():
    assert own_outage(*servers(("s*.big.example", 9, False), ("s9.big.example", 1, True), ("down", 2, False))) == 0


def test_a_copier_does_not_tell_where_a_server_is():
    found, last, keys = servers(("down", 4, False), ("up", 3, True))
    copies = [KnownKey(one.public_key, http(f"s{n}.loud.example"), shown_at=NOW) for n, one in enumerate(found[:4])]
    assert own_outage(found, last, [*copies, *keys]) == 4


def test_what_is_down_for_longer_than_a_day_is_not_our_outage():
    found, last, keys = servers(("down", 5, False), ("up", 2, True))
    last |= {one.public_key: NOW - 2 * DAY for one in found[:5]}
    assert own_outage(found, last, keys) == 0
