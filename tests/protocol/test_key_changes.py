"""Conversations with servers whose key is not the one that was believed."""

from __future__ import annotations

import pytest

from sessioncrawler.model import KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.candidates import DIRECTORY
from tests.protocol.conversations import (
    CLAIM,
    KEY,
    OTHER,
    Sogs,
    candidate,
    converse,
    posts,
    rooms,
)
from tests.support.onion_server import server_of


@pytest.mark.parametrize("program", ["pysogs", "bunsogs"])
def test_a_configured_key_that_fails_is_not_replaced(program):
    claims = (KeyClaim(OTHER, (DIRECTORY,)), KeyClaim(KEY, ("somewhere",)))
    ended, _ = converse(candidate(claims=claims), Sogs(program))
    assert (ended.outcome, ended.rooms) == (Outcome.KEY_CHANGED, ())
    assert (ended.server.public_key, ended.key_proof) == (KEY, KeyProof.ONION)
    assert ended.detail == f"proves the key {KEY}, while directory.toml names {OTHER}"


def test_a_configured_key_that_bunsogs_cannot_open_is_told():
    claims = (KeyClaim(OTHER, (DIRECTORY,)),)
    ended, _ = converse(candidate(claims=claims), Sogs("bunsogs", pages={"/rooms?all=1": rooms()}))
    assert (ended.outcome, ended.server, ended.rooms) == (Outcome.KEY_CHANGED, None, ())


def test_a_new_key_that_is_shown_and_proven_is_the_servers():
    ended, _ = converse(candidate(claims=(KeyClaim(OTHER, ("old",)),), proven=(OTHER,)), Sogs())
    assert (ended.outcome, ended.key_proof) == (Outcome.REACHED, KeyProof.ONION)
    assert ended.server.public_key == KEY
    assert KeyClaim(OTHER, ("old",)) in ended.claims


def test_a_new_key_that_is_only_shown_is_not():
    server = Sogs(holder=server_of("a third"))
    ended, _ = converse(candidate(claims=(), proven=(OTHER,)), server)
    assert (ended.outcome, ended.rooms) == (Outcome.KEY_CHANGED, ())


@pytest.mark.parametrize(("proven", "outcome"), [((), Outcome.NO_KEY), ((OTHER,), Outcome.KEY_CHANGED)])
def test_a_dead_link_of_bunsogs_is_told(proven, outcome):
    server = Sogs("bunsogs", pages={"/rooms?all=1": rooms()})
    ended, _ = converse(candidate(claims=(KeyClaim(OTHER, ("old",)),), proven=proven), server)
    assert (ended.outcome, ended.server) == (outcome, None)


def test_a_key_that_everybody_holds_is_not_proven():
    ended, asked = converse(candidate(claims=(KeyClaim("0" * 64, ("liar",)), *CLAIM)), Sogs("bunsogs"))
    assert ended.server.public_key == KEY
    assert len(posts(asked)) == 2


def test_another_spelling_of_the_key_is_not_proven():
    twin = bytearray.fromhex(KEY)
    twin[31] |= 0x80
    claims = (KeyClaim(twin.hex(), ("a", "b", "c")), *CLAIM)
    assert converse(candidate(claims=claims), Sogs("bunsogs"))[0].server.public_key == KEY
