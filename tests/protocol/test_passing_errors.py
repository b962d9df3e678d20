"""Errors that pass: what is asked again, how often, and after which pauses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessioncrawler.model import KeyProof, Outcome
from sessioncrawler.protocol.polling import PARTIAL, Answer, Ask, Failure
from tests.protocol.conversations import HTTP, KEY, NOW, Sogs, candidate, converse, play, posts, preview, rooms, urls

LIST, HTTPS_LIST = "http://sogs.example/rooms?all=1", "https://sogs.example/rooms?all=1"
KNOWN = {"proven": (KEY,), "named": (None, NOW - 3600)}
DOWN = Failure(Outcome.REFUSED, "refuses connections")
PASSING = [
    *(Answer("", status) for status in (429, 500, 502, 503, 504)),
    *(Answer("", 200, body) for body in (b"", b" \n", b'[{"token": "lob', b'{"rooms": [')),
]


def hours(*troubles: Answer):
    """A server that tells its rooms by http after ``troubles``, and takes no onion requests."""
    left = list(troubles)

    def answer(ask: Ask):
        if ask.url.startswith("https:"):
            return DOWN
        if ask.url == LIST:
            return left.pop(0) if left else rooms()
        return preview() if ask.url.endswith("/r/lobby/") else Answer("", 404)

    return answer


@pytest.mark.parametrize("trouble", PASSING)
@pytest.mark.parametrize("count", [1, 4])
def test_rooms_are_asked_for_again(trouble, count):
    ended, asked = converse(candidate(HTTP, tokens=()), hours(*[trouble] * count))
    assert (ended.outcome, [found.token for found in ended.rooms], ended.whole) == (Outcome.REACHED, ["lobby"], True)
    assert urls(asked).count(LIST) == count + 1


def test_pauses_grow():
    _, asked = converse(candidate(HTTP, tokens=()), hours(*[Answer("", 502)] * 5))
    waits = [ask.wait for ask in asked if ask.wait]
    assert len(waits) == 4
    for wait, about in zip(waits, (0.5, 1, 2, 4), strict=True):
        assert 0.75 * about <= wait <= 1.25 * about


def test_no_two_servers_pause_alike():
    def waits(host: str) -> list[float]:
        address = replace(HTTP, host=host)
        return [ask.wait for ask in converse(candidate(address, tokens=()), lambda _: Answer("", 503))[1] if ask.wait]

    assert waits("one.example") == waits("one.example") != waits("two.example")


def test_hints_and_home_page_come_last():
    ended, asked = play(
        candidate(HTTP),
        {
            HTTPS_LIST: DOWN,
            "https://sogs.example/oxen/v4/lsrpc": DOWN,
            LIST: Answer("", 500),
            "http://sogs.example/room/lobby": Answer("", 200, b'{"token": "lobby", "name": "Lobby"}'),
            "http://sogs.example/r/lobby/": preview(),
        },
    )
    assert (ended.outcome, ended.whole, ended.detail) == (Outcome.REACHED, False, PARTIAL)
    asked_for = [url.partition("sogs.example")[2] for url in urls(asked)]
    assert asked_for[-2:] == ["/room/lobby", "/r/lobby/"]
    assert asked_for.count("/rooms?all=1") == 5


@pytest.mark.parametrize("answer", [Answer("", 404), Answer("", 403), Answer("", 200, b"<html></html>")])
def test_what_does_not_pass_is_asked_once(answer):
    _, asked = play(candidate(HTTP, tokens=()), {HTTPS_LIST: DOWN, LIST: answer})
    assert urls(asked).count(LIST) == 1
    assert not any(ask.wait for ask in asked)


def passing(server, *troubles: Answer):
    """``server``, by http alone, after ``troubles``."""
    left = list(troubles)

    def answer(ask: Ask):
        if ask.url.startswith("https:"):
            return DOWN
        return left.pop(0) if left else server(ask)

    return answer


@pytest.mark.parametrize("status", [500, 503])
def test_the_proof_is_asked_for_again_with_the_rooms(status):
    ended, asked = converse(candidate(HTTP), passing(Sogs(hosts=("http://sogs.example",)), *[Answer("", status)] * 4))
    assert (ended.server.public_key, ended.key_proof) == (KEY, KeyProof.ONION)
    assert len(posts(asked)) >= 2


def test_a_list_cut_short_inside_is_asked_for_again():
    lists = [b'[{"token": "lob'] * 2

    class Cutting(Sogs):
        def route(self, endpoint: str) -> tuple[int, bytes]:
            whole = super().route(endpoint)
            return (200, lists.pop()) if endpoint == "/rooms?all=1" and lists else whole

    ended, _ = converse(candidate(**KNOWN), Cutting())
    assert (ended.key_proof, ended.whole) == (KeyProof.ONION, True)
