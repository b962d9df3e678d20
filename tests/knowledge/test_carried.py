"""Servers that do not answer keep their Communities for a while."""

from dataclasses import replace

import pytest

from sessioncrawler.knowledge.carried import Ladder
from sessioncrawler.model import KeyProof, Outcome, Presence, Reach
from sessioncrawler.state import KnownKey, KnownPoll
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, failed, http, knew, knowledge, link, reached, room

HOUR = 3_600
COPY = http("copy.example")
MOVED = http("moved.example")
LOBBY, ATTIC = room(), room("attic")


def published(address=HOST, key=KEY, at=NOW - 30 * DAY):
    return KnownKey(key, address, first_proven=at, last_proven=at, published_at=at, shown_at=at)


def silent(poll, hours, outcome=Outcome.REFUSED, asked=HOST):
    """Asked in vain now; ``poll`` is what it told some hours ago."""
    at = NOW - int(hours * HOUR)
    return KnownPoll(failed(outcome, address=asked), NOW, at, at + 60, poll, at)


def listed(*polls, keys=None, links=(HOST,), **more):
    keys = (published(),) if keys is None else tuple(keys)
    known = knowledge(*polls, links=[link(address=one) for one in links], keys=keys, **more)
    return [(one.room.token, one.server.address.host, one.presence) for one in known.communities()]


@pytest.mark.parametrize(
    ("hours", "reach"),
    [(0.1, Reach.LATELY), (6, Reach.LATELY), (6.1, Reach.AWAY), (72, Reach.AWAY), (72.1, None), (2_000, None)],
)
def test_the_ladder(hours, reach):
    expected = [("lobby", "sogs.example", Presence(reach, NOW - int(hours * HOUR)))] if reach else []
    assert listed(silent(reached(LOBBY), hours)) == expected


def test_the_ladder_is_a_setting():
    told = silent(reached(LOBBY), 5)
    assert [reach.reach for *_, reach in listed(told, ladder=Ladder(as_ever=4))] == [Reach.AWAY]
    assert listed(told, ladder=Ladder(at_all=4)) == []
    assert [reach.reach for *_, reach in listed(told, ladder=Ladder(as_ever=9, at_all=5))] == [Reach.LATELY]


SILENT = [
    "dns",
    "refused",
    "connect-timeout",
    "tls",
    "stalled",
    "reset",
    "too-large",
    "http-status",
    "not-json",
    "proxy",
]
SPEAKING = ["no-rooms", "no-key", "key-conflict", "key-changed"]


@pytest.mark.parametrize("outcome", SILENT)
def test_whatever_keeps_it_from_telling(outcome):
    assert [token for token, *_ in listed(silent(reached(LOBBY), 1, Outcome(outcome)))] == ["lobby"]


@pytest.mark.parametrize("outcome", SPEAKING)
def test_a_server_that_speaks_for_itself_keeps_nothing(outcome):
    assert listed(silent(reached(LOBBY), 1, Outcome(outcome))) == []


def test_a_server_that_was_not_asked_in_the_last_round_keeps_its_rooms():
    """As where a shard did not run."""
    other = reached(room("hall"), address=MOVED, key=OTHER)
    found = listed(knew(reached(LOBBY), NOW - 5 * HOUR), other, links=(HOST, MOVED))
    assert [(token, presence.reach) for token, _, presence in found] == [("hall", Reach.NOW), ("lobby", Reach.LATELY)]


def test_what_was_never_listed_has_no_place_to_keep():
    assert listed(silent(reached(LOBBY), 1), keys=()) == []


def test_what_nobody_names_any_more_is_not_kept():
    assert listed(silent(reached(LOBBY), 1), links=()) == []


def test_a_copier_does_not_take_the_place_of_one_that_is_down():
    copier = reached(room("trap"), address=COPY, key_proof=KeyProof.PREVIEW_PAGE)
    assert [one[:2] for one in listed(silent(reached(LOBBY), 1), copier, links=(HOST, COPY))] == [
        ("lobby", "sogs.example")
    ]


@pytest.mark.parametrize("hours", [1, 20])
def test_a_copier_that_shows_the_key_of_one_that_is_down_does_not_end_its_time(hours):
    copier = reached(room("trap"), address=COPY, key_proof=KeyProof.PREVIEW_PAGE)
    shows = KnownKey(KEY, COPY, held_since=NOW - DAY, shown_at=NOW)
    once = replace(shows, published_at=NOW - 40 * DAY)
    for keys in ([published(), shows], [published(), once]):
        found = listed(silent(reached(LOBBY), hours), copier, links=(HOST, COPY), keys=keys)
        assert [one[:2] for one in found] == [("lobby", "sogs.example")]


def test_a_copier_that_was_never_published_is_not_carried_either():
    told = silent(reached(room("trap"), address=COPY, key_proof=KeyProof.PREVIEW_PAGE), 1, asked=COPY)
    assert [one[:2] for one in listed(silent(reached(LOBBY), 1), told, links=(HOST, COPY))] == [
        ("lobby", "sogs.example")
    ]


def test_a_server_that_answers_elsewhere_is_not_carried():
    moved = reached(LOBBY, address=MOVED)
    found = listed(silent(reached(LOBBY, ATTIC), 1), moved, links=(HOST, MOVED))
    assert [one[:2] for one in found] == [("lobby", "moved.example")]


def test_of_two_addresses_the_published_one_is_carried():
    first, second = silent(reached(LOBBY), 2), silent(reached(LOBBY, address=MOVED), 1, asked=MOVED)
    found = listed(first, second, keys=[published(), published(MOVED, at=NOW - DAY)], links=(HOST, MOVED))
    assert [one[:2] for one in found] == [("lobby", "sogs.example")]


def test_a_server_that_moved_and_is_down_is_carried_from_where_it_was_last():
    """However long its former address was the published one: what it told there is old."""
    first, second = silent(reached(room("old")), 30), silent(reached(LOBBY, address=MOVED), 5, asked=MOVED)
    found = listed(first, second, keys=[published(), published(MOVED, at=NOW - DAY)], links=(HOST, MOVED))
    assert found == [("lobby", "moved.example", Presence(Reach.LATELY, NOW - 5 * HOUR))]


def test_a_server_that_moved_and_took_another_key_leaves_nothing_where_it_was():
    other = reached(room("hall"), address=MOVED, key=OTHER)
    keys = [published(), replace(published(MOVED, at=NOW - DAY), last_proven=NOW - 5 * HOUR, shown_at=NOW - 5 * HOUR)]
    found = listed(silent(reached(LOBBY), 30), other, keys=keys, links=(HOST, MOVED))
    assert [token for token, *_ in found] == ["hall"]


def test_a_room_that_its_server_no_longer_tells_of_goes_at_once():
    assert [one[0] for one in listed(KnownPoll(reached(LOBBY), NOW, NOW, None))] == ["lobby"]


@pytest.mark.parametrize(("hours", "tokens"), [(71, ["attic", "lobby"]), (73, ["lobby"])])
def test_a_partial_answer_takes_nothing_away(hours, tokens):
    before = reached(room(name="Old"), ATTIC)
    part = KnownPoll(reached(LOBBY, whole=False), NOW, NOW, None, before, NOW - hours * HOUR)
    known = knowledge(part, links=[link()], keys=(published(),))
    assert [(one.room.token, one.presence.reach) for one in known.communities()] == [(t, Reach.NOW) for t in tokens]
    assert {one.room.name for one in known.communities() if one.room.token == "lobby"} == {"Lobby"}


def test_a_partial_answer_does_not_inherit_from_another_key():
    before = reached(ATTIC, key=OTHER)
    part = KnownPoll(reached(LOBBY, whole=False), NOW, NOW, None, before, NOW - HOUR)
    assert [one[0] for one in listed(part)] == ["lobby"]
