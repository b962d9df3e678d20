from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.opendata.polls import poll_shape, polls_shape

KEY = "a0" * 32
HTTPS = Address("https", "sogs.example", 443)
HTTP = Address("http", "sogs.example", 80)


def test_a_server_that_was_reached():
    poll = Poll(
        HTTP,
        Outcome.REACHED,
        server=Server(HTTPS, KEY),
        rooms=(Room("secret-room", "Secret"), Room("other", "Other")),
        key_proof=KeyProof.PREVIEW_PAGE,
        claims=(KeyClaim("0b" * 32, ("lokilocker",)), KeyClaim(KEY, ("directory.toml", "preview page"))),
        aliases=(Address("http", "192.0.2.1", 8080),),
        requests=3,
        tries=4,
        seconds=1.25,
        repairs=1,
    )
    assert poll_shape(poll) == {
        "address": "http://sogs.example",
        "outcome": "reached",
        "detail": "",
        "server": "https://sogs.example",
        "public_key": KEY,
        "key_proof": "preview-page",
        "claims": [
            {"public_key": "0b" * 32, "by": ["lokilocker"]},
            {"public_key": KEY, "by": ["directory.toml", "preview page"]},
        ],
        "aliases": ["http://192.0.2.1:8080"],
        "rooms": 2,
        "requests": 3,
        "tries": 4,
        "seconds": 1.25,
        "repairs": 1,
    }
    assert "secret" not in json.dumps(poll_shape(poll))


def test_a_server_that_was_not_reached():
    shape = poll_shape(Poll(HTTP, Outcome.REFUSED, "refuses connections", requests=2, tries=2))
    assert (shape["outcome"], shape["detail"]) == ("refused", "refuses connections")
    assert (shape["server"], shape["public_key"], shape["key_proof"]) == (None, None, None)
    assert (shape["claims"], shape["rooms"]) == ([], 0)


def test_polls_are_sorted_by_address_and_dated():
    shape = polls_shape([Poll(HTTPS, Outcome.TLS), Poll(HTTP, Outcome.DNS)], 1_769_083_200)
    assert shape["generated_at"] == "2026-01-22T12:00:00Z"
    assert [poll["address"] for poll in shape["polls"]] == ["http://sogs.example", "https://sogs.example"]


@given(detail=st.text(st.characters(), max_size=50), source=st.text(st.characters(), max_size=50))
def test_whatever_strangers_write_can_be_written_as_utf_8(detail, source):
    poll = Poll(HTTP, Outcome.NOT_JSON, detail, claims=(KeyClaim(KEY, (source,)),))
    text = json.dumps(polls_shape([poll], 0), ensure_ascii=False).encode()
    assert json.loads(text)["polls"][0]["outcome"] == "not-json"
