"""The number of pinned messages, from the answer of a server to what is remembered of it."""

import pytest

from sessioncrawler.model import Address, Outcome, Poll, Server
from sessioncrawler.protocol.rooms import parse_rooms
from sessioncrawler.state.codec import decode, encode


@pytest.mark.parametrize(("told", "count"), [("[]", 0), ('[{"id": 1}, {"id": 2}]', 2), ("null", None), ("7", None)])
def test_pinned_messages_are_counted(told, count):
    rooms = parse_rooms(b'[{"token": "lobby", "pinned_messages": %s}]' % told.encode()).rooms
    assert rooms[0].pinned_messages == count
    address = Address("https", "sogs.example", 443)
    poll = Poll(address, Outcome.REACHED, server=Server(address, "ab" * 32), rooms=rooms)
    assert decode(encode(poll), Poll) == poll
