"""Stories of servers and Communities, against knowledge put together by hand."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessioncrawler.editorial.policy import Reason
from sessioncrawler.explain import outcomes
from sessioncrawler.explain.phrases import a_time, listed, seen
from sessioncrawler.explain.room_story import ROOM_ADVICE
from sessioncrawler.explain.story import MOST, NothingToTellError, tell
from sessioncrawler.model import Address, KeyProof, Outcome, Server
from sessioncrawler.state import KnownKey
from tests.support.knowing import (
    DAY,
    HOST,
    KEY,
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
    sighting,
)

ID = f"lobby+{Server(HOST, KEY).server_id}"
ADVICE = "What its operator can do: "


def sentences(what, known):
    return [sentence for part in tell(what, known).parts for sentence in part.sentences]


def titles(what, known):
    return [part.title for part in tell(what, known).parts]


@pytest.mark.parametrize(
    "what",
    [
        f"https://sogs.example/lobby?public_key={KEY}",
        f"http://sogs.example/r/LOBBY?public_key={KEY.upper()}",
        ID,
        f"lobby+{KEY[:4]}",
        f" LOBBY+{KEY} ",
    ],
)
def test_a_room_is_asked_for_in_any_way(what):
    known = knowledge(reached(room(), room("other")), links=[link()])
    assert titles(what, known) == ["In short", f"Community {ID} “Lobby”", "Address https://sogs.example"]
    assert f"{ID} “Lobby” is listed." in sentences(what, known)


@pytest.mark.parametrize(
    "what", ["sogs.example", "sogs.example:80", "sogs.example:443", "https://sogs.example/", "http://SOGS.example", KEY,
             Server(HOST, KEY).server_id],
)  # fmt: skip
def test_a_server_is_asked_for_in_any_way(what):
    known = knowledge(reached(room(), room("shut", read=False, write=False)), links=[link(address=http())])
    told = sentences(what, known)
    assert titles(what, known) == ["In short", "Address http://sogs.example"]
    assert told[0] == "https://sogs.example shows 2 Communities, 1 of them listed."
    assert f"Listed: {ID}." in told
    assert "shut+118d" in told[2]
    assert told[2].endswith("is not listed: it can be neither read nor written to.")
    assert "Its rooms are listed under https://sogs.example." in told


def test_a_server_that_was_never_reached_is_found_by_what_is_claimed_of_it():
    known = knowledge(failed(Outcome.REFUSED, "refuses connections"), links=[link()])
    for what in (ID, KEY, "sogs.example", Server(HOST, KEY).server_id, link().url):
        told = sentences(what, known)
        assert told[0] == "Nothing is listed from https://sogs.example: it does not accept connections on this port."
        assert "In detail: refuses connections." in told
        assert f"Key {KEY}: claimed by lokilocker." in told
        assert told[-1] == ADVICE + outcomes.OUTCOME_TEXTS[Outcome.REFUSED].advice


@pytest.mark.parametrize(
    "what", ["", "x y", "ftp://sogs.example", "a+b+c", "lobby+11", "sogs.example:99999", "https://"]
)
def test_nonsense_is_told_with_its_mend(what):
    with pytest.raises(NothingToTellError, match=r"nothing that can be explained: give a join link, TOKEN\+"):
        tell(what, knowledge(reached(room())))


@pytest.mark.parametrize(
    "what", ["nowhere.example", "1" * 64, "deadbeef", "lobby+dead", f"https://x.example/a?public_key={KEY}"]
)
def test_the_unknown_is_told_with_its_mend(what):
    with pytest.raises(NothingToTellError, match=r"Nothing is known of .*no source names it.*Look for typing errors"):
        tell(what, knowledge(reached(room()), links=[link()]))


def test_without_any_state_a_refresh_is_asked_for():
    directory = f'[[servers]]\nurl = "https://sogs.example"\npublic_key = "{KEY}"\n'
    with pytest.raises(NothingToTellError, match="run 'scrapy refresh' first"):
        tell("sogs.example", knowledge(directory=directory))


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
    told = sentences(ID, knowledge(reached(room()), links=links))
    assert (
        f"“session_directory” shows the join link https://sogs.example/lobby?public_key={KEY}, first seen 19 January "
        "2026, 12:00 UTC, last seen 21 January 2026, 12:00 UTC; it no longer stands there." in told
    )
    told = sentences(ID, knowledge(reached(room()), links=[link("other")]))
    assert "No source shows a join link to it: its server lists it." in told


def test_a_server_that_was_never_asked_says_so():
    known = knowledge(reached(room(), address=http("other.example")), links=[link()])
    told = sentences(ID, known)
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


def test_a_room_that_its_server_does_not_show():
    told = sentences(link("gone").url, knowledge(reached(room(), room("b")), links=[link("gone")]))
    assert (
        "https://sogs.example shows 2 rooms, but none with the token gone: it was deleted or renamed, or is not "
        "accessible to everybody." in told
    )


def test_a_room_of_which_no_server_of_its_key_knows():
    dead = http("dead.example")
    links = [link("gone", http()), link("gone", dead)]
    known = knowledge(reached(room("b"), asked=http()), failed(Outcome.DNS, address=dead), links=links)
    told = sentences(f"gone+{KEY[:4]}", known)
    assert told[0].startswith("http://sogs.example shows 1 room, but none with the token gone")
    assert told[1].startswith("Nothing is listed from http://dead.example: it has a name")
    assert "It answered as https://sogs.example." in told


def test_merged_addresses_are_one_story():
    ip = Address("http", "192.0.2.1", 80)
    twice = room(created=5.0)
    known = knowledge(
        reached(twice, room("LOBBY")), reached(twice, room("b"), address=ip), links=[link(), link(address=ip)]
    )
    told = sentences(f"lobby+{Server(ip, KEY).server_id}", known)
    assert told[0] == f"{ID} “Lobby” is listed."
    assert "100 dedupe: kept under https://sogs.example, the best address of its server." in told
    assert "100 dedupe: the same room at http://192.0.2.1 is dropped, since the key is the same." in told
    assert "100 dedupe: its server lists the token more than once; the first counts." in told
    assert "One server with http://192.0.2.1: they hold the same key." in told
    assert told.count("Its rooms are listed under https://sogs.example.") == 2
    told = sentences("192.0.2.1", known)
    assert told[:2] == [
        "https://sogs.example shows 1 Community, 1 of them listed.",
        "3 rooms are left out as shown before, here or elsewhere.",
    ]


def test_a_room_is_looked_for_only_where_it_is():
    other = http("other.example")
    known = knowledge(
        reached(room("x")), reached(room(), address=other, key=KEY[:8] + OTHER[8:]), links=[link("x"), link("y", other)]
    )
    assert titles("lobby+118df8c6", known)[2:] == ["Address http://other.example"]


def test_stories_are_bounded():
    ports = [http(port=2000 + number) for number in range(MOST + 5)]
    many = [reached(room(), address=address, key=f"{address.port:064x}") for address in ports]
    story = tell("sogs.example", knowledge(*many, links=[link(address=address) for address in ports]))
    assert len(story.parts) == 1 + MOST
    assert "5 more addresses fit; ask for one of them to hear its story." in story.parts[0].sentences
    closed = [room(f"r{number}", read=False, write=False) for number in range(MOST + 3)]
    told = sentences("sogs.example", knowledge(reached(*closed, room("z", description="#test")), links=[link()]))
    assert sum("is not listed: " in one for one in told) == MOST
    assert "All that are not listed: 53 closed and 1 test." in told
    assert not any(one.startswith("Listed: ") for one in told)


def test_a_room_that_only_another_address_of_its_server_shows_is_not_listed():
    other = http("other.example")
    shared = room(created=5.0)
    known = knowledge(
        reached(shared),
        reached(shared, room("extra"), address=other),
        links=[link(), link(address=other)],
    )
    told = sentences("extra+118d", known)
    why = "its server is listed under https://sogs.example, which does not show it"
    assert told[0] == f"extra+{Server(other, KEY).server_id} is not listed: {why}."
    assert f"100 dedupe: dropped, because {why}." in told
    assert "What can be done: let https://sogs.example show the room, too." in told
    assert not any(one.startswith("400 policy") for one in told)


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=60), st.text(max_size=60))
def test_strangers_texts_stay_on_one_line_and_short(name, detail):
    hostile = "\x1b[31m\u202e\n" + name
    known = knowledge(
        reached(room(name=hostile, description=f"{hostile} #{name}")),
        failed(Outcome.RESET, f"\x1b]0;{detail}" * 99, http("bad.example")),
        links=[link(), link(address=http("bad.example"))],
    )
    for what in (ID, "bad.example"):
        for part in tell(what, known).parts:
            for text in (part.title, *part.sentences):
                assert len(text) < 2_000
                assert not {"\n", "\x1b", "\u202e", "\r"} & set(text)


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=200))
def test_whatever_is_asked_there_is_a_story_or_a_sentence(what):
    known = knowledge(reached(room()), links=[link()])
    try:
        parts = tell(what, known).parts
    except NothingToTellError as error:
        parts = (error,)
    assert str(parts[0]).endswith((".", ")"))


def test_phrases():
    assert listed([]) == ""
    assert listed("a") == "a"
    assert listed("abc") == "a, b and c"
    assert listed("abcd", 2) == "a, b and 2 more"
    assert [a_time(seconds) for seconds in (5, 60, 7200, DAY, 3 * DAY)] == [
        "less than a minute", "1 minute", "2 hours", "1 day", "3 days",
    ]  # fmt: skip
    assert seen(NOW, NOW) == "seen on 22 January 2026, 12:00 UTC"


def test_the_documentation_has_the_table():
    text = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")
    for outcome, words in outcomes.OUTCOME_TEXTS.items():
        assert f"| `{outcome}` | {words.words} | {words.advice} |" in text
