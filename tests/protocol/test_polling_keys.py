"""Which key is believed of servers that take no onion requests."""

from __future__ import annotations

from sessioncrawler.model import KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.candidates import DIRECTORY
from tests.protocol.conversations import KEY, OTHER, candidate, gets, play, preview, room, rooms


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
    assert len(gets(asked)) == 2


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
