"""What is told of the addresses of servers: how they failed, who named them, whose key they show."""

from dataclasses import replace
from pathlib import Path

import pytest

from sessioncrawler.editorial.policy import Reason
from sessioncrawler.explain import outcomes
from sessioncrawler.explain.room_story import ROOM_ADVICE
from sessioncrawler.model import KeyProof, Outcome, Server
from sessioncrawler.state import Availability, Incident, KnownKey
from tests.support.knowing import (
    ADVICE,
    DAY,
    HOST,
    KEY,
    LOBBY,
    NOW,
    OTHER,
    claim,
    failed,
    http,
    knew,
    knowledge,
    link,
    reached,
    room,
    sentences,
    sighting,
    titles,
)  # fmt: skip


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.REACHED])
def test_every_failure_has_plain_words_and_advice(outcome):
    told = sentences("sogs.example", knowledge(failed(outcome, "does something odd"), links=[link()]))
    words, advice = outcomes.OUTCOME_TEXTS[outcome].words, outcomes.OUTCOME_TEXTS[outcome].advice
    assert f"State: it {words}." in told
    assert "In detail: does something odd." in told
    assert told[-1] == ADVICE + advice
    assert advice.endswith(".")
    assert words[-1].isalnum() or words[-1] == ")"


def test_the_tables_are_complete():
    assert set(outcomes.OUTCOME_TEXTS) == set(Outcome)
    assert set(outcomes.PROOF_TEXTS) == set(KeyProof)
    assert set(ROOM_ADVICE) == set(Reason)
    assert len({text.words for text in outcomes.OUTCOME_TEXTS.values()}) == len(Outcome)
    assert outcomes.outcome_text("brand-new").words == "ended as brand-new"  # of a newer version's polls
    assert outcomes.proof_text("onion-request") == "of onion request"
    assert outcomes.proof_text(None) == "nobody says otherwise"


def test_times_of_failures_are_told():
    poll = knew(failed(Outcome.STALLED, "is silent"), reached_at=NOW - 9 * DAY, since=NOW - 8 * DAY)
    told = sentences("sogs.example", knowledge(poll, links=[link()]))
    when = "14 January 2026, 12:00 UTC"
    assert f"Failing since {when} (8 days); reached last: 13 January 2026, 12:00 UTC." in told
    assert "Asked last on 22 January 2026, 12:00 UTC: 1 request, 3 connections, 0.0 seconds." in told


def test_who_named_it_and_when_is_told():
    links = [
        sighting(link(), first=NOW - DAY),
        sighting(link("two"), first=NOW - 2 * DAY),
        sighting(link(), "session_directory", NOW - 3 * DAY, NOW - DAY),
        sighting(link(address=http("other.example")), "session_directory"),
    ]
    directory = f'[[servers]]\nurl = "https://sogs.example"\npublic_key = "{KEY}"\n'
    told = sentences("sogs.example", knowledge(reached(room()), links=links, directory=directory))
    start = told.index("Named under [[servers]] of directory.toml, so it is always asked.")
    assert told[start + 1 : start + 3] == [
        (
            "Named by “lokilocker” with 2 join links, first seen 20 January 2026, 12:00 UTC, "
            "last seen 22 January 2026, 12:00 UTC."
        ),
        (
            "Named by “session_directory” with 1 join link, first seen 19 January 2026, 12:00 UTC, "
            "last seen 21 January 2026, 12:00 UTC; it no longer names it."
        ),
    ]
    told = sentences(LOBBY, knowledge(reached(room()), links=links))
    assert (
        f"“session_directory” shows the join link https://sogs.example/lobby?public_key={KEY}, first seen 19 January "
        "2026, 12:00 UTC, last seen 21 January 2026, 12:00 UTC; it no longer stands there." in told
    )
    told = sentences(LOBBY, knowledge(reached(room()), links=[link("other")]))
    assert "No source shows a join link to it: its server lists it." in told


def test_a_server_that_was_never_asked_says_so():
    known = knowledge(reached(room(), address=http("other.example")), links=[link()])
    told = sentences(LOBBY, known)
    assert told[0] == "Nothing is listed from https://sogs.example: it is known, but was not asked yet."
    assert "State: it is known, but was not asked yet." in told
    assert "Polls are recorded when a crawl ends." in told[-1]


def test_an_address_of_an_earlier_crawl_says_so():
    old = knew(reached(room()), at=NOW - DAY)
    other = http("other.example")
    known = knowledge(old, reached(room("x"), address=other), links=[link(), link(address=other)])
    told = sentences("sogs.example", known)
    assert told[0] == "Nothing is listed from https://sogs.example: it was not asked in the last crawl."
    assert "Before that: it answers with its rooms." in told
    assert told[-1] == ADVICE + outcomes.NOT_ASKED_LATELY.advice


def test_a_redirect_leads_on_to_the_other_address():
    new = http("new.example")
    known = knowledge(
        failed(Outcome.REDIRECTED, f"redirects to {new}", aliases=(new,)),
        reached(room(), address=new),
        links=[link()],
    )
    told = sentences("sogs.example", known)
    assert titles("sogs.example", known)[1:] == ["Address http://new.example", "Address https://sogs.example"]
    assert "It redirects to http://new.example." in told
    assert "Named by https://sogs.example, which redirects to it." in told


def test_differing_keys_are_told_with_who_claims_them():
    claims = (claim(KEY, "lokilocker", "preview page"), claim(OTHER, "directory.toml", "session_directory"))
    wrong = link(key=OTHER)
    poll = reached(room(), claims=claims, repairs=1, key_proof=KeyProof.PREVIEW_PAGE)
    known = knowledge(poll, links=[link(), wrong])
    told = sentences(wrong.url, known)
    assert told[0] == f"The key in the link is wrong: the server's is {KEY}, so the link does not work."
    assert f"Key {KEY}: claimed by lokilocker, shown by its preview page." in told
    assert f"Key {OTHER}: claimed by directory.toml and session_directory." in told
    assert f"Its key is {KEY}, because its preview page shows it." in told
    assert "1 other key is not believed." in told
    assert "1 room was broken in its answer and repaired or left out." in told
    assert told[-1] == ADVICE + outcomes.WRONG_KEYS.advice
    told = sentences(link().url, known)
    assert told[0] == "The key in the link is the server's."
    told = sentences(link("new").url, known)
    assert told[:2] == ["No source shows this very join link.", "The key in the link is the server's."]


def test_a_key_that_only_the_preview_page_shows():
    claims = (claim(KEY, "preview page"), claim(OTHER, "lokilocker"))
    told = sentences("sogs.example", knowledge(reached(room(), claims=claims), links=[link(key=OTHER)]))
    assert f"Key {KEY}: shown by its preview page." in told


PROVEN = KnownKey(KEY, HOST, NOW - 5 * DAY, NOW - 720, shown_at=NOW)
FORMER = KnownKey(OTHER, HOST, NOW - 9 * DAY, NOW - 6 * DAY, lost_at=NOW - 5 * DAY)


def test_when_a_key_was_proven_is_told():
    told = sentences("sogs.example", knowledge(reached(room()), links=[link()], keys=(PROVEN,)))
    assert f"Its key is {KEY}, because it answers what only the holder of the key can read." in told
    assert "In short: key proven 12 minutes ago." in told
    assert (
        f"Remembered: key {KEY} was proven first on 17 January 2026, 12:00 UTC, last on 22 January 2026, 11:48 UTC."
        in told
    )
    assert told[-1] == ADVICE + "Nothing: all is well."


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        (KeyProof.PREVIEW_PAGE, "key shown by its page"),
        (KeyProof.CLAIM, "key claimed by 2 sources"),
        (KeyProof.DIRECTORY, "key named by directory.toml"),
    ],
)
def test_a_key_that_is_not_proven_is_told_with_what_its_operator_can_do(proof, words):
    links = [link(), link("two"), sighting(link(), "session_directory")]
    told = sentences("sogs.example", knowledge(reached(room(), key_proof=proof), links=links))
    assert f"In short: {words}." in told
    assert told[-1] == ADVICE + outcomes.UNPROVEN.advice


def test_a_key_that_took_the_place_of_another_is_new_for_thirty_days():
    known = knowledge(reached(room()), links=[link()], keys=(PROVEN, FORMER))
    told = sentences("sogs.example", known)
    assert f"New key since 17 January 2026, 12:00 UTC: join links with the key {OTHER} are dead." in told
    assert told[-1] == ADVICE + outcomes.NEW_KEY.advice
    keys = (replace(PROVEN, first_proven=NOW - 40 * DAY), replace(FORMER, lost_at=NOW - 30 * DAY))
    told = sentences("sogs.example", knowledge(reached(room()), links=[link()], keys=keys))
    assert not any(one.startswith("New key since") for one in told)


def test_a_copied_key_is_told():
    poll = failed(Outcome.KEY_COPY, "shows the key of https://a.example", server=Server(HOST, KEY))
    told = sentences("sogs.example", knowledge(poll, links=[link()]))
    assert f"The key {KEY} belongs to another server, as far as can be told." in told


def test_the_documentation_has_the_table():
    text = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
    for outcome, words in outcomes.OUTCOME_TEXTS.items():
        assert f"| `{outcome}` | {words.words} | {words.advice} |" in text


@pytest.mark.parametrize(
    ("ended", "replaced", "told"),
    [
        (None, False, "2 hours so far"),
        (NOW - 3_600, False, "1 hour until 22 January 2026, 11:00 UTC"),
        (NOW - 3_600, True, "1 hour until 22 January 2026, 11:00 UTC, when another key was shown there"),
    ],
)
def test_when_its_server_was_down_is_told(ended, replaced, told):
    known = knowledge(
        reached(room()),
        links=[link()],
        keys=(replace(PROVEN, published_at=NOW - DAY),),
        availability={KEY: Availability(NOW - DAY, NOW, (46, 48))},
        incidents=(Incident(KEY, NOW - 7_200, ended, "refused", replaced),),
    )
    down = [one for one in sentences("sogs.example", known) if one.startswith("Down since")]
    assert down == [
        f"Down since 22 January 2026, 10:00 UTC, {told}: it {outcomes.OUTCOME_TEXTS[Outcome.REFUSED].words}."
    ]
