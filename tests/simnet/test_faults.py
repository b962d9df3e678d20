"""Each fault shows what its name says."""

from __future__ import annotations

import gzip
import json
import zlib
from email.utils import parsedate_to_datetime

import pytest

from simnet.exchange import After, Reply, Request
from simnet.faults import BOMB, BROKEN_ROOMS, FAULTS, LARGE, Opening, Visit, opening, respond
from simnet.kinds import KINDS, SCHEME_KINDS
from simnet.specs import RoomSpec, ServerSpec

ROOMS = (RoomSpec(token="lobby", name="Lobby"),)


def visit(fault: str, path: str = "/rooms", nth: int = 0) -> Reply:
    spec = ServerSpec(index=0, kind="k", key="ab" * 32, rooms=ROOMS, fault=fault)
    request = Request("GET", path, {"host": "localhost:1"}, "http")
    return respond(Visit(spec, request, "http://localhost:1", nth, "http://localhost:2", 4711, 1_000_000_000.0))


def body(reply: Reply) -> bytes:
    return reply.raw.partition(b"\r\n\r\n")[2]


def head(reply: Reply) -> dict[str, str]:
    lines = reply.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return {"status": lines[0].split(" ")[1], **dict(line.split(": ", 1) for line in lines[1:])}


HEALTHY = visit("")


def test_every_fault_of_a_kind_exists_and_every_fault_is_used():
    used = {kind.does["fault"] for kind in (*KINDS.values(), *SCHEME_KINDS.values()) if "fault" in kind.does}
    assert used == set(FAULTS)


@pytest.mark.parametrize("status", ["500", "404", "503"])
@pytest.mark.parametrize("path", ["/", "/rooms", "/r/lobby/"])
def test_statuses_on_everything(status, path):
    assert head(visit(status, path))["status"] == status


def test_busy_servers_ask_to_wait_twice():
    assert head(visit("503-twice"))["Retry-After"] == "1"
    dates = head(visit("429-twice", nth=1))
    late, now = (parsedate_to_datetime(dates[name]).timestamp() for name in ("Retry-After", "Date"))
    assert (late, now) == (1_000_000_001, 1_000_000_000)
    assert visit("503-twice", nth=2) == visit("429-twice", nth=2) == visit("429-twice", "/rooms", 9) == HEALTHY


@pytest.mark.parametrize("name", BROKEN_ROOMS)
def test_broken_rooms_and_what_still_works(name):
    for rest in ("hints", "home", "dead"):
        assert body(visit(f"rooms-{name}/{rest}")) == BROKEN_ROOMS[name]
    assert head(visit(f"rooms-{name}/hints", "/room/lobby"))["status"] == "200"
    assert head(visit(f"rooms-{name}/home", "/room/lobby"))["status"] == "500"
    assert head(visit(f"rooms-{name}/home", "/"))["status"] == "200"
    assert head(visit(f"rooms-{name}/dead", "/"))["status"] == "500"


def test_no_broken_list_holds_a_room():
    for text in BROKEN_ROOMS.values():
        try:
            value = json.loads(text)
        except ValueError:
            continue
        assert not isinstance(value, list) or not any(isinstance(each, dict) for each in value)


def test_bodies_that_are_too_large():
    assert len(body(visit("too-large"))) > LARGE
    packed = body(visit("gzip-bomb"))
    assert len(packed) < LARGE // 4
    unpacker = zlib.decompressobj(wbits=31)
    length = 0
    while packed:
        length += len(unpacker.decompress(packed, 1 << 24))
        packed = unpacker.unconsumed_tail
    assert unpacker.eof
    assert length == BOMB
    assert body(visit("deep-json")) == b"[" * 100_000


def test_short_bodies():
    reply = visit("short-body")
    assert int(head(reply)["Content-Length"]) > len(body(reply)) > 0
    assert visit("short-body-twice", nth=1) == reply
    assert visit("short-body-twice", nth=2) == HEALTHY


def test_redirects():
    assert head(visit("redirect-slash"))["Location"] == "/rooms/"
    assert body(visit("redirect-slash", "/rooms/")) == body(HEALTHY)
    assert head(visit("redirect-slash", "/nope"))["status"] == "404"
    assert head(visit("redirect-peer", "/rooms?all=1"))["Location"] == "http://localhost:2/rooms?all=1"
    assert head(visit("redirect-loop"))["Location"] != head(visit("redirect-loop", nth=1))["Location"]
    assert head(visit("redirect-canary"))["Location"] == "http://127.66.6.6:4711/rooms"
    assert head(visit("redirect-metadata"))["Location"].startswith("http://169.254.169.254/")


def test_strange_responses():
    assert visit("many-headers").raw.count(b"X-Noise-") == 300
    assert len(head(visit("huge-header"))["X-Noise"]) == 100_000
    assert visit("bad-status").raw.startswith(b"HTTP/9.9 two")
    assert not visit("http-0.9").raw.startswith(b"HTTP")
    assert head(visit("false-gzip"))["Content-Encoding"] == "gzip"
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(body(visit("false-gzip")))
    assert "utf-16" in head(visit("wrong-charset"))["Content-Type"]
    assert body(visit("wrong-charset")) == body(HEALTHY)


def test_hostile_pages_hold_markup_and_the_truth():
    page = body(visit("hostile-pages", "/r/lobby/"))
    assert b"onload=" in page
    assert b"public_key=" + b"ab" * 32 in page
    assert visit("hostile-pages") == HEALTHY


def test_replies_that_end_otherwise():
    assert visit("reset") == Reply(b"", After.RESET)
    assert visit("drip").after is After.DRIP
    assert visit("silent") == visit("fifth") == visit("reset-sometimes") == HEALTHY


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("", "SSSSSSS"),
        ("silent", "HHHHHHH"),
        ("fifth", "SHHHHSH"),
        ("reset-sometimes", "SRRRRSR"),
    ],
)
def test_connections(fault, expected):
    spec = ServerSpec(index=0, kind="", key="", fault=fault)
    shown = "".join({Opening.SERVE: "S", Opening.HANG: "H", Opening.RESET: "R"}[opening(spec, n)] for n in range(7))
    assert shown == expected
