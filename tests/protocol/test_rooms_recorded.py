from __future__ import annotations

import json
from pathlib import Path

import pytest

from sessioncrawler.protocol.rooms import NotRoomsError, parse_room, parse_rooms

SOGS = Path(__file__).parents[3] / "shared/realworld/sogs"
needs_recordings = pytest.mark.skipif(not SOGS.is_dir(), reason="the recorded answers are not beside the checkout")

PYSOGS_ROOMS = {
    # token: name, active users, image, updates, messages, read, write, upload, description
    "Unicode_Room": (
        "Кофе & Käse ☕ — 日本語 🧀",
        0,
        None,
        1,
        0,
        True,
        True,
        True,
        "Обсуждение кофе 🇷🇺 — second line\n",
    ),
    "general": ("General Chat", 7, 2, 2, 0, True, True, True, "A plain room about everything. Be nice."),
    "htmlroom": ("<b>Bold</b> & \"quoted\" 'name'", 0, None, 1, 0, True, True, True, "5 < 6 && 7 > 3 <script>"),
    "longdesc": ("Long description room", 0, None, 1, 0, True, True, True, "word word "),
    "noaccessbutread": ("Readable, accessible flag off", 0, None, 1, 0, True, True, True, "read=true accessible=false"),
    "nodesc": ("nodesc", 0, None, 1, 0, True, True, True, None),
    "noupload": ("No uploads", 0, None, 1, 0, True, True, False, "Text only"),
    "pictured": ("Room with picture", 3, 1, 7, 3, True, True, True, "Has image, mods, admins, pins"),
    "readonly": ("Announcements (read-only)", 0, None, 1, 0, True, False, False, "Only admins write here"),
    "tagged": ("Tagged Room", 0, None, 1, 0, True, True, True, "All about Linux on the desktop. #linux #privacy"),
    "tags2": ("Second tagged [DE]", 0, None, 1, 0, True, True, True, "Eine Gruppe. Tags: #a, #b , #c-d"),
    "unreadable": ("Not readable but accessible", 0, 3, 2, 0, False, True, True, "You can see me but not read me"),
}
BUNSOGS_ROOMS = {
    "ReadOnly": ("Read only", 0, None, 0, 0, True, False, False, "ro"),
    "bun-general": ("Bun General 🥟", 1, 1, 5, 1, True, True, True, "A normal bunsogs room & <b>html</b> #bun"),
    "nodesc": ("No description", 0, None, 0, 0, True, True, True, None),
    "unreadable": ("Unreadable", 0, 2, 1, 0, False, True, True, "not readable"),
}


def summary(room):
    return (
        room.name,
        room.active_users,
        room.image_id,
        room.info_updates,
        room.message_sequence,
        room.read,
        room.write,
        room.upload,
    )


@needs_recordings
class TestRecordedAnswers:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            *(
                (f"{server}/{name}", PYSOGS_ROOMS)
                for server, name in [
                    ("pysogs", "004_GET_rooms.json"),
                    ("pysogs", "005_GET_rooms_all_1.json"),
                    ("pysogs_noindex", "002_GET_rooms.json"),
                    ("pysogs_norecent", "002_GET_rooms.json"),
                ]
            ),
            ("bunsogs/003_GET_rooms.json", BUNSOGS_ROOMS),
            ("bunsogs/006_GET_rooms.json", BUNSOGS_ROOMS),
            ("pysogs_empty/002_GET_rooms.json", {}),
        ],
    )
    def test_every_field_of_every_room(self, path, expected):
        body = (SOGS / path).read_bytes()
        answer = parse_rooms(body)
        assert (answer.left_out, answer.repaired, answer.over_limit) == (0, 0, 0)
        assert [room.token for room in answer.rooms] == sorted(expected)
        raw = {entry["token"]: entry for entry in json.loads(body)}
        for room in answer.rooms:
            *rest, description = expected[room.token]
            assert summary(room) == tuple(rest)
            assert room.active_users_cutoff == 604800
            assert room.weekly_active_users == room.active_users
            assert room.description == raw[room.token].get("description")
            assert (room.description or "").startswith(description or "")
            assert room.created == raw[room.token]["created"] > 1795333500
            assert list(room.admins) == raw[room.token]["admins"]
            assert list(room.moderators) == raw[room.token]["moderators"]

    def test_the_longest_description_is_whole(self):
        rooms = {room.token: room for room in parse_rooms((SOGS / "pysogs/004_GET_rooms.json").read_bytes()).rooms}
        assert rooms["longdesc"].description == "word " * (len(rooms["longdesc"].description) // 5)
        assert len(rooms["longdesc"].description) > 1900
        assert len(rooms["pictured"].staff) == 3

    @pytest.mark.parametrize(
        ("server", "listing"), [("pysogs", "004_GET_rooms.json"), ("bunsogs", "003_GET_rooms.json")]
    )
    def test_single_rooms_agree_with_the_listing(self, server, listing):
        rooms = {room.token: room for room in parse_rooms((SOGS / server / listing).read_bytes()).rooms}
        seen = set()
        for answer in json.loads((SOGS / server / "index.json").read_text("utf-8"))["responses"]:
            _, *head, token = answer["path"].rstrip("/").split("/") if answer["path"].count("/") > 1 else ("", "")
            if head != ["room"] or answer["body_file"] is None:
                continue
            room = parse_room((SOGS / server / answer["body_file"]).read_bytes())
            if answer["status"] == 200:
                assert room == rooms[room.token]
                assert room.token.lower() == token.lower()
                seen.add(room.token)
            else:
                assert room is None
        assert len(seen) == len(rooms)

    @pytest.mark.parametrize("name", ["002_GET_rooms.html", "018_GET_legacy_rooms.json"])
    def test_a_legacy_server_has_no_rooms_to_read(self, name):
        with pytest.raises(NotRoomsError):
            parse_rooms((SOGS / "pysogs_v0.2.0" / name).read_bytes())
