"""What is in the state stays readable: texts as earlier releases wrote them."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.monitors import Figures
from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.state import Facts
from sessioncrawler.state.codec import decode, encode

ADDRESS = Address("https", "sogs.example", 443)
OTHER = Address("http", "192.0.2.1", 8081)
TEXT = (
    '{"address":{"scheme":"https","host":"sogs.example","port":443},"outcome":"reached","detail":"",'
    '"server":{"address":{"scheme":"https","host":"sogs.example","port":443},"public_key":"aa","legacy":true,'
    '"has_preview":true,"proven":false,"opted_out":false},"rooms":[{"token":"lobby","name":"L\\u00f6bby","description":null,"active_users":3,'
    '"active_users_cutoff":604800,"created":1.0625,"image_id":null,"info_updates":null,"message_sequence":null,'
    '"admins":["05aa"],"moderators":[],"read":true,"write":null,"upload":null}],"key_proof":"preview-page",'
    '"claims":[{"public_key":"bb","by":["one","two"]}],"aliases":[{"scheme":"http","host":"192.0.2.1","port":8081}],'
    '"named":null,"named_at":0,"requests":3,"tries":4,"seconds":0.25,"repairs":0,"whole":true,"over_limit":0}'
)
POLL = Poll(
    ADDRESS,
    Outcome.REACHED,
    server=Server(ADDRESS, "aa", legacy=True),
    rooms=(Room("lobby", "Löbby", None, 3, 604800, 1.0625, admins=("05aa",), read=True),),
    key_proof=KeyProof.PREVIEW_PAGE,
    claims=(KeyClaim("bb", ("one", "two")),),
    aliases=(OTHER,),
    requests=3,
    tries=4,
    seconds=0.25,
)
FACTS = '{"public_key":"aa","token":"T","identifier":"T+aa","name":"\\ud83d\\ude00","join_url":"u","description":"",'
TEXTS = st.text(st.characters())
ROOMS = st.builds(
    Room,
    st.from_regex(r"[0-9A-Za-z_-]{1,64}", fullmatch=True),
    TEXTS,
    st.none() | TEXTS,
    created=st.none() | st.floats(1, 2**40),
    active_users=st.none() | st.integers(0, 2**53),
    moderators=st.lists(TEXTS, max_size=3).map(tuple),
    read=st.none() | st.booleans(),
)


def test_a_poll_is_written_and_read_as_ever():
    assert encode(POLL) == TEXT
    assert decode(TEXT, Poll) == POLL


@given(st.lists(ROOMS, max_size=3).map(tuple), st.none() | st.sampled_from(KeyProof), st.sampled_from(Outcome))
def test_a_poll_comes_back_as_it_was(rooms, proof, outcome):
    poll = Poll(ADDRESS, outcome, "why", Server(OTHER, "c" * 64), rooms, proof)
    assert decode(encode(poll), Poll) == poll
    assert encode(poll).isascii()


def test_what_only_python_calls_json_is_read():
    told = decode(TEXT.replace('"detail":""', '"detail":"\\ud800"').replace('"seconds":0.25', '"seconds":NaN'), Poll)
    assert told.detail == "\ud800"
    assert math.isnan(told.seconds)


def test_fields_of_a_newer_release_are_left_aside():
    newer = json.loads(TEXT)
    newer["surprise"] = newer["server"]["surprise"] = newer["rooms"][0]["surprise"] = {"a": [1]}
    assert decode(json.dumps(newer), Poll) == POLL


def test_fields_of_an_older_release_have_their_defaults():
    assert decode('{"address":{"scheme":"http","host":"192.0.2.1","port":8081},"outcome":"dns"}', Poll) == Poll(
        OTHER, Outcome.DNS
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"outcome": "odd"}',
        TEXT.replace('"outcome":"reached"', '"outcome":"odd"'),
        TEXT.replace('"preview-page"', '"hearsay"'),
        TEXT.replace('"port":443', '"port":"443"'),
        TEXT.replace('"token":"lobby",', ""),
        TEXT.replace('["05aa"]', "null"),
        TEXT[:-1],
    ],
)
def test_what_is_no_poll_is_a_value_error(text):
    with pytest.raises(ValueError, match=r".+"):
        decode(text, Poll)


def test_facts_and_figures_are_written_and_read_as_ever():
    facts = Facts("aa", "T", "T+aa", "😀", "u", "", None, ("x", "y"))
    text = FACTS + '"language":null,"tags":["x","y"]}'
    assert encode(facts) == text
    assert decode(text, Facts) == facts
    figures = Figures(1, 2, 3, {"reached": 4, "dns": 5})
    text = '{"communities":1,"servers":2,"sources":3,"polls":{"reached":4,"dns":5},"state_bytes":0}'
    assert encode(figures) == text
    assert decode(text, Figures) == figures
