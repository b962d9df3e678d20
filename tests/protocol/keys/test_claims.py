"""Which key is believed, as tables."""

from __future__ import annotations

import pytest

from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.candidates import DIRECTORY, Candidate
from sessioncrawler.protocol.keys.claims import (
    MAX_KEYS,
    ONION_REQUEST,
    PREVIEW_PAGE,
    KeyVerdict,
    believed_keys,
    decide_key,
)
from tests.support.onion_server import server_of

A, B, C = sorted(server_of(name).key for name in "abc")
SITE, CONFIG = ("site",), (DIRECTORY,)
HOST = Address("https", "sogs.example", 443)
ONION, PAGE, CHANGED = KeyProof.ONION, KeyProof.PREVIEW_PAGE, Outcome.KEY_CHANGED


def claim(key: str, *by: str) -> KeyClaim:
    return KeyClaim(key, tuple(sorted(by or SITE)))


def decided(claims=(), proven=(), **seen) -> KeyVerdict:
    return decide_key(Candidate(HOST, claims, proven=proven), **seen)


@pytest.mark.parametrize(
    ("claims", "seen", "verdict"),
    [
        ((), {"page_key": A}, KeyVerdict(A, PAGE)),
        ((claim(A),), {"page_key": A}, KeyVerdict(A, PAGE)),
        ((claim(A),), {"opened": A}, KeyVerdict(A, ONION)),
        ((claim(A, DIRECTORY),), {"opened": A}, KeyVerdict(A, ONION)),
        ((), {"opened": A, "page_key": A}, KeyVerdict(A, ONION)),
        ((claim(A, DIRECTORY),), {}, KeyVerdict(A, KeyProof.DIRECTORY)),
        ((claim(A),), {}, KeyVerdict(A, KeyProof.CLAIM)),
        (
            (claim(A), claim(B)),
            {"opened": B, "refused": {A}},
            KeyVerdict(B, ONION, (claim(A), claim(B, "site", ONION_REQUEST))),
        ),
        (
            (claim(A),),
            {"opened": B, "page_key": B, "refused": {A}},
            KeyVerdict(B, ONION, (claim(A), claim(B, ONION_REQUEST, PREVIEW_PAGE))),
        ),
        ((claim(A),), {"page_key": B}, KeyVerdict(B, PAGE, (claim(A), claim(B, PREVIEW_PAGE)))),
        ((claim(A, DIRECTORY), claim(B)), {}, KeyVerdict(A, KeyProof.DIRECTORY, (claim(A, DIRECTORY), claim(B)))),
    ],
)
def test_who_is_believed(claims, seen, verdict):
    assert decided(claims, **seen) == verdict


@pytest.mark.parametrize(
    ("claims", "proven", "seen", "key", "outcome"),
    [
        # What directory.toml names is not replaced, whoever proves or shows something else.
        ((claim(A, DIRECTORY),), (), {"opened": B}, B, CHANGED),
        ((claim(A, DIRECTORY), claim(B)), (B,), {"opened": B}, B, CHANGED),
        ((claim(A, DIRECTORY),), (), {"page_key": B}, B, CHANGED),
        ((claim(A, DIRECTORY),), (), {"refused": {A}}, None, CHANGED),
        # A key that was proven before is replaced by a proof alone.
        ((claim(A),), (A,), {"opened": B, "refused": {A}}, B, Outcome.REACHED),
        ((claim(A),), (A,), {"page_key": B, "refused": {A}}, B, CHANGED),
        ((claim(A),), (A,), {"page_key": B}, B, CHANGED),
        ((claim(A),), (A,), {"page_key": A, "refused": {A}}, A, Outcome.REACHED),
        ((claim(A),), (A,), {"refused": {A}}, None, CHANGED),
        ((claim(A), claim(B)), (A,), {}, A, Outcome.REACHED),
        # What a server refused is its key no more, whoever names it.
        ((claim(A),), (), {"refused": {A}}, None, Outcome.NO_KEY),
        ((claim(A), claim(B)), (), {"refused": {A, B}}, None, Outcome.KEY_CONFLICT),
        ((claim(A), claim(B)), (), {"refused": {A}}, None, Outcome.KEY_CONFLICT),
        ((claim(A), claim(B)), (), {}, None, Outcome.KEY_CONFLICT),
        ((claim(A, DIRECTORY), claim(B, DIRECTORY)), (), {}, None, Outcome.KEY_CONFLICT),
        ((), (), {}, None, Outcome.NO_KEY),
    ],
)  # fmt: skip
def test_who_is_not_believed(claims, proven, seen, key, outcome):
    verdict = decided(claims, proven, **seen)
    assert (verdict.key, verdict.outcome) == (key, outcome)
    assert bool(verdict.detail) is (outcome is not Outcome.REACHED)
    assert not verdict.detail.endswith(".")


def test_keys_are_tried_in_the_order_of_belief():
    claims = (claim(A), claim(B, "one", "two"), claim(C, DIRECTORY))
    assert believed_keys(Candidate(HOST, claims)) == (C, B, A)
    assert believed_keys(Candidate(HOST, claims, proven=(A,))) == (A, C, B)


def test_of_a_flood_of_keys_eight_are_tried_and_those_believed_before_come_first():
    flood = tuple(claim(server_of(f"wrong {number}").key) for number in range(50))
    candidate = Candidate(HOST, (*flood, claim(A, "one", "two"), claim(B, DIRECTORY)), proven=(C,))
    keys = believed_keys(candidate)
    assert keys[:3] == (C, B, A)
    assert len(keys) == MAX_KEYS


def test_what_can_be_no_key_is_not_tried():
    assert believed_keys(Candidate(HOST, (claim("0" * 64), claim("f" * 64), claim(A)))) == (A,)
