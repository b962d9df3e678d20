"""What servers are asked that take no onion requests, and what is made of their answers."""

from __future__ import annotations

import json

import pytest

from sessioncrawler.model import Address, KeyProof, Outcome
from sessioncrawler.protocol.polling import Answer, Failure
from tests.protocol.conversations import (
    HTTP,
    HTTPS,
    KEY,
    NOT_FOUND,
    REFUSED,
    candidate,
    gets,
    play,
    preview,
    room,
    rooms,
    urls,
)


def test_a_healthy_server_is_asked_for_its_rooms_and_one_page():
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": rooms(),
            "https://sogs.example/r/lobby/": preview(),
        },
    )
    assert ended.outcome is Outcome.REACHED
    assert ended.server.address == HTTPS
    assert ended.server.public_key == KEY
    assert ended.key_proof is KeyProof.PREVIEW_PAGE
    assert ended.claims == ()
    assert [room.token for room in ended.rooms] == ["lobby"]
    assert ended.requests == len(asked) == 3
    assert len(gets(asked)) == 2


def test_http_counts_where_https_does_not_answer():
    ended, asked = play(
        candidate(HTTP),
        {
            "https://sogs.example/rooms?all=1": REFUSED,
            "http://sogs.example/rooms?all=1": rooms(),
            "http://sogs.example/r/lobby/": preview(),
        },
    )
    assert ended.server.address == HTTP
    assert [ask.tries for ask in gets(asked)[:2]] == [None, None]


def test_an_http_link_is_upgraded_where_https_works():
    ended, _ = play(candidate(HTTP), {"https://sogs.example/rooms?all=1": rooms()})
    assert ended.server.address == HTTPS
    assert ended.address == HTTP


def test_a_port_that_was_named_is_used_for_both_schemes():
    _, asked = play(candidate(Address("http", "sogs.example", 8081)), {})
    assert gets(asked)[0].url == "https://sogs.example:8081/rooms?all=1"
    assert any(ask.url == "http://sogs.example:8081/rooms?all=1" for ask in gets(asked))


@pytest.mark.parametrize(
    "broken",
    [
        NOT_FOUND,
        Answer("", 500),
        Answer("", 200, b"<html>"),
        Answer("", 200, b'[{"token":'),
        Answer("", 200, b'{"error": "no"}'),
        Answer("", 200, b'[{"token": "!!"}]'),
    ],
)
def test_where_the_list_of_rooms_is_broken_hinted_rooms_are_asked(broken):
    ended, asked = play(
        candidate(tokens=("gone", "lobby")),
        {
            "https://sogs.example/rooms?all=1": broken,
            "https://sogs.example/room/lobby": Answer("", 200, json.dumps(room()).encode()),
            "https://sogs.example/r/lobby/": preview(),
        },
    )
    assert ended.outcome is Outcome.REACHED
    assert [found.weekly_active_users for found in ended.rooms] == [7]
    assert "https://sogs.example/room/gone" in urls(asked)


def test_where_no_hinted_room_is_known_the_home_page_is_read():
    page = b'<li><a href="http://example.net/view/room/main">Main</a></li>'
    ended, asked = play(
        candidate(tokens=("a", "b", "c", "d", "e")),
        {
            "https://sogs.example/": Answer("", 200, page),
            "https://sogs.example/view/room/main": preview(token="main"),
            "https://sogs.example/legacy/rooms": Answer("", 200, b'{"rooms":[{"id":"main","name":"The main room"}]}'),
        },
    )
    assert ended.server.legacy
    assert ended.key_proof is KeyProof.PREVIEW_PAGE
    assert [(found.name, found.weekly_active_users) for found in ended.rooms] == [("The main room", None)]
    assert len(gets(asked)) == 6


def test_no_conversation_takes_more_requests_than_allowed():
    many = tuple(f"t{number}" for number in range(20))
    known = {f"https://sogs.example/room/{token}": Answer("", 200, json.dumps(room(token)).encode()) for token in many}
    ended, asked = play(
        candidate(tokens=many), known | {f"https://sogs.example/r/{token}/": Answer("", 403) for token in many}
    )
    assert ended.outcome is Outcome.REACHED
    assert len(gets(asked)) == 8


def test_an_empty_list_is_an_answer():
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": Answer("", 200, b"[]"),
            "http://sogs.example/rooms?all=1": REFUSED,
        },
    )
    assert ended.outcome is Outcome.NO_ROOMS
    assert len(gets(asked)) == 2


def test_a_home_page_without_rooms_is_told_from_an_error():
    ended, _ = play(candidate(tokens=()), {"https://sogs.example/": Answer("", 200, b"This is a Session server")})
    assert ended.outcome is Outcome.NO_ROOMS


@pytest.mark.parametrize(
    ("first", "second", "address", "outcome"),
    [
        (REFUSED, REFUSED, HTTPS, Outcome.REFUSED),
        (Failure(Outcome.TLS, "x"), REFUSED, HTTPS, Outcome.TLS),
        (Failure(Outcome.TLS, "x"), REFUSED, HTTP, Outcome.TLS),
        (Failure(Outcome.TLS, "x"), Failure(Outcome.STALLED), HTTP, Outcome.STALLED),
        (Failure(Outcome.TLS, "x"), Failure(Outcome.RESET), HTTPS, Outcome.TLS),
        (Failure(Outcome.STALLED), Failure(Outcome.REFUSED), HTTPS, Outcome.STALLED),
        (Failure(Outcome.STALLED), Failure(Outcome.RESET), HTTP, Outcome.RESET),
        (Failure(Outcome.STALLED), Failure(Outcome.RESET), HTTPS, Outcome.STALLED),
        (Failure(Outcome.RESET), Failure(Outcome.STALLED), HTTP, Outcome.STALLED),
        (Failure(Outcome.RESET), Failure(Outcome.STALLED), HTTPS, Outcome.RESET),
        (Failure(Outcome.DNS), Failure(Outcome.DNS), HTTP, Outcome.DNS),
        (Failure(Outcome.TOO_LARGE), REFUSED, HTTPS, Outcome.TOO_LARGE),
        (REFUSED, Answer("", 200, b"<html>"), HTTP, Outcome.NOT_JSON),
        (REFUSED, Answer("", 500), HTTP, Outcome.HTTP_STATUS),
    ],
)
def test_of_two_failures_the_telling_one_is_reported(first, second, address, outcome):
    ended, _ = play(
        candidate(address, tokens=()),
        {
            "https://sogs.example/rooms?all=1": first,
            "http://sogs.example/rooms?all=1": second,
        },
    )
    assert ended.outcome is outcome
    assert ended.server is None


def test_unreadable_rooms_are_not_asked_for_previews():
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": rooms(room("a", read=False), room("b")),
            "https://sogs.example/r/b/": preview(token="b"),
        },
    )
    assert ended.key_proof is KeyProof.PREVIEW_PAGE
    assert urls(asked)[1:] == ["https://sogs.example/r/b/"]


def test_a_preview_that_stalls_does_not_cost_the_rooms():
    ended, _ = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": rooms(),
            "https://sogs.example/r/lobby/": Failure(Outcome.STALLED),
        },
    )
    assert ended.outcome is Outcome.REACHED
    assert ended.server.has_preview
