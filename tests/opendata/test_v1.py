from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.activity import Activity
from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome, Poll, Presence, Reach, Room, Server, Tag
from sessioncrawler.opendata import v1
from sessioncrawler.state import Availability, KnownKey, SourceSummary
from tests.support.open_data import DAY, DIRECTORY, KEY, NOW, OTHER, SERVER, finished, polled, room

HTTPS, HTTP = SERVER.address, Address("http", "sogs.example", 80)
HISTORY = re.compile(r"v1/history/(communities|servers)/[^/]+\.json")
"""There are thousands of them; ``files.json`` has their digests."""
TEXTS = st.text(st.characters(), max_size=50)


def records(communities, first_listed=None, directory=DIRECTORY):
    return v1.records(communities, parse_directory(directory, "x"), first_listed or {})


def record(community, **more):
    (one,) = records([community], **more)
    return one


# --- Communities


def test_a_language_is_told_with_its_reason():
    german = room("general")
    german.language, german.language_from = "de", "guess"
    directory = DIRECTORY + '[flags]\nde = "AT"\n'
    told = json.loads(v1.communities_json(records([german, german], {(KEY, "general"): NOW}, directory), NOW))
    first, second = told["communities"]
    assert first == second
    assert first["language"] == {"code": "de", "name": "German", "flag": "🇦🇹", "from": "guess"}
    assert first["first_listed"] == "2026-01-22T12:00:00Z"


def test_the_history_knows_tokens_in_small_letters():
    assert record(room("LiNuX"), first_listed={(KEY, "linux"): NOW}).first_listed == "2026-01-22T12:00:00Z"
    assert record(room("LiNuX")).first_listed is None


def test_what_a_server_does_not_tell_is_null():
    bare = record(room("bare", read=None, write=None, upload=None))
    for field in (
        "description_raw",
        "language",
        "weekly_active_users",
        "created",
        "read",
        "write",
        "upload",
        "image_id",
    ):
        assert getattr(bare, field) is None
    assert bare.description == ""
    assert (bare.staff.admins, bare.nsfw.value, bare.nsfw.reason, bare.tags) == (0, False, None, [])


def test_staff_are_counted_once_and_never_named():
    one = record(room("a", admins=("05aa", "05aa", "05bb"), moderators=("05aa",)))
    assert (one.staff.admins, one.staff.moderators) == (2, 1)


def test_records_are_sorted_by_identifier_then_key():
    twin = Server(SERVER.address, KEY[:4] + "0" * 60)
    found = records([room("b"), room("a", server=SERVER), room("a", server=twin)])
    assert [(one.token, one.server.public_key) for one in found] == [("a", twin.public_key), ("a", KEY), ("b", KEY)]
    assert found[0].identifier == found[1].identifier


def test_what_is_told_of_its_server_and_its_past():
    one = room("linux")
    one.presence = Presence(Reach.AWAY, NOW - DAY)
    directory = parse_directory(DIRECTORY, "x")
    (told,) = v1.records([one], directory, {}, {(KEY, "linux"): Activity.BUSY}, lambda _: ("linux+118d0000",))
    assert (told.reachable, told.last_reached) == (False, "2026-01-21T12:00:00Z")
    assert (told.activity, told.former_identifiers) == ("busy", ["linux+118d0000"])
    one.presence = Presence(Reach.NOW, NOW)
    (told,) = v1.records([one], directory, {})
    assert (told.reachable, told.last_reached) == (True, "2026-01-22T12:00:00Z")
    assert (told.activity, told.former_identifiers) == (None, [])


# --- Servers


def servers(communities, polls):
    return json.loads(v1.servers_json_v1(records(communities), polls, NOW))["servers"]


def test_a_server_that_no_poll_tells_about_has_no_address():
    (server,) = servers([room("general")], [])
    assert server["addresses"] == []
    assert server["key_proof"] is server["weekly_active_users"] is None


def test_where_a_server_can_be_reached():
    plain = Server(Address("http", "10.0.0.1", 80), KEY)
    polls = [
        polled(SERVER).poll,
        polled(plain, key_proof=None).poll,
        Poll(OTHER.address, Outcome.KEY_COPY, "a copy", SERVER),
    ]
    (server,) = servers(finished()[:2], polls)
    assert [one["address"] for one in server["addresses"]] == ["http://10.0.0.1", "https://sogs.example"]
    assert (server["key_proof"], server["communities"], server["weekly_active_users"]) == ("claim", 2, 50)


def test_when_the_key_of_a_server_was_proven():
    polls = [polled(SERVER, key_proof=KeyProof.ONION).poll, polled(Server(Address("http", "10.0.0.1", 80), KEY)).poll]
    known = [KnownKey(KEY, poll.server.address, NOW - 9, NOW - 1) for poll in polls]
    (server,) = json.loads(v1.servers_json_v1(records(finished()[:2]), polls, NOW, known))["servers"]
    when = "2026-01-22T11:59:59Z"
    assert (server["key_proof"], server["proven_at"]) == ("onion", when)
    # What was proven once, and is only claimed now, is not proven.
    assert [one["proven_at"] for one in server["addresses"]] == [None, when]


def test_how_often_a_server_was_reached():
    away = room("general")
    away.presence = Presence(Reach.AWAY, NOW - DAY)
    known = {KEY: Availability(NOW - 9 * DAY, NOW - DAY, (0, 24), (100, 168), (191, 200), (191, 200))}
    (server,) = json.loads(v1.servers_json_v1(records([away]), [], NOW, (), known))["servers"]
    assert (server["reachable"], server["last_reached"]) == (False, "2026-01-21T12:00:00Z")
    shares = {"day": (0.0, 24), "week": (0.5952, 168), "month": (0.955, 200), "year": (0.955, 200)}
    assert {name: (one["share"], one["asked"]) for name, one in server["availability"].items()} == shares


def test_servers_of_one_id_stay_apart():
    twin = Server(SERVER.address, KEY[:4] + "0" * 60)
    found = servers([room("a"), room("b"), room("c", server=twin)], [])
    assert [(one["public_key"], one["communities"]) for one in found] == [(twin.public_key, 1), (KEY, 2)]


# --- Polls


REACHED = Poll(
    HTTP,
    Outcome.REACHED,
    server=SERVER,
    rooms=(Room("secret-room", "Secret"), Room("other", "Other")),
    key_proof=KeyProof.PREVIEW_PAGE,
    claims=(KeyClaim("0b" * 32, ("lokilocker",)), KeyClaim(KEY, ("directory.toml", "preview page"))),
    aliases=(Address("http", "192.0.2.1", 8080),),
    requests=3,
    tries=4,
    seconds=1.25,
    repairs=1,
)


def test_a_server_that_was_reached():
    body = v1.polls_json_v1([REACHED], NOW)
    assert json.loads(body)["polls"] == [
        {
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
    ]
    assert b"secret" not in body


def test_a_server_that_was_not_reached():
    body = v1.polls_json_v1([Poll(HTTP, Outcome.REFUSED, "refuses connections", requests=2, tries=2)], NOW)
    (poll,) = json.loads(body)["polls"]
    assert (poll["outcome"], poll["detail"]) == ("refused", "refuses connections")
    assert (poll["server"], poll["public_key"], poll["key_proof"]) == (None, None, None)
    assert (poll["claims"], poll["rooms"]) == ([], 0)


def test_polls_are_sorted_by_address_and_dated():
    polls = [Poll(HTTPS, Outcome.TLS), Poll(HTTP, Outcome.DNS)]
    told = json.loads(v1.polls_json(polls, NOW))
    assert list(told) == ["generated_at", "polls"]
    assert told["generated_at"] == "2026-01-22T12:00:00Z"
    assert [poll["address"] for poll in told["polls"]] == ["http://sogs.example", "https://sogs.example"]
    assert json.loads(v1.polls_json_v1(polls[::-1], NOW)) == {"version": 1, **told}


@given(detail=TEXTS, source=TEXTS)
def test_whatever_strangers_write_can_be_written_as_utf_8(detail, source):
    poll = Poll(HTTP, Outcome.NOT_JSON, detail, claims=(KeyClaim(KEY, (source,)),))
    (told,) = json.loads(v1.polls_json([poll], 0))["polls"]
    assert told["outcome"] == "not-json"
    assert [told["detail"], *told["claims"][0]["by"]] == [
        "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text) for text in (detail, source)
    ]


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="JSON compliant"):
        v1.polls_json([replace(REACHED, seconds=math.nan)], NOW)


# --- Sources, policy, manifest


def test_sources_are_told_by_name():
    summaries = [SourceSummary(name, 12, 3, NOW - DAY, NOW) for name in ("lokilocker", "https://a.example/\ud800")]
    told = json.loads(v1.sources_json(summaries, NOW))["sources"]
    assert [one["name"] for one in told] == ["https://a.example/\ufffd", "lokilocker"]
    assert told[1] == {
        "name": "lokilocker",
        "links": 12,
        "current": 3,
        "first_seen": "2026-01-21T12:00:00Z",
        "last_seen": "2026-01-22T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ({}, "0 unlisted"),
        ({"test": 0}, "0 unlisted"),
        (
            {"test": 1, "unlisted": 4, "closed": 1},
            "6 unlisted: 4 by their operators' tags, 1 neither readable nor writable, 1 test room",
        ),
        ({"hidden": 2, "test": 2000}, "2,002 unlisted: 2,000 test rooms, 2 hidden by this directory"),
        ({"too-old": 1}, "1 unlisted: 1 too old"),
    ],
)
def test_the_sentence_about_what_is_not_listed(left_out, sentence):
    told = json.loads(v1.policy_json(97, left_out, NOW))
    assert told["sentence"] == sentence
    assert told["unlisted"] == sum(reason["count"] for reason in told["reasons"]) == sum(left_out.values())
    assert told["listed"] == 97


def test_the_manifest_tells_size_and_hash_of_every_other_file(site):
    files = json.loads(site["v1/manifest.json"])["files"]
    assert [entry["path"] for entry in files] == sorted(
        name.removeprefix("v1/")
        for name in site
        if name.startswith("v1/") and name != "v1/manifest.json" and not HISTORY.fullmatch(name)
    )
    assert {"history/servers.schema.json", "stats.json"} <= {entry["path"] for entry in files}
    for entry in files:
        body = site[f"v1/{entry['path']}"]
        assert (entry["bytes"], entry["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())


def test_tags_keep_their_order():
    tagged = room("a")
    tagged.tags = [Tag("b"), Tag("a\ud800")]
    assert [tag.text for tag in record(tagged).tags] == ["b", "a\ufffd"]
