"""Conversations with servers from before 2022, which know version 3 of onion requests alone."""

from __future__ import annotations

import pytest

from sessioncrawler.model import KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.polling import Answer, Ask
from tests.protocol.conversations import (
    KEY,
    NOW,
    Sogs,
    candidate,
    converse,
    posts,
    preview,
    urls,
)
from tests.support.onion_server import server_of

KNOWN = {"proven": (KEY,), "named": (None, NOW - 3600)}
LEGACY = {
    "/": Answer("", 200, b'<li><a href="http://example.net/view/room/main">main</a></li>'),
    "/view/room/main": preview(token="main"),
    "/legacy/rooms": Answer("", 200, b'{"rooms":[{"id":"main","name":"The main room"}],"status_code":200}'),
}
RUST = {"/": Answer("", 200, b"This is a Session open group server."), "/legacy/rooms": LEGACY["/legacy/rooms"]}
WRONG = tuple(KeyClaim(server_of(f"wrong {number}").key, ("liar",)) for number in range(20))


def wrong(count: int) -> tuple[KeyClaim, ...]:
    return WRONG[:count]


@pytest.mark.parametrize("program", ["old", "rust"])
def test_old_servers_tell_their_rooms_in_version_3(program):
    server = Sogs(program, pages=LEGACY if program == "old" else RUST)
    ended, asked = converse(candidate(**KNOWN), server)
    assert (ended.outcome, ended.key_proof, ended.server.legacy) == (Outcome.REACHED, KeyProof.ONION, True)
    assert [(found.token, found.name) for found in ended.rooms] == [("main", "The main room")]
    assert ended.server.has_preview is (program == "old")
    assert server.inside == ["rooms"]
    assert ended.requests == 3
    assert urls(asked) == ["https://sogs.example/rooms?all=1"]


def test_the_key_on_a_legacy_page_is_proven_in_version_3():
    server = Sogs("old", pages=LEGACY)
    ended, _ = converse(candidate(claims=wrong(3)), server)
    assert (ended.server.public_key, ended.key_proof) == (KEY, KeyProof.ONION)
    assert [found.name for found in ended.rooms] == ["The main room"]


def test_names_of_legacy_rooms_without_a_proof():
    def blocked(ask: Ask):
        return Answer("", 405) if ask.method == "POST" else server(ask)

    server = Sogs("old", pages=LEGACY)
    ended, asked = converse(candidate(), blocked)
    assert (ended.key_proof, [found.name for found in ended.rooms]) == (KeyProof.PREVIEW_PAGE, ["The main room"])
    assert [url.rpartition("/v3")[0][-4:] for url in posts(asked) if "v3" in url][:2] == ["loki", "oxen"]


def test_the_second_path_of_version_3():
    def newer(ask: Ask):
        return Answer("", 404) if "/loki/" in ask.url else server(ask)

    server = Sogs("old", pages=LEGACY)
    ended, asked = converse(candidate(**KNOWN), newer)
    assert ended.key_proof is KeyProof.ONION
    assert posts(asked)[-1] == "https://sogs.example/oxen/v3/lsrpc"
