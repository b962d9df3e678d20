"""``/rooms`` and ``/room/TOKEN`` of servers that send whatever they like."""

from hypothesis import strategies as st

from sessioncrawler.protocol.rooms import NotRoomsError, load_json, parse_room, parse_rooms
from tests.fuzz.bounds import LIMITS, check_room, check_rooms
from tests.fuzz.cases import fuzzed
from tests.fuzz.strategies import NEIGHBOUR, NEIGHBOUR_TEXT, arrays, damaged, entries


@fuzzed(9, body=arrays())
def test_an_array_of_anything_is_rooms_within_bounds(body):
    answer = parse_rooms(body, LIMITS)
    check_rooms(answer.rooms)
    assert len(answer.rooms) + answer.left_out == len(load_json(body))
    assert answer.over_limit == 0
    assert answer.repaired <= len(answer.rooms)


@fuzzed(8, body=arrays(neighbour=NEIGHBOUR_TEXT))
def test_a_valid_room_survives_its_neighbours(body):
    assert NEIGHBOUR in parse_rooms(body, LIMITS).rooms


@fuzzed(7, body=damaged(arrays()) | st.binary(max_size=50))
def test_a_damaged_answer_is_rooms_or_a_sentence(body):
    try:
        answer = parse_rooms(body, LIMITS)
    except NotRoomsError as error:
        sentence = str(error)
        assert sentence.startswith("the answer is ")
        assert sentence.isascii()
        assert sentence.isprintable()
        assert len(sentence) <= 200
    else:
        check_rooms(answer.rooms)


@fuzzed(2, body=entries.map(str.encode) | damaged(entries.map(str.encode)))
def test_a_single_room_is_within_bounds_or_none(body):
    room = parse_room(body, LIMITS)
    if room is not None:
        check_room(room)
