from __future__ import annotations

import pytest

from sessioncrawler.state import Icon, State


@pytest.fixture
def state(tmp_path):
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        yield state


def test_a_room_has_one_icon(state):
    state.record_icons([("icons/ab-my-room-1.webp", b"one"), ("icons/ab-my-1.webp", b"other")], 100, 0)
    state.record_icons([("icons/ab-my-room-2.webp", b"two")], 200, 0)
    assert state.icons() == [
        Icon("icons/ab-my-1.webp", 100, usable=True),
        Icon("icons/ab-my-room-2.webp", 200, usable=True),
    ]
    assert state.icons()[1].room == "icons/ab-my-room"
    assert state.icon_contents() == {"icons/ab-my-1.webp": b"other", "icons/ab-my-room-2.webp": b"two"}


def test_a_picture_that_gave_none_is_remembered_without_content(state):
    state.record_icons([("icons/ab-room-1.webp", b"")], 100, 0)
    assert state.icons() == [Icon("icons/ab-room-1.webp", 100, usable=False)]
    assert state.icon_contents() == {}


def test_old_icons_are_forgotten(state):
    state.record_icons([("icons/ab-old-1.webp", b"x")], 100, 0)
    state.record_icons([("icons/ab-young-1.webp", b"x")], 101, 0)
    state.record_icons([], 300, 101)
    assert [icon.path for icon in state.icons()] == ["icons/ab-young-1.webp"]
