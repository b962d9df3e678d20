"""The simulated programs answer as real ones did; where the recordings are absent, only the form is checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simnet.answers import answer
from simnet.exchange import After, Request, Response
from simnet.specs import Flavour, RoomSpec, ServerSpec

RECORDINGS = Path(__file__).parents[2] / ".." / "shared" / "realworld" / "sogs"
recorded = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="recorded answers of real servers are not here")
DATED = {"Date"}


def recording(name: str) -> dict[tuple[str, str], tuple[dict[str, Any], bytes]]:
    folder = RECORDINGS / name
    index = json.loads((folder / "index.json").read_text())
    return {
        (each["method"], each["path"]): (
            each,
            (folder / each["body_file"]).read_bytes() if each["body_file"] else b"",
        )
        for each in index["responses"]
    }


def ask(spec: ServerSpec, path: str, base: str, method: str = "GET") -> Response:
    request = Request(method, path, {"host": base.removeprefix("http://")}, "http")
    return answer(spec, base, request)


def same(response: Response, path: str, recordings: Any, method: str = "GET") -> None:
    """Status line, header fields and body as recorded."""
    meta, body = recordings[method, path]
    head, _, sent = response.raw(head_only=method == "HEAD").partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == meta["status_line"]
    fields = {name for name, _ in (line.split(": ", 1) for line in lines[1:])}
    assert fields | {"Content-Length"} == {name.title() for name, _ in meta["headers"]}
    assert sent == body


def specs(rooms: list[dict[str, Any]], flavour: Flavour, key: str) -> ServerSpec:
    known = RoomSpec.__dataclass_fields__
    extra = ("pinned_messages",)
    made = tuple(
        RoomSpec(
            **{
                name: tuple(value) if isinstance(value, list) else value
                for name, value in room.items()
                if name in known and name != "broken"
            },
            broken={name: room[name] for name in extra if name in room},
        )
        for room in rooms
    )
    return ServerSpec(index=0, kind="recorded", key=key, flavour=flavour, rooms=made)


@recorded
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "GET"),
        ("/", "HEAD"),
        ("/index.html", "GET"),
        ("/rooms", "GET"),
        ("/rooms?all=1", "GET"),
        ("/rooms", "HEAD"),
        ("/Rooms", "GET"),
        ("/rooms", "POST"),
        ("/room/general", "GET"),
        ("/room/GENERAL", "GET"),
        ("/room/nodesc", "GET"),
        ("/room/secret", "GET"),
        ("/room/", "GET"),
        ("/r/general", "GET"),
        ("/r/doesnotexist", "GET"),
        ("/r/general/", "GET"),
        ("/r/GENERAL/", "GET"),
        ("/r/Unicode_Room/", "GET"),
        ("/r/unreadable/", "GET"),
        ("/r/doesnotexist/", "GET"),
        ("/capabilities", "GET"),
        ("/legacy/rooms", "GET"),
        ("/nope", "GET"),
    ],
)
def test_pysogs_answers_as_recorded(path, method):
    recordings = recording("pysogs")
    rooms = json.loads(recordings["GET", "/rooms"][1])
    key = "2d7b4a5afe37d5934d22f0ffe2520285628b3111ddae948f80c243d37aa2a73f"
    base = "http://127.0.0.31:8080"
    same(ask(specs(rooms, Flavour.PYSOGS, key), path, base, method), path, recordings, method)


@recorded
def test_switched_off_index_is_as_recorded():
    recordings = recording("pysogs_noindex")
    spec = ServerSpec(index=0, kind="", key="", index_off=True)
    same(ask(spec, "/", "http://127.0.0.31:8080"), "/", recordings)


@recorded
@pytest.mark.parametrize("path", ["/", "/rooms", "/r/general/"])
def test_empty_server_is_as_recorded(path):
    spec = ServerSpec(index=0, kind="", key="")
    recordings = recording("pysogs_empty")
    path = path if ("GET", path) in recordings else "/rooms"
    same(ask(spec, path, "http://127.0.0.31:8080"), path, recordings)


@recorded
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/rooms",
        "/room/main",
        "/capabilities",
        "/view/room/main",
        "/view/room/MAIN",
        "/view/room/main/",
        "/view/room/unread",
        "/view/room/doesnotexist",
        "/r/main/",
        "/nope",
    ],
)
def test_legacy_answers_as_recorded(path):
    recordings = recording("pysogs_v0.2.0")
    rooms = [RoomSpec(token="main", name="main"), RoomSpec(token="crypto", name="crypto")]
    if path == "/view/room/unread":
        rooms.append(RoomSpec(token="unread", name="unread", read=False))
    key = "e18283a6245fb016b4199478fc7cf509c0b51258a2bec87373ad74c6f5985024"
    spec = ServerSpec(index=0, kind="", key=key, flavour=Flavour.LEGACY, rooms=tuple(rooms))
    same(ask(spec, path, "http://127.0.0.31:8084"), path, recordings)


@recorded
@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/", "GET"),
        ("/", "HEAD"),
        ("/rooms", "GET"),
        ("/rooms/", "GET"),
        ("/rooms?all=1", "GET"),
        ("/room/nodesc", "GET"),
        ("/room/bun-general", "GET"),
        ("/room/BUN-GENERAL", "GET"),
        ("/r/bun-general/", "GET"),
        ("/capabilities", "GET"),
    ],
)
def test_bunsogs_answers_as_recorded(path, method):
    recordings = recording("bunsogs")
    rooms = json.loads(recordings["GET", "/rooms"][1])
    response = ask(specs(rooms, Flavour.BUNSOGS, "0" * 64), path, "http://127.0.0.32:8090", method)
    if method == "GET":
        same(response, path, recordings, method)
    else:
        assert response.status == recordings[method, path][0]["status"] == 405
    assert response.after is After.KEEP


ROOM = RoomSpec(token="Lobby", name="L", image_id=7, created=1.5)
UNREADABLE = RoomSpec(token="quiet", name="Q", image_id=8, read=False)


@pytest.mark.parametrize(
    ("flavour", "path", "status"),
    [
        (Flavour.PYSOGS, "/room/lobby/file/7", 200),
        (Flavour.PYSOGS, "/room/lobby/file/7/x.png", 200),
        (Flavour.PYSOGS, "/room/lobby/file/9", 404),
        (Flavour.PYSOGS, "/room/lobby/other", 404),
        (Flavour.PYSOGS, "/room/quiet/file/8", 403),
        (Flavour.PYSOGS, "/r/lobby/invite.png", 200),
        (Flavour.PYSOGS, "/r/lobby/other.png", 404),
        (Flavour.PYSOGS, "/r/quiet/invite.png", 403),
        (Flavour.BUNSOGS, "/room/Lobby/file/7", 200),
        (Flavour.BUNSOGS, "/room/quiet/file/8", 200),
        (Flavour.BUNSOGS, "/room/Lobby/file/9", 404),
        (Flavour.BUNSOGS, "/room/lobby/file/7", 404),
        (Flavour.RUST, "/", 200),
        (Flavour.RUST, "/rooms", 500),
    ],
)
def test_files_and_the_rust_server(flavour, path, status):
    spec = ServerSpec(index=0, kind="", key="", flavour=flavour, rooms=(ROOM, UNREADABLE))
    assert ask(spec, path, "http://h").status == status


def test_pictures_are_the_same_file_by_each_way():
    spec = ServerSpec(index=0, kind="", key="", rooms=(ROOM,))
    picture = ask(spec, "/room/Lobby/file/7", "http://h").body
    assert picture.startswith(b"\x89PNG")
    assert ask(spec, "/r/Lobby/invite.png", "http://h").body == picture


def test_legacy_server_tells_names_in_its_own_json_and_refuses_posts():
    spec = ServerSpec(index=0, kind="", key="", flavour=Flavour.LEGACY, rooms=(ROOM,))
    listed = json.loads(ask(spec, "/legacy/rooms", "http://h").body)
    assert listed == {"rooms": [{"id": "Lobby", "name": "L"}], "status_code": 200}
    assert ask(spec, "/", "http://h", "POST").status == 405
