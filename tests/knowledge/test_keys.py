"""What is remembered of keys, for those who ask servers and those who show them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessioncrawler.knowledge.keys import KeyStory
from sessioncrawler.model import Address, KeyProof, Outcome
from sessioncrawler.state import KnownKey
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, failed, http, knowledge, link, reached, room, sighting

OLDER = "cd" * 32
NAMED = http("named.example")
KEYS = (
    KnownKey(OLDER, HOST, NOW - 9 * DAY, NOW - 8 * DAY, lost_at=NOW - 8 * DAY, named=HOST, named_at=NOW - 8 * DAY),
    KnownKey(KEY, HOST, NOW - 8 * DAY, NOW, named=NAMED, named_at=NOW - DAY, has_preview=False),
    KnownKey(OTHER, HOST, held_since=NOW),
)


def test_a_candidate_knows_what_was_proven_and_named_before():
    (candidate,) = knowledge(links=[link()], keys=KEYS).candidates
    assert candidate.proven == (KEY, OLDER)
    assert (candidate.named, candidate.has_preview) == ((NAMED, NOW - DAY), False)
    (candidate,) = knowledge(links=[link(address=http("other.example"))], keys=KEYS).candidates
    assert (candidate.proven, candidate.named) == ((), None)


@pytest.mark.parametrize(("latest", "scheme"), [(NOW - DAY, "http"), (NOW + 1, "https")])
def test_a_candidate_knows_by_which_scheme_it_answered_last(latest, scheme):
    upgraded, plain = (KnownKey(OLDER, Address(one, HOST.host, 8080), shown_at=latest) for one in ("https", "http"))
    keys = (upgraded, replace(plain, public_key=KEY, shown_at=NOW))
    (candidate,) = knowledge(links=[link(address=plain.address)], keys=keys).candidates
    assert candidate.answered == scheme
    (candidate,) = knowledge(links=[link(address=http("other.example"))], keys=(upgraded,)).candidates
    assert candidate.answered == ""


def test_the_story_of_a_key_is_that_of_the_best_address():
    links = [link(), link(address=http("copy.example")), sighting(link("two"), "session_directory")]
    copy = reached(room("x"), address=http("copy.example"), key_proof=KeyProof.CLAIM)
    known = knowledge(reached(room()), copy, links=links, keys=KEYS)
    assert known.key_stories == {KEY: KeyStory(KeyProof.ONION, NOW, 2, OLDER, NOW - 8 * DAY)}


def test_a_key_that_is_not_proven_now_has_no_time_and_took_no_place():
    known = knowledge(reached(room(), key_proof=KeyProof.PREVIEW_PAGE), links=[link()], keys=KEYS)
    assert known.key_stories == {KEY: KeyStory(KeyProof.PREVIEW_PAGE, None, 1)}


def test_a_copier_takes_no_place_while_the_server_is_down():
    copy = reached(room(), room("x"), address=http("copy.example"), key_proof=KeyProof.PREVIEW_PAGE)
    links = [link(), link(address=http("copy.example"))]
    known = knowledge(failed(Outcome.DNS), copy, links=links, keys=(KEYS[1],))
    assert list(known.communities()) == []
    assert {poll.outcome for poll in known.settled} == {Outcome.DNS, Outcome.KEY_COPY}


def test_an_address_of_the_directory_keeps_its_key():
    entry = f'[[servers]]\nurl = "{HOST}"\npublic_key = "{KEY}"\n'
    copy = reached(*map(room, "abcdefghijk"), address=http("copy.example"), key_proof=KeyProof.PREVIEW_PAGE)
    own = reached(room(), key_proof=KeyProof.DIRECTORY)
    known = knowledge(own, copy, links=[link(address=http("copy.example"))], directory=entry)
    assert [item.server.address for item in known.communities()] == [HOST]
