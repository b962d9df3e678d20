from __future__ import annotations

import json
import math
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Room
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.rooms import NotRoomsError, RoomsAnswer, load_json, parse_room, parse_rooms

ADMIN = "05edd03cade80d29de6ea313a74ab369f4732ecb36649066b78b5b2dd664cb0417"
FULL = {
    "token": "general",
    "name": "General",
    "description": "All of it",
    "active_users": 7,
    "active_users_cutoff": 604800,
    "created": 1795333518.82,
    "image_id": 2,
    "info_updates": 3,
    "message_sequence": 4,
    "admins": [ADMIN],
    "moderators": [],
    "read": True,
    "write": False,
    "upload": True,
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(ADMIN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
entries = st.one_of(
    values,
    st.dictionaries(st.sampled_from(sorted(FULL)), values),
    st.dictionaries(st.sampled_from(sorted(FULL)), values).map(lambda entry: entry | {"token": "t"}),
)


def dump(value):
    return json.dumps(value).encode()


def one(**changes):
    """The room that comes of one full entry with some fields changed, and whether it was repaired."""
    answer = parse_rooms(dump([FULL | changes]), ServerLimits(name=500, description=4_000))
    (room,) = answer.rooms
    assert answer.left_out == answer.over_limit == 0
    return room, bool(answer.repaired)


class TestRooms:
    def test_a_full_room_is_read_as_it_is(self):
        expected = Room(
            token="general",
            name="General",
            description="All of it",
            active_users=7,
            active_users_cutoff=604800,
            created=1795333518.82,
            image_id=2,
            info_updates=3,
            message_sequence=4,
            admins=(ADMIN,),
            moderators=(),
            read=True,
            write=False,
            upload=True,
        )
        assert parse_rooms(dump([FULL])) == RoomsAnswer((expected,), left_out=0, repaired=0, over_limit=0)
        assert parse_room(dump(FULL)) == expected

    def test_a_room_may_tell_nothing_but_its_name(self):
        answer = parse_rooms(b'[{"token": "t", "name": "T"}]')
        assert answer == RoomsAnswer((Room("t", "T"),), left_out=0, repaired=0, over_limit=0)

    def test_null_is_as_good_as_nothing(self):
        nothing = dict.fromkeys(FULL) | {"token": "t", "name": "T", "pinned_messages": []}
        assert parse_rooms(dump([nothing])) == parse_rooms(b'[{"token": "t", "name": "T"}]')

    def test_sorted_by_token_and_the_first_of_a_token_wins(self):
        body = dump([{"token": token, "name": name} for token, name in ("b1", "a2", "b3", "B4")])
        answer = parse_rooms(body)
        assert answer.rooms == (Room("B", "4"), Room("a", "2"), Room("b", "1"))
        assert (answer.left_out, answer.repaired) == (1, 0)

    @pytest.mark.parametrize("token", [None, 1, "", "a b", "a/b", "ä", "a\n", "t" * 65, ["t"], True])
    def test_a_bad_token_costs_its_room_only(self, token):
        answer = parse_rooms(dump([{"token": token, "name": "bad"}, FULL]))
        assert [room.token for room in answer.rooms] == ["general"]
        assert (answer.left_out, answer.repaired) == (1, 0)

    def test_entries_that_are_no_rooms_are_left_out(self):
        assert parse_rooms(b'[1, null, "t", [], {}, NaN]') == RoomsAnswer((), left_out=6, repaired=0, over_limit=0)

    @given(st.lists(entries, max_size=4))
    def test_any_array_is_read_and_counted(self, array):
        answer = parse_rooms(dump(array))
        tokens = [room.token for room in answer.rooms]
        assert tokens == sorted(set(tokens))
        assert len(tokens) + answer.left_out + answer.over_limit == len(array)
        assert answer.repaired <= len(tokens)
        for room in answer.rooms:
            text = room.name + (room.description or "")
            assert text.encode()
            assert room.weekly_active_users is None or room.weekly_active_users >= 0
            assert (
                parse_room(dump(next(e for e in array if isinstance(e, dict) and e.get("token") == room.token))) == room
            )


class TestFields:
    @pytest.mark.parametrize("name", [None, 5, "", " \n\t", ["x"], "\x00"])
    def test_a_room_without_a_name_is_called_as_its_token(self, name):
        room, repaired = one(name=name)
        assert room.name == "general"
        assert repaired

    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            ("a\x00b\x1b[1m\x7f\x85", "ab[1m"),
            ("\ud83dx\udc4d", "\ufffdx\ufffd"),
            ("\ufffe\uffff", "\ufffd\ufffd"),
            ("a\r\nb\x08", "a\nb"),
        ],
    )
    def test_what_cannot_be_shown_or_sent_is_repaired(self, raw, text):
        room, repaired = one(name=raw, description=raw)
        assert (room.name, room.description, repaired) == (text, text, True)

    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            ("\u202eabc <b>&amp;\t☕\ufe0f\n", "\u202eabc <b>&amp;\t☕\ufe0f\n"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("\ud83c\uddf7", "\U0001f1f7"),
        ],
    )
    def test_other_text_stays_raw(self, raw, text):
        room, repaired = one(name=raw, description=raw)
        assert (room.name, room.description, repaired) == (text, text, False)

    def test_texts_are_cut_at_a_code_point(self):
        assert one(name="☕" * 500)[1] is False
        assert one(name="☕" * 501) == one(name="☕" * 500 + "x" * 100)
        room, repaired = one(name="n" * 501, description="\U0001f9c0" * 4001)
        assert (room.name, room.description, repaired) == ("n" * 500, "\U0001f9c0" * 4000, True)

    def test_an_empty_description_is_none(self):
        room, repaired = one(description="")
        assert (room.description, repaired) == (None, False)
        room, repaired = one(description=7)
        assert (room.description, repaired) == (None, True)

    @pytest.mark.parametrize(
        "field", ["active_users", "active_users_cutoff", "image_id", "info_updates", "message_sequence"]
    )
    @pytest.mark.parametrize(
        "value", [True, -1, 1.5, "7", math.nan, math.inf, -math.inf, 2**53 + 1, 2.0**60, 10**400, [1], {}]
    )
    def test_a_bad_number_is_unknown(self, field, value):
        room, repaired = one(**{field: value})
        assert getattr(room, field) is None
        assert repaired

    def test_a_whole_number_may_be_written_as_a_float(self):
        room, repaired = one(active_users=7.0)
        assert repr(room.active_users) == "7"
        assert repaired

    def test_bounds_are_numbers_themselves(self):
        room, repaired = one(active_users=0, info_updates=2**53)
        assert (room.active_users, room.info_updates, repaired) == (0, 2**53, False)

    def test_a_window_of_no_seconds_leaves_the_activity_unknown(self):
        room, repaired = one(active_users_cutoff=0)
        assert (room.active_users, room.active_users_cutoff, room.weekly_active_users) == (7, None, None)
        assert repaired

    @pytest.mark.parametrize("value", [0, -1.5, True, "1", math.nan, math.inf, 1e300, 1795333518820])
    def test_a_bad_time_is_unknown(self, value):
        assert one(created=value) == (parse_room(dump(FULL | {"created": None})), True)

    def test_a_time_may_be_whole(self):
        room, repaired = one(created=1795333518)
        assert repr(room.created) == "1795333518.0"
        assert not repaired

    @pytest.mark.parametrize("field", ["read", "write", "upload"])
    def test_a_right_is_true_or_false_or_unknown(self, field):
        for value in (1, 0, "true", []):
            room, repaired = one(**{field: value})
            assert getattr(room, field) is None
            assert repaired

    @pytest.mark.parametrize("field", ["admins", "moderators"])
    def test_staff_are_session_ids(self, field):
        room, repaired = one(**{field: [ADMIN.upper(), "no", ADMIN + "0", 5, None, "15" + ADMIN[2:]]})
        assert getattr(room, field) == (ADMIN, "15" + ADMIN[2:])
        assert repaired
        room, repaired = one(**{field: ADMIN})
        assert getattr(room, field) == ()
        assert repaired

    def test_staff_are_bounded(self):
        many = [f"05{place:064x}" for place in range(1001)]
        assert one(admins=many[:1000])[1] is False
        room, repaired = one(admins=many)
        assert list(room.admins) == many[:1000]
        assert repaired

    def test_a_huge_number_costs_its_field_only(self):
        body = dump([FULL]).replace(b'"active_users": 7', b'"active_users": 1' + b"0" * 5000)
        (room,) = parse_rooms(body).rooms
        assert (room.active_users, room.name) == (None, "General")

    def test_the_last_of_two_equal_keys_counts(self):
        assert parse_room(b'{"token": "a", "token": "t", "name": "x", "name": "y"}') == Room("t", "y")

    def test_a_raw_newline_in_a_name_is_no_reason_to_lose_the_server(self):
        assert parse_room(b'{"token": "t", "name": "a\nb"}') == Room("t", "a\nb")


class TestNotRooms:
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            (b"", "the answer is not JSON: it begins with '' and is 0 bytes long"),
            (
                b"<!doctype html>\n<html>",
                r"the answer is not JSON: it begins with '<!doctype html>\n<htm' and is 22 bytes long",
            ),
            (b'[{"token": "a"', 'the answer is not JSON: it begins with \'[{"token": "a"\' and is 14 bytes long'),
            (b"[] x", "the answer is not JSON: it begins with '[] x' and is 4 bytes long"),
            (b'{"rooms": []}', "the answer is a JSON object where a JSON array of rooms was expected"),
            (b"NaN", "the answer is a single JSON value where a JSON array of rooms was expected"),
            (b"1" + b"0" * 5000, "the answer is a single JSON value where a JSON array of rooms was expected"),
            (b'["\xff"]', "the answer is not text in UTF-8"),
            ("[]".encode("utf-16"), "the answer is not text in UTF-8"),
            (b"[" * 101 + b"]" * 101, "the answer is nested deeper than 100 levels"),
            (b'{"a":' * 101 + b"1" + b"}" * 101, "the answer is nested deeper than 100 levels"),
        ],
    )
    def test_says_what_it_is_instead(self, body, message):
        with pytest.raises(NotRoomsError) as caught:
            parse_rooms(body)
        assert str(caught.value) == message
        assert parse_room(body) is None

    def test_a_byte_order_mark_is_no_harm(self):
        assert parse_rooms(b"\xef\xbb\xbf[]") == RoomsAnswer((), left_out=0, repaired=0, over_limit=0)

    def test_brackets_in_texts_are_no_nesting(self):
        text = '\\"' + "[{" * 200 + "\\"
        assert load_json(dump([text, "[" * 200])) == [text, "[" * 200]
        assert parse_rooms(b"[" * 100 + b"]" * 100).left_out == 1

    @given(st.binary() | st.text(alphabet='[]{}",:\\1eNa ').map(str.encode))
    def test_no_body_makes_it_fail_otherwise(self, body):
        try:
            array = load_json(body)
        except NotRoomsError:
            array = None
        if isinstance(array, list):
            assert parse_rooms(body).left_out <= len(array)
        else:
            with pytest.raises(NotRoomsError, match=r"^the answer is [ -~]+$"):
                parse_rooms(body)

    @pytest.mark.parametrize("piece", [b"[", b'{"a":', b'"', b'\\"', b"[],", b"1,", b'{"token":"a"},', b"9"])
    def test_hostile_bodies_cost_little(self, piece):
        body = b"[" + piece * (1_000_000 // len(piece))
        start = process_time()
        with pytest.raises(NotRoomsError):
            parse_rooms(body)
        assert process_time() - start < 5
