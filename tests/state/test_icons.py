from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from sqlalchemy import create_engine, text

from sessioncrawler.model import Address, JoinLink
from sessioncrawler.state import Facts, Icon, State, history, migrations
from sessioncrawler.state.pictures import icons

KEY = "ab" * 32
LOBBY = Icon("sogs.example", "lobby", KEY, image_id=1, fetched_at=100, usable=True)
ATTIC = replace(LOBBY, token="attic")


def test_a_room_has_one_icon_at_each_address(state):
    elsewhere, newer = replace(LOBBY, netloc="copy.example:8080"), replace(LOBBY, image_id=2, fetched_at=200)
    state.record_icons([(LOBBY, b"one"), (ATTIC, b"other"), (elsewhere, b"copied")], 0)
    state.record_icons([(newer, b"two")], 0)
    assert state.icons() == [elsewhere, ATTIC, newer]
    assert state.icon_contents() == {elsewhere.room: b"copied", ATTIC.room: b"other", LOBBY.room: b"two"}


def test_a_picture_that_gave_none_is_remembered_without_content(state):
    state.record_icons([(LOBBY, b"")], 0)
    assert state.icons() == [replace(LOBBY, usable=False)]
    assert state.icon_contents() == {}


def test_old_icons_are_forgotten(state):
    state.record_icons([(LOBBY, b"x")], 0)
    state.record_icons([(replace(ATTIC, fetched_at=101), b"x")], 0)
    state.record_icons([], 101)
    assert [icon.token for icon in state.icons()] == ["attic"]


def test_a_server_with_ever_new_rooms_has_so_many_icons_and_others_keep_theirs(state, monkeypatch):
    monkeypatch.setattr(icons, "MOST_OF_ADDRESS", 5)
    loud = [replace(LOBBY, netloc="loud.example", token=f"t{n}", fetched_at=200 + n // 3) for n in range(9)]
    state.record_icons([(LOBBY, b"x")], 0)
    for one in loud:
        state.record_icons([(one, b"x")], 0)
    assert state.icons() == [*loud[4:], LOBBY]


def test_icons_of_the_first_version_move_to_their_addresses(tmp_path, monkeypatch):
    """They were known by the digest of a key; what is listed tells which rooms they belong to."""
    url = f"sqlite:///{tmp_path}/state.db"
    monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:5])
    digest = sha256(KEY.encode()).hexdigest()[:16]
    join_url = JoinLink(Address("https", "sogs.example", 443), "Lobby", KEY).url
    State.open(url).close()
    with create_engine(url).begin() as connection:
        history.record(connection, [Facts(KEY, "Lobby", "Lobby+abab", "Lobby", join_url)], [], 50)
        insert = text("INSERT INTO icons VALUES (:room, :path, 100, :content)")
        known = f"icons/{digest}-lobby"
        connection.execute(insert, {"room": known, "path": f"{known}-7.webp", "content": b"picture"})
        connection.execute(insert, {"room": "icons/00-x", "path": "icons/00-x-1.webp", "content": b"of nobody"})
    monkeypatch.undo()
    with State.open(url) as state:
        assert state.icons() == [replace(LOBBY, image_id=7)]
        assert state.icon_contents() == {LOBBY.room: b"picture"}
