"""What the docstrings of the model and the protocol promise of every value, as checks."""

from __future__ import annotations

import re
import unicodedata

from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Room
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.polling import MAX_REQUESTS
from sessioncrawler.protocol.rooms import MOST_STAFF
from sessioncrawler.protocol.sources import MAX_LINKS, MAX_TAG_LENGTH, MAX_TAGS, Posted

LIMITS = ServerLimits(rooms=1_000, text=1_000_000, name=500, description=4_000)
"""Those of settings.py."""
_TOKEN = re.compile(r"[0-9A-Za-z_-]{1,64}")
_KEY = re.compile(r"[0-9a-f]{64}")
_SESSION_ID = re.compile(r"[0-9a-f]{66}")
_HOST = re.compile(r"[0-9a-z._-]{1,253}|[0-9a-f:.]{2,45}")
_YEAR_10000 = 253_402_300_800


def check_text(text: str, longest: int) -> None:
    """Short enough, encodable, without control characters but line feeds and tabs."""
    assert 0 < len(text) <= longest
    text.encode()
    assert not [char for char in text if unicodedata.category(char) == "Cc" and char not in "\n\t"]
    assert not set(text) & {"\ufffe", "\uffff"}


def check_room(room: Room) -> None:
    assert _TOKEN.fullmatch(room.token)
    check_text(room.name, LIMITS.name)
    assert room.name.strip()
    if room.description is not None:
        check_text(room.description, LIMITS.description)
    for number in (room.active_users, room.image_id, room.info_updates, room.message_sequence):
        assert number is None or (type(number) is int and 0 <= number <= 2**53)
    cutoff = room.active_users_cutoff
    assert cutoff is None or (type(cutoff) is int and 1 <= cutoff <= 2**53)
    assert room.created is None or (type(room.created) is float and 0 < room.created < _YEAR_10000)
    for staff in (room.admins, room.moderators):
        assert type(staff) is tuple
        assert len(staff) <= MOST_STAFF
        assert all(_SESSION_ID.fullmatch(session_id) for session_id in staff)
    assert all(flag is None or type(flag) is bool for flag in (room.read, room.write, room.upload))
    assert room.weekly_active_users is None or room.weekly_active_users >= 0


def check_rooms(rooms: tuple[Room, ...]) -> None:
    """Each is sound, each token is there once, and they are sorted."""
    for room in rooms:
        check_room(room)
    found = [room.token for room in rooms]
    assert found == sorted(set(found))


def check_address(address: Address) -> None:
    assert address.scheme in {"http", "https"}
    assert _HOST.fullmatch(address.host)
    assert 1 <= address.port <= 65_535


def check_link(link: JoinLink) -> None:
    check_address(link.address)
    assert _TOKEN.fullmatch(link.token)
    assert not link.public_key or _KEY.fullmatch(link.public_key)
    assert parse_join_link(link.url) == link


def check_posted(posted: list[Posted]) -> None:
    links = [entry.link for entry in posted]
    assert len(links) == len(set(links)) <= MAX_LINKS
    for link, tags in posted:
        check_link(link)
        assert len(tags) <= MAX_TAGS
        for tag in tags:
            check_text(tag, MAX_TAG_LENGTH)
            assert tag.isprintable()
            assert tag == tag.strip()


def check_poll(poll: Poll) -> None:
    assert type(poll.outcome) is Outcome
    check_rooms(poll.rooms)
    if poll.outcome is Outcome.REACHED:
        assert poll.server is not None
        assert poll.rooms
        assert type(poll.key_proof) is KeyProof
        assert _KEY.fullmatch(poll.server.public_key)
        check_address(poll.server.address)
    else:
        # Of a server that changed its key the new one is known.
        assert poll.server is None or poll.outcome is Outcome.KEY_CHANGED
        assert not poll.rooms
        check_text(poll.detail, 1_000)
        assert not poll.detail.endswith(".")
        assert "\n" not in poll.detail
    if poll.named is not None:
        check_address(poll.named)
    for alias in poll.aliases:
        check_address(alias)
    assert 1 <= poll.requests <= MAX_REQUESTS
