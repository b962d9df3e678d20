"""The conversation with a server, played without a network: what is asked, and what is made of the answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome, Poll
from sessioncrawler.protocol.candidates import DIRECTORY, Candidate
from sessioncrawler.protocol.polling import Answer, Ask, Failure, Reply, poll

KEY, OTHER = "a" * 64, "b" * 64
HTTPS, HTTP = Address("https", "sogs.example", 443), Address("http", "sogs.example", 80)
CLAIM = (KeyClaim(KEY, ("somewhere",)),)
REFUSED = Failure(Outcome.REFUSED, "refuses connections")
NOT_FOUND = Answer("", 404)
Script = Callable[[str], Reply | None]


def room(token: str = "lobby", **fields) -> dict:
    return {
        "token": token,
        "name": token.title(),
        "active_users": 7,
        "active_users_cutoff": 604800,
        "created": 1.5,
        "read": True,
        "write": True,
        "upload": True,
    } | fields


def rooms(*found: dict) -> Answer:
    return Answer("", 200, json.dumps(found or [room()]).encode())


def preview(key: str = KEY, token: str = "lobby", host: str = "http://example.net") -> Answer:
    return Answer("", 200, f"<html><pre>{host}/{token}?public_key={key}</pre></html>".encode())


def play(candidate: Candidate, answers: dict[str, Reply | list[Reply]]) -> tuple[Poll, list[Ask]]:
    """Answer each question by its URL; what is not in ``answers`` is not found. A list is used up in order."""
    asked: list[Ask] = []
    talk = poll(candidate)
    reply = None
    while True:
        try:
            ask = talk.send(reply)
        except StopIteration as end:
            return end.value, asked
        asked.append(ask)
        found = answers.get(ask.url, NOT_FOUND)
        reply = found.pop(0) if isinstance(found, list) else found
        if isinstance(reply, Answer):
            reply = Answer(**{name: getattr(reply, name) for name in reply.__slots__} | {"url": ask.url})


def candidate(address: Address = HTTPS, claims: tuple[KeyClaim, ...] = CLAIM, tokens: tuple[str, ...] = ("lobby",)):
    return Candidate(address, claims, tokens)


def urls(asked: list[Ask]) -> list[str]:
    return [ask.url for ask in asked]


def test_a_healthy_server_is_asked_twice():
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
    assert ended.requests == len(asked) == 2


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
    assert asked[0].tries is not None
    assert asked[1].tries is None


def test_an_http_link_is_upgraded_where_https_works():
    ended, _ = play(candidate(HTTP), {"https://sogs.example/rooms?all=1": rooms()})
    assert ended.server.address == HTTPS
    assert ended.address == HTTP


def test_a_port_that_was_named_is_used_for_both_schemes():
    _, asked = play(candidate(Address("http", "sogs.example", 8081)), {})
    assert asked[0].url == "https://sogs.example:8081/rooms?all=1"
    assert any(ask.url == "http://sogs.example:8081/rooms?all=1" for ask in asked)


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
        },
    )
    assert ended.server.legacy
    assert ended.key_proof is KeyProof.PREVIEW_PAGE
    assert [(found.name, found.weekly_active_users) for found in ended.rooms] == [("Main", None)]
    assert len(asked) == 5


def test_no_conversation_takes_more_than_eight_requests():
    many = tuple(f"t{number}" for number in range(20))
    known = {f"https://sogs.example/room/{token}": Answer("", 200, json.dumps(room(token)).encode()) for token in many}
    ended, asked = play(
        candidate(tokens=many), known | {f"https://sogs.example/r/{token}/": Answer("", 403) for token in many}
    )
    assert ended.outcome is Outcome.REACHED
    assert len(asked) <= 8


def test_an_empty_list_is_an_answer():
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": Answer("", 200, b"[]"),
            "http://sogs.example/rooms?all=1": REFUSED,
        },
    )
    assert ended.outcome is Outcome.NO_ROOMS
    assert len(asked) == 2


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


def test_the_preview_page_settles_conflicting_claims():
    claims = (KeyClaim(OTHER, ("liar",)), KeyClaim(KEY, ("friend",)))
    ended, _ = play(
        candidate(claims=claims),
        {
            "https://sogs.example/rooms?all=1": rooms(),
            "https://sogs.example/r/lobby/": preview(),
        },
    )
    assert ended.server.public_key == KEY
    assert ended.claims == (KeyClaim(KEY, ("friend", "preview page")), KeyClaim(OTHER, ("liar",)))


def test_the_preview_page_corrects_a_wrong_claim():
    ended, _ = play(
        candidate(claims=(KeyClaim(OTHER, ("liar",)),)),
        {
            "https://sogs.example/rooms?all=1": rooms(),
            "https://sogs.example/r/lobby/": preview(),
        },
    )
    assert ended.server.public_key == KEY
    assert {claim.public_key for claim in ended.claims} == {KEY, OTHER}


def test_without_pages_a_single_claim_counts():
    ended, asked = play(candidate(), {"https://sogs.example/rooms?all=1": rooms(room(), room("two"))})
    assert ended.key_proof is KeyProof.CLAIM
    assert not ended.server.has_preview
    assert len(asked) == 2


def test_without_pages_conflicting_claims_do_not_count():
    claims = (KeyClaim(OTHER, ("one",)), KeyClaim(KEY, ("two",)))
    ended, _ = play(candidate(claims=claims), {"https://sogs.example/rooms?all=1": rooms()})
    assert ended.outcome is Outcome.KEY_CONFLICT
    assert ended.rooms == ()
    assert ended.claims == (KeyClaim(KEY, ("two",)), KeyClaim(OTHER, ("one",)))


def test_without_pages_the_operator_settles_conflicting_claims():
    claims = (KeyClaim(OTHER, ("one",)), KeyClaim(KEY, (DIRECTORY,)))
    ended, _ = play(candidate(claims=claims), {"https://sogs.example/rooms?all=1": rooms()})
    assert ended.server.public_key == KEY
    assert ended.key_proof is KeyProof.DIRECTORY


def test_a_server_whose_key_nobody_names_is_not_listed():
    ended, _ = play(candidate(claims=()), {"https://sogs.example/rooms?all=1": rooms()})
    assert ended.outcome is Outcome.NO_KEY


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


def test_redirects_within_the_server_are_followed():
    ended, _ = play(
        candidate(HTTP),
        {
            "https://sogs.example/rooms?all=1": REFUSED,
            "http://sogs.example/rooms?all=1": Answer("", 301, location="/sogs/rooms"),
            "http://sogs.example/sogs/rooms": rooms(),
        },
    )
    assert ended.outcome is Outcome.REACHED


def test_a_redirect_from_http_to_https_of_the_same_host_changes_the_address():
    ended, _ = play(
        candidate(HTTP),
        {
            "https://sogs.example/rooms?all=1": [REFUSED],
            "http://sogs.example/rooms?all=1": Answer("", 302, location="https://sogs.example/again"),
            "https://sogs.example/again": rooms(),
        },
    )
    assert ended.server.address == HTTPS


def test_redirects_to_another_host_are_aliases():
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": Answer("", 301, location="https://other.example/rooms?all=1"),
        },
    )
    assert ended.outcome is Outcome.REDIRECTED
    assert ended.aliases == (Address("https", "other.example", 443),)
    assert len(asked) == 1


def test_a_redirect_of_http_alone_tells_more_than_a_refusal():
    ended, _ = play(
        candidate(HTTP),
        {
            "https://sogs.example/rooms?all=1": REFUSED,
            "http://sogs.example/rooms?all=1": Answer("", 301, location="http://other.example/"),
        },
    )
    assert ended.outcome is Outcome.REDIRECTED


@pytest.mark.parametrize("location", ["/rooms?all=1", "gopher://x/", "http://user@evil.example/", "http://[", "//[x]/"])
def test_redirects_that_lead_nowhere_end(location):
    ended, asked = play(
        candidate(tokens=()),
        {
            "https://sogs.example/rooms?all=1": Answer("", 302, location=location),
            "http://sogs.example/rooms?all=1": REFUSED,
        },
    )
    assert ended.outcome is Outcome.HTTP_STATUS
    assert len(asked) <= 6


def test_a_busy_server_is_waited_for():
    busy = Answer("", 503, retry_after="7")
    ended, asked = play(
        candidate(),
        {
            "https://sogs.example/rooms?all=1": [busy, busy, rooms()],
            "https://sogs.example/r/lobby/": preview(),
        },
    )
    assert ended.outcome is Outcome.REACHED
    assert [ask.wait for ask in asked] == [0, 7, 7, 0]


@pytest.mark.parametrize("retry_after", ["", "soon", "86400"])
def test_a_busy_server_is_not_waited_for_at_any_price(retry_after):
    ended, _ = play(
        candidate(tokens=()),
        {
            "https://sogs.example/rooms?all=1": Answer("", 429, retry_after=retry_after),
            "http://sogs.example/rooms?all=1": REFUSED,
        },
    )
    assert ended.outcome is Outcome.HTTP_STATUS


def test_retry_after_may_be_a_date():
    busy = Answer("", 503, retry_after="Sun, 22 Nov 2026 10:00:05 GMT", date="Sun, 22 Nov 2026 10:00:00 GMT")
    _, asked = play(candidate(), {"https://sogs.example/rooms?all=1": [busy, rooms()]})
    assert asked[1].wait == 5


def test_tries_and_repairs_are_counted():
    answers = Answer("", 200, json.dumps([room(), room("bad", read="yes")]).encode(), tries=4)
    ended, _ = play(candidate(), {"https://sogs.example/rooms?all=1": answers})
    assert ended.tries == 5
    assert ended.repairs == 1
