"""How much is taken of one server, and which part of it."""

from __future__ import annotations

import json
from random import Random

import pytest

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.polling import Answer, poll
from sessioncrawler.protocol.rooms import parse_room, parse_rooms
from tests.protocol.conversations import candidate, room, rooms

STAFF = "05" + "a" * 64


def dump(*entries):
    return json.dumps(entries).encode()


def tokens(answer):
    return [one.token for one in answer.rooms]


def test_the_oldest_rooms_are_taken_and_the_others_counted():
    body = dump(room("b", created=3), room("a", created=4), room("d", created=1), room("c", created=2))
    answer = parse_rooms(body, ServerLimits(rooms=2))
    assert (tokens(answer), answer.over_limit) == (["c", "d"], 2)
    assert parse_rooms(body, ServerLimits(rooms=4)).over_limit == 0
    assert parse_rooms(body, ServerLimits(rooms=0)).rooms == ()


def test_rooms_that_do_not_tell_their_age_come_last_by_token():
    body = dump(room("b", created=None), room("a", created="old"), room("z", created=5))
    assert tokens(parse_rooms(body, ServerLimits(rooms=2))) == ["a", "z"]


def test_neither_order_nor_visitors_nor_new_rooms_change_which_are_taken():
    random = Random(1)
    entries = [room(f"t{number}", created=1 + number % 7, active_users=number) for number in range(50)]
    taken = set()
    for crawl in range(20):
        random.shuffle(entries)
        told = [{**entry, "active_users": random.randrange(1_000)} for entry in entries]
        told.append(room(f"a{crawl}", created=100 + crawl, active_users=2**40))
        taken.add(tuple(tokens(parse_rooms(dump(*told), ServerLimits(rooms=20)))))
    assert len(taken) == 1


def test_text_is_counted_as_bytes_of_all_that_a_room_says():
    one = room("a", name="\N{SNOWMAN}" * 10, description="x" * 20, admins=[STAFF], moderators=[STAFF], created=1)
    other = room("b", name="b", created=2)
    exactly = 1 + 30 + 20 + 66 + 66
    assert tokens(parse_rooms(dump(one, other), ServerLimits(text=exactly - 1))) == []
    assert tokens(parse_rooms(dump(one, other), ServerLimits(text=exactly + 1))) == ["a"]
    assert tokens(parse_rooms(dump(one, other), ServerLimits(text=exactly + 2))) == ["a", "b"]


def test_what_is_beyond_is_neither_repaired_nor_broken():
    answer = parse_rooms(
        dump(room("a", created=1), room("b", created=2, active_users=-1), {"token": "!"}), ServerLimits(1)
    )
    assert (answer.repaired, answer.left_out, answer.over_limit) == (0, 1, 1)


def test_long_texts_are_cut():
    limits = ServerLimits(name=3, description=5)
    told = room("a", name="x" * 9, description="y" * 9)
    for found in (parse_room(json.dumps(told).encode(), limits), *parse_rooms(dump(told), limits).rooms):
        assert (found.name, found.description) == ("xxx", "yyyyy")


PAGE = b'<a href="/r/a">A</a><a href="/r/b">B</a><a href="/r/c">C</a>'
OLD = b'<a href="/view/room/a">a</a><a href="/view/room/b">b</a><a href="/view/room/c">c</a>'


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        ({"/rooms?all=1": rooms(room("a"), room("b"), room("c"))}, ["a", "b"]),
        ({"/": Answer("", 200, PAGE)}, ["a", "b"]),
        ({"/": Answer("", 200, OLD)}, ["a", "b"]),
    ],
)
def test_a_poll_tells_how_many_were_not_taken(answers, taken):
    talk, reply = poll(candidate(), limits=ServerLimits(rooms=2)), None
    while True:
        try:
            ask = talk.send(reply)
        except StopIteration as end:
            found = end.value
            break
        reply = answers.get(ask.url.removeprefix("https://sogs.example"), Answer("", 404))
        reply = Answer(ask.url, reply.status, reply.body)
    assert found.outcome is Outcome.REACHED
    assert ([one.token for one in found.rooms], found.over_limit) == (taken, 1)
