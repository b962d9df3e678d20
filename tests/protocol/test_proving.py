"""Conversations with servers that hold keys: what is asked inside, and whose key it is in the end."""

from __future__ import annotations

import json

import pytest

from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.keys.claims import MAX_KEYS
from sessioncrawler.protocol.polling import MAX_REQUESTS, Answer, Ask, Failure
from tests.protocol.conversations import (
    CLAIM,
    HTTP,
    HTTPS,
    KEY,
    NOW,
    OTHER,
    REFUSED,
    STRANGER,
    V4,
    Sogs,
    candidate,
    converse,
    gets,
    posts,
    preview,
    room,
    rooms,
    urls,
)
from tests.support.onion_server import server_of

DAY = 86_400
KNOWN = {"proven": (KEY,), "named": (None, NOW - 3600)}
WRONG = tuple(KeyClaim(server_of(f"wrong {number}").key, ("liar",)) for number in range(20))


def wrong(count: int) -> tuple[KeyClaim, ...]:
    return WRONG[:count]


@pytest.mark.parametrize("program", ["pysogs", "bunsogs"])
def test_a_known_healthy_server_is_asked_once(program):
    server = Sogs(program)
    ended, asked = converse(candidate(**KNOWN), server)
    assert (ended.outcome, ended.key_proof) == (Outcome.REACHED, KeyProof.ONION)
    assert [(found.token, found.weekly_active_users) for found in ended.rooms] == [("lobby", 7)]
    assert ended.server.public_key == KEY
    assert (ended.requests, ended.tries, ended.claims) == (1, 1, ())
    assert [(ask.method, ask.url) for ask in asked] == [("POST", f"https://sogs.example{V4}")]
    assert server.inside == ["/rooms?all=1"]


def test_a_key_that_nobody_names_any_more_is_still_asked():
    ended, _ = converse(candidate(claims=(), **KNOWN), Sogs())
    assert (ended.server.public_key, ended.key_proof) == (KEY, KeyProof.ONION)


@pytest.mark.parametrize(
    ("base", "named"),
    [
        ("https://new.example", Address("https", "new.example", 443)),
        ("http://sogs.example:8080", Address("http", "sogs.example", 8080)),
        ("http://example.net", None),
        ("gopher://x", None),
        ("", None),
    ],
)
def test_once_a_day_a_server_is_asked_where_it_is(base, named):
    server = Sogs(pages={"/rooms?all=1": rooms(), "/r/lobby/": preview(host=base)})
    ended, asked = converse(candidate(), server)
    assert server.inside == ["/rooms?all=1", "/r/lobby/"]
    assert (ended.named, ended.named_at, ended.requests) == (named, NOW, 2)
    assert gets(asked) == []
    known = candidate(proven=(KEY,), named=(ended.named, ended.named_at))
    later, _ = converse(known, server, NOW + DAY - 1)
    assert (later.named, later.named_at, later.requests) == (None, 0, 1)
    tomorrow, _ = converse(known, server, NOW + DAY)
    assert (tomorrow.named, tomorrow.named_at, tomorrow.requests) == (named, NOW + DAY, 2)


def test_a_page_with_another_key_names_no_address():
    server = Sogs(pages={"/rooms?all=1": rooms(), "/r/lobby/": preview(OTHER, host="https://evil.example")})
    assert converse(candidate(), server)[0].named is None


def test_bunsogs_has_no_pages_and_pysogs_has():
    assert not converse(candidate(), Sogs("bunsogs", pages={"/rooms?all=1": rooms()}))[0].server.has_preview
    assert converse(candidate(), Sogs("pysogs", pages={"/rooms?all=1": rooms()}))[0].server.has_preview
    assert not converse(candidate(**KNOWN, has_preview=False), Sogs("bunsogs"))[0].server.has_preview


@pytest.mark.parametrize("program", ["pysogs", "bunsogs"])
@pytest.mark.parametrize("count", [1, 7])
def test_wrong_links_unlist_nobody(program, count):
    claims = (*wrong(count), KeyClaim(KEY, ("friend",)))
    ended, asked = converse(candidate(claims=claims), Sogs(program))
    assert (ended.server.public_key, ended.key_proof) == (KEY, KeyProof.ONION)
    assert len(posts(asked)) <= count + 2
    assert len(ended.claims) == count + 1
    assert KeyClaim(KEY, ("friend", "onion request")) in ended.claims


@pytest.mark.parametrize("program", ["pysogs", "bunsogs"])
def test_a_flood_of_wrong_keys_does_not_unlist_a_server_that_is_known(program):
    ended, asked = converse(candidate(claims=WRONG, **KNOWN), Sogs(program))
    assert (ended.server.public_key, ended.requests) == (KEY, 1)
    assert len(asked) == 1


def test_a_flood_of_wrong_keys_is_settled_by_the_page_of_a_new_server():
    ended, asked = converse(candidate(claims=WRONG), Sogs())
    assert (ended.server.public_key, ended.key_proof) == (KEY, KeyProof.ONION)
    assert len(posts(asked)) == MAX_KEYS + 2
    assert len(asked) <= MAX_REQUESTS


def test_a_flood_at_both_schemes_leaves_enough_for_the_rooms():
    def elsewhere(ask: Ask):
        return Answer("", 500) if ask.url.startswith("https:") else server(ask)

    server = Sogs(hosts=("http://sogs.example",))
    tokens = ("a", "b", "c", "d")
    ended, asked = converse(candidate(claims=WRONG, tokens=tokens), elsewhere)
    assert (ended.server.public_key, ended.server.address) == (KEY, HTTP)
    assert len(asked) <= MAX_REQUESTS


def test_the_key_that_the_page_shows_is_proven_and_tells_the_rooms():
    # Whoever stands between could have answered the GET with rooms of its own.
    def relay(ask: Ask):
        return rooms(room("trap")) if ask.url.endswith("/rooms?all=1") else server(ask)

    server = Sogs(pages={"/rooms?all=1": rooms(room("one"), room("two")), "/r/trap/": preview(token="trap")})
    ended, asked = converse(candidate(claims=()), relay)
    assert ended.key_proof is KeyProof.ONION
    assert [found.token for found in ended.rooms] == ["one", "two"]
    assert (len(gets(asked)), len(posts(asked))) == (2, 2)


def test_a_page_with_a_key_that_the_server_does_not_hold_proves_nothing():
    server = Sogs(holder=STRANGER)  # shows the key of HOLDER
    ended, _ = converse(candidate(claims=()), server)
    assert ended.key_proof is KeyProof.PREVIEW_PAGE
    assert server.inside == []


@pytest.mark.parametrize("reply", [Answer("", 404), Answer("", 405), Answer("", 403), Answer("", 200, b"<html>")])
def test_where_no_onion_request_gets_through_the_page_counts(reply):
    def blocked(ask: Ask):
        return reply if ask.method == "POST" else server(ask)

    server = Sogs()
    ended, asked = converse(candidate(claims=(*wrong(3), *CLAIM)), blocked)
    assert (ended.server.public_key, ended.key_proof) == (KEY, KeyProof.PREVIEW_PAGE)
    assert len(posts(asked)) == 1


@pytest.mark.parametrize("outcome", [Outcome.STALLED, Outcome.RESET])
def test_a_proxy_that_swallows_onion_requests_does_not_cost_the_rooms(outcome):
    def swallowing(ask: Ask):
        return Failure(outcome) if ask.method == "POST" else server(ask)

    server = Sogs()
    ended, asked = converse(candidate(), swallowing)
    assert ended.key_proof is KeyProof.PREVIEW_PAGE
    assert [ask.tries for ask in asked[:2]] == [12, None]
    _, asked = converse(candidate(answered="https"), swallowing)
    assert [ask.tries for ask in asked[:2]] == [12, 3]


def test_where_a_post_cannot_be_made_no_get_is_tried():
    ended, asked = converse(candidate(), lambda _: REFUSED)
    assert ended.outcome is Outcome.REFUSED
    assert urls(asked) == []
    assert len(asked) == 2


def test_http_that_leads_to_https_is_proven_there():
    def moving(ask: Ask):
        if ask.url == f"http://sogs.example{V4}":
            return Answer("", 308, location=f"https://sogs.example{V4}")
        return server(ask) if ask.method == "POST" and len(asked_at_https) else asked_at_https.append(1) or REFUSED

    asked_at_https: list[int] = []
    server = Sogs()
    ended, asked = converse(candidate(HTTP, **KNOWN), moving)
    assert (ended.server.address, ended.key_proof) == (HTTPS, KeyProof.ONION)
    assert posts(asked)[1:] == [f"http://sogs.example{V4}", f"https://sogs.example{V4}"]
    assert asked[1].body == asked[2].body


def test_a_proxy_that_sends_onion_requests_elsewhere_does_not_move_the_server():
    def elsewhere(ask: Ask):
        return Answer("", 302, location="https://www.example/login") if ask.method == "POST" else server(ask)

    server = Sogs()
    ended, _ = converse(candidate(), elsewhere)
    assert (ended.outcome, ended.aliases) == (Outcome.REACHED, ())


@pytest.mark.parametrize(("lost", "requests"), [(1, 1), (3, 1)])
def test_an_onion_request_that_a_proxy_lost_is_made_again(lost, requests):
    def losing(ask: Ask):
        nonlocal lost
        lost -= 1
        return Answer("", 502) if lost >= 0 else server(ask)

    server = Sogs()
    count = lost
    ended, asked = converse(candidate(**KNOWN), losing)
    assert (ended.key_proof, ended.requests) == (KeyProof.ONION, requests)
    assert [ask.wait for ask in asked] == [0, *[0.1] * count]


def test_a_gateway_that_stays_bad_ends():
    ended, asked = converse(candidate(tokens=()), lambda _: Answer("", 502))
    assert ended.outcome is Outcome.HTTP_STATUS
    assert len(posts(asked)) == 2 * (4 + 4)


@pytest.mark.parametrize("body", [b"broken", b'{"error": "no"}', b'[{"token": "!!"}]'])
def test_broken_rooms_are_asked_one_by_one_inside(body):
    lobby = Answer("", 200, json.dumps(room()).encode())
    server = Sogs(pages={"/rooms?all=1": Answer("", 200, body), "/room/lobby": lobby})
    ended, asked = converse(candidate(**KNOWN), server)
    assert (ended.key_proof, [found.token for found in ended.rooms]) == (KeyProof.ONION, ["lobby"])
    assert server.inside == ["/rooms?all=1", "/room/lobby"]
    assert gets(asked) == []


def test_a_proven_empty_list_is_an_answer():
    ended, _ = converse(candidate(**KNOWN), Sogs(pages={"/rooms?all=1": Answer("", 200, b"[]")}))
    assert ended.outcome is Outcome.NO_ROOMS
