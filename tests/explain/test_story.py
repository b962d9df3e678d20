"""Stories of servers and Communities, against knowledge put together by hand: what can be asked, what is one story."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessioncrawler.explain import outcomes
from sessioncrawler.explain.phrases import a_time, listed, seen
from sessioncrawler.explain.story import MOST, NothingToTellError, tell
from sessioncrawler.model import Address, Outcome, Server
from tests.support.knowing import (
    ADVICE,
    DAY,
    HOST,
    KEY,
    LOBBY,
    NOW,
    OTHER,
    failed,
    http,
    knowledge,
    link,
    reached,
    room,
    sentences,
    titles,
)  # fmt: skip


@pytest.mark.parametrize(
    "what",
    [
        f"https://sogs.example/lobby?public_key={KEY}",
        f"http://sogs.example/r/LOBBY?public_key={KEY.upper()}",
        LOBBY,
        f"lobby+{KEY[:4]}",
        f" LOBBY+{KEY} ",
    ],
)
def test_a_room_is_asked_for_in_any_way(what):
    known = knowledge(reached(room(), room("other")), links=[link()])
    assert titles(what, known) == ["In short", f"Community {LOBBY} “Lobby”", "Address https://sogs.example"]
    assert f"{LOBBY} “Lobby” is listed." in sentences(what, known)


@pytest.mark.parametrize(
    "what", ["sogs.example", "sogs.example:80", "sogs.example:443", "https://sogs.example/", "http://SOGS.example", KEY,
             Server(HOST, KEY).server_id],
)  # fmt: skip
def test_a_server_is_asked_for_in_any_way(what):
    known = knowledge(reached(room(), room("shut", read=False, write=False)), links=[link(address=http())])
    told = sentences(what, known)
    assert titles(what, known) == ["In short", "Address http://sogs.example"]
    assert told[0] == "https://sogs.example shows 2 Communities, 1 of them listed."
    assert f"Listed: {LOBBY}." in told
    assert "shut+118d" in told[2]
    assert told[2].endswith("is not listed: it can be neither read nor written to.")
    assert "Its rooms are listed under https://sogs.example." in told


def test_a_server_that_was_never_reached_is_found_by_what_is_claimed_of_it():
    known = knowledge(failed(Outcome.REFUSED, "refuses connections"), links=[link()])
    for what in (LOBBY, KEY, "sogs.example", Server(HOST, KEY).server_id, link().url):
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
    assert told[0] == f"{LOBBY} “Lobby” is listed."
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
    for what in (LOBBY, "bad.example"):
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
