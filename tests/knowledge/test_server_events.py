"""What happened to servers, by what is remembered of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessioncrawler.knowledge.server_events import DOWN_AFTER, MOST, ServerEvent, ServerEventKind, server_events
from sessioncrawler.protocol.keys.log import KeyChange, KeyEvent, chained
from sessioncrawler.state import Incident, KnownKey
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, http
from tests.support.remembered import HOUR, gone

OLD, OLDEST = http("old.example"), http("oldest.example", 8080)
LISTED = [gone("cats", "Cats", HOST, KEY)]
FORMER = "fe" * 32


def at(address, days, key=KEY):
    return KnownKey(key, address, shown_at=NOW, published_at=None if days is None else NOW - days * DAY)


def change(kind=KeyChange.CHANGED, key=KEY, former=FORMER, days=1):
    return chained(KeyEvent(NOW - days * DAY, kind, "https://sogs.example", key, former), None)


def down(hours, ended=None, key=KEY):
    began = NOW - hours * HOUR
    return Incident(key, began, None if ended is None else began + ended * HOUR, "refused")


def moved(days, to, former):
    return ServerEvent(NOW - days * DAY, ServerEventKind.MOVED, KEY, to, former)


def fell(hours):
    return ServerEvent(NOW - hours * HOUR + DOWN_AFTER, ServerEventKind.DOWN, KEY, seconds=DOWN_AFTER, how="refused")


CHANGED = ServerEvent(NOW - DAY, ServerEventKind.KEY_CHANGED, KEY, "https://sogs.example", FORMER)


@pytest.mark.parametrize(
    ("keys", "log", "incidents", "expected"),
    [
        ([at(HOST, 9)], [], [], []),
        ([at(HOST, 9), at(OLD, None)], [], [], []),  # an address that was never published is no place
        ([at(HOST, 9), at(OLD, 9)], [], [], []),  # nor is there an order of two that came at once
        ([at(HOST, 2), at(OLD, 9)], [], [], [moved(2, "sogs.example", "old.example")]),
        (
            [at(OLD, 5), at(HOST, 2), at(OLDEST, 9)],
            [],
            [],
            [moved(2, "sogs.example", "old.example"), moved(5, "old.example", "oldest.example:8080")],
        ),
        ([at(HOST, 2, OTHER), at(OLD, 9, OTHER)], [], [], []),  # nobody knows this server
        ([], [change()], [], [CHANGED]),
        ([], [change(KeyChange.FIRST), change(KeyChange.LOST), change(KeyChange.RETURNED)], [], []),
        ([], [change(key=OTHER, former=FORMER)], [], []),
        ([], [], [down(23)], []),
        ([], [], [down(24)], [fell(24)]),
        ([], [], [down(100, ended=23)], []),
        ([], [], [down(100, key=OTHER)], []),
        # Where another key was shown nobody came back.
        ([], [], [replace(down(100, ended=30), replaced=True)], [fell(100)]),
        (
            [],
            [],
            [down(100, ended=30), down(24)],
            [
                fell(24),
                ServerEvent(NOW - 70 * HOUR, ServerEventKind.BACK, KEY, seconds=30 * HOUR, how="refused"),
                fell(100),
            ],
        ),
    ],
)
def test_what_is_news(keys, log, incidents, expected):
    assert server_events(LISTED, keys, log, incidents, NOW) == expected


def test_a_new_key_is_news_of_the_server_that_had_the_former_one():
    (event,) = server_events([gone("cats", "Cats", HOST, FORMER)], [], [change()], [], NOW)
    assert event.keys == (KEY, FORMER)


def test_what_was_withdrawn_is_no_news():
    assert server_events([], [at(HOST, 2), at(OLD, 9)], [change()], [down(100)], NOW) == []


def test_one_server_does_not_fill_the_news():
    often = [change(days=days) for days in range(1, MOST + 20)]
    found = server_events([*LISTED, gone("dogs", "Dogs", OLD, OTHER)], [], often, [down(999, key=OTHER)], NOW)
    assert len(found) == MOST + 1
    assert [event.at for event in found] == sorted((event.at for event in found), reverse=True)


def test_falls_and_other_changes_of_whoever_took_an_address_over_do_not_hide_that():
    taken = change(days=80)
    falls = [down(24 * 30 + n, ended=24) for n in range(2 * MOST)]
    elsewhere = [change(former=f"{n:064x}", days=n % 9) for n in range(2 * MOST)]
    moves = [KnownKey(KEY, http(f"h{n}.example"), shown_at=NOW, published_at=NOW - n) for n in range(2 * MOST)]
    found = server_events([gone("cats", "Cats", HOST, FORMER), *LISTED], moves, [taken, *elsewhere], falls, NOW)
    [event] = [one for one in found if FORMER in one.keys]
    assert event.at == NOW - 80 * DAY
    assert [sum(one.kind == kind for one in found) for kind in ("moved", "down", "back")] == [MOST] * 3
