"""Badges: pictures and endpoints for shields.io."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from sessioncrawler.model import WEEK, Presence, Reach
from sessioncrawler.opendata import badges
from sessioncrawler.opendata.badges import badge_files, community_badge, server_badge, svg
from sessioncrawler.opendata.places import CommunityPlace, Places, ServerFolder
from sessioncrawler.state import Availability
from simnet.texts import HOSTILE
from tests.support.knowing import KEY, NOW, OTHER
from tests.support.open_data import SERVER, room

SVG = "{http://www.w3.org/2000/svg}"
COLORS = [getattr(badges, name) for name in ("GREEN", "LIME", "YELLOW", "ORANGE", "RED", "BLUE", "GREY")]


def visited(users, **more):
    return room("cats", active_users=users, active_users_cutoff=None if users is None else WEEK, **more)


@pytest.mark.parametrize(
    ("reached", "asked", "message", "color"),
    [
        (0, 0, "unknown", badges.GREY),
        (720, 720, "100%", badges.GREEN),
        (719, 720, "99.8%", badges.GREEN),
        (99_999, 100_000, "99.9%", badges.GREEN),  # rounded down
        (995, 1000, "99.5%", badges.GREEN),
        (994, 1000, "99.4%", badges.LIME),
        (979, 1000, "97.9%", badges.YELLOW),
        (949, 1000, "94.9%", badges.ORANGE),
        (899, 1000, "89.9%", badges.RED),
        (0, 5, "0.0%", badges.RED),
    ],
)
def test_how_often_a_server_was_reached(reached, asked, message, color):
    badge = server_badge(Availability(0, NOW, month=(reached, asked)), Reach.NOW)
    assert (badge.label, badge.message, badge.color) == ("availability", message, color)


def test_a_server_of_which_nothing_is_known_or_that_is_not_reached():
    known = Availability(0, NOW, month=(9, 10))
    assert server_badge(None, Reach.NOW).message == "unknown"
    assert server_badge(known, Reach.LATELY).message == "90.0%"
    assert server_badge(known, Reach.AWAY).message == "away"
    assert server_badge(known, Reach.NOW, gone=True).message == "gone"


@pytest.mark.parametrize(
    ("users", "message", "color"),
    [
        (None, "unknown", badges.GREY),
        (0, "0 a week", badges.GREY),
        (99, "99 a week", badges.BLUE),
        (1234, "1,234 a week", badges.GREEN),
    ],
)
def test_how_many_people_visit_a_community(users, message, color):
    badge = community_badge(visited(users))
    assert (badge.label, badge.message, badge.color) == ("visitors", message, color)


def test_a_community_that_is_not_there():
    one = visited(9)
    for reach, message in ((Reach.LATELY, "9 a week"), (Reach.AWAY, "away")):
        one.presence = Presence(reach, NOW)
        assert community_badge(one).message == message
    assert community_badge(None).message == "gone"


def test_each_has_a_picture_and_an_endpoint_and_keeps_its_former_name():
    cats = CommunityPlace(KEY, "cats", "cats+118d404b", "cats+118d404b", former=("cats+118d0000",))
    lost = CommunityPlace(OTHER, "lost", "lost+abab0000", "lost+abab0000", gone_at=NOW)
    servers = {
        KEY: ServerFolder(KEY, "118d404b", "118d404b", "sogs.example", former=("118d0000",)),
        OTHER: ServerFolder(OTHER, "abab0000", "abab0000", "lost.example", gone_at=NOW),
    }
    places = Places({cats.key: cats, lost.key: lost}, servers)
    files = dict(badge_files(places, [visited(7)], {KEY: Availability(0, NOW, month=(1, 1))}))
    names = ("118d404b", "118d0000", "abab0000", "c/cats+118d404b", "c/cats+118d0000", "c/lost+abab0000")
    assert list(files) == [f"{name}.{kind}" for name in names for kind in ("svg", "json")]
    told = {name: json.loads(files[f"{name}.json"])["message"] for name in names}
    assert list(told.values()) == ["100%", "100%", "gone", "7 a week", "7 a week", "gone"]
    assert json.loads(files["118d404b.json"]) == {
        "schemaVersion": 1, "label": "availability", "message": "100%", "color": badges.GREEN,
    }  # fmt: skip


@pytest.mark.parametrize("badge", [server_badge(None, Reach.AWAY), community_badge(visited(123_456))])
def test_pictures_are_small_accessible_and_alone(badge):
    body = svg(badge)
    top = ET.fromstring(body)
    words = f"{badge.label}: {badge.message}"
    assert (top.get("role"), top.get("aria-label"), top.findtext(f"{SVG}title")) == ("img", words, words)
    assert [text.text for text in top.iter(f"{SVG}text")] == [badge.label, badge.message]
    assert len(body) < 1_100
    addresses = set(re.findall(rb"https?://[^\"]+", body))
    assert addresses == {b"http://www.w3.org/2000/svg"}
    assert {element.tag.removeprefix(SVG) for element in top.iter()} == {
        "svg", "title", "clipPath", "rect", "g", "text",
    }  # fmt: skip
    width = int(top.get("width"))
    assert all(int(one.get("x")) + int(one.get("textLength")) < width for one in top.iter(f"{SVG}text"))


@pytest.mark.parametrize("color", [*COLORS, "4a4a4a"])
def test_white_text_can_be_read_on_each_colour(color):
    """WCAG 2.2, 1.4.3: a contrast of 4.5 at least."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


def test_nothing_of_what_strangers_wrote_is_in_a_badge():
    rooms = [room(f"h{number}", text, name=name) for number, (name, text) in enumerate(HOSTILE)]
    listed = [CommunityPlace(KEY, one.room.token, one.identifier, one.identifier) for one in rooms]
    places = Places({one.key: one for one in listed}, {KEY: ServerFolder(KEY, SERVER.server_id, "118d404b", "<b>")})
    files = dict(badge_files(places, rooms, {}))
    assert len(set(files.values())) == 4  # of all that are alike: two pictures, two endpoints
    assert len(files) == 2 * (len(HOSTILE) + 1)
