"""What each program answers to an onion request, and what stands in its way."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from cryptography.exceptions import InvalidTag

from simnet.exchange import After, Reply, Request, Response
from simnet.faults import BROKEN_ROOMS, Visit, respond
from simnet.onion import key_pair
from simnet.specs import Flavour, RoomSpec, ServerSpec
from tests.support.onions import Onion, request_v3, request_v4, vectors

SECRET, KEY = key_pair("server")
OTHER = key_pair("other")[1]
BASE = "http://localhost:1"
V4, V3, LOKI = "/oxen/v4/lsrpc", "/oxen/v3/lsrpc", "/loki/v3/lsrpc"
ROOMS = (RoomSpec(token="lobby", name="The Lobby"), RoomSpec(token="two", name="Two"))


def server(flavour: Flavour = Flavour.PYSOGS, fault: str = "", **more) -> ServerSpec:
    values = {"kind": "k", "key": KEY, "secret": SECRET, "rooms": ROOMS, **more}
    return ServerSpec(index=0, flavour=flavour, fault=fault, **values)


def post(spec: ServerSpec, body: bytes, path: str = V4, *, scheme: str = "http", earlier: int = 0, **more) -> Reply:
    headers = {"host": "localhost:1"}
    if "form" in more:
        headers["content-type"] = more.pop("form")
    return respond(Visit(spec, Request("POST", path, headers, scheme, body, earlier), BASE, **more))


def plain(spec: ServerSpec, path: str) -> Reply:
    return respond(Visit(spec, Request("GET", path, {"host": "localhost:1"}, "http"), BASE))


def whole(reply: Reply) -> Response:
    response = reply.response()
    assert response is not None
    return response


def status(reply: Reply) -> int:
    return whole(reply).status


def inside(spec: ServerSpec, endpoint: str, **more) -> tuple[int, str, bytes]:
    """Status, content type and body of what was answered in an onion request v4."""
    onion = request_v4(KEY, endpoint)
    reply = whole(post(spec, onion.body, **more))
    assert (reply.status, reply.content_type) == (200, "text/html; charset=utf-8")
    meta, body = onion.open_v4(reply.body)
    return meta["code"], meta["headers"]["content-type"], body


@pytest.mark.parametrize("flavour", [Flavour.PYSOGS, Flavour.PYSOGS_030, Flavour.BUNSOGS])
@pytest.mark.parametrize("endpoint", ["/rooms", "/rooms?all=1", "/capabilities", "/room/lobby"])
def test_what_is_asked_inside_is_answered_as_it_is_in_plain(flavour, endpoint):
    asked = whole(plain(server(flavour), endpoint))
    assert inside(server(flavour), endpoint) == (200, asked.content_type, asked.body)


def test_preview_pages_and_unknown_endpoints_inside():
    code, _, page = inside(server(), "/r/lobby/")
    assert code == 200
    assert f"<pre>{BASE}/lobby?public_key={KEY}</pre>".encode() in page
    assert inside(server(), "/nothing")[0] == inside(server(Flavour.PYSOGS_030), "/r/lobby/")[0] == 404
    onion = request_v4(KEY, "/r/lobby")
    meta, _ = onion.open_v4(whole(post(server(), onion.body)).body)
    assert (meta["code"], meta["headers"]["location"]) == (308, f"{BASE}/r/lobby/")
    for endpoint in ("/r/lobby/", "/nothing"):
        reply = whole(post(server(Flavour.BUNSOGS), request_v4(KEY, endpoint).body))
        assert (reply.status, reply.body) == (404, b"")


@pytest.mark.parametrize("path", [V3, LOKI])
@pytest.mark.parametrize("flavour", [Flavour.PYSOGS, Flavour.PYSOGS_030, Flavour.LEGACY, Flavour.RUST])
def test_v3_tells_rooms_with_their_names(flavour, path):
    onion = request_v3(KEY)
    told = json.loads(onion.open_v3(whole(post(server(flavour), onion.body, path)).body))
    assert told["rooms"] == [{"id": "lobby", "name": "The Lobby"}, {"id": "two", "name": "Two"}]
    onion = request_v3(KEY, "nothing")
    assert json.loads(onion.open_v3(whole(post(server(flavour), onion.body, path)).body)) == {"status_code": 404}


@pytest.mark.parametrize(
    ("flavour", "path", "expected"),
    [
        (Flavour.PYSOGS, V4, 400),
        (Flavour.PYSOGS, V3, 400),
        (Flavour.PYSOGS_030, V4, 400),
        (Flavour.BUNSOGS, V4, 500),
        (Flavour.BUNSOGS, V3, 404),
        (Flavour.LEGACY, V3, 500),
        (Flavour.LEGACY, V4, 404),
        (Flavour.RUST, V3, 500),
        (Flavour.RUST, V4, 500),
    ],
)
def test_a_wrong_key_and_a_version_that_is_not_spoken(flavour, path, expected):
    request = request_v4 if path == V4 else request_v3
    for body in (request(OTHER).body, b"", b"rubbish"):
        assert status(post(server(flavour), body, path)) == expected
    if flavour is Flavour.BUNSOGS:
        reply = post(server(flavour), request(OTHER).body, path)
        assert (reply.after, whole(reply).body) == (After.KEEP, b"")


@pytest.mark.parametrize("vector", vectors("wrong_public_key"))
def test_a_wrong_key_is_answered_as_real_servers_do(vector):
    flavour = Flavour(vector["server"])
    reply = whole(post(server(flavour), bytes.fromhex(vector["request_body_hex"])))
    assert (reply.status, reply.body.decode()) == (vector["http_status"], vector["response_body"])
    assert {name for name, _ in reply.headers} == set(vector["response_headers"])


def test_an_impostor_holds_another_key_and_what_shows_no_key_holds_none():
    for secret in (key_pair("other")[0], ""):
        assert status(post(server(secret=secret), request_v4(KEY).body)) == 400


@pytest.mark.parametrize(
    ("form", "expected"), [("application/x-www-form-urlencoded", 500), ("application/octet-stream", 200)]
)
def test_content_types(form, expected):
    assert status(post(server(), request_v4(KEY).body, form=form)) == expected
    assert status(post(server(Flavour.LEGACY), request_v3(KEY).body, V3, form=form)) == expected
    assert status(post(server(Flavour.BUNSOGS), request_v4(KEY).body, form=form)) == 200


@pytest.mark.parametrize(("fault", "expected"), [("no-posts-404", 404), ("no-posts-405", 405), ("post-403", 403)])
def test_servers_that_take_no_posts(fault, expected):
    assert status(post(server(fault=fault), request_v4(KEY).body)) == expected
    assert status(plain(server(fault=fault), "/rooms")) == 200


@pytest.mark.parametrize("moved", [301, 308])
def test_posts_are_sent_to_https(moved):
    spec = server(fault=f"post-{moved}")
    reply = whole(post(spec, request_v4(KEY).body))
    assert (reply.status, dict(reply.headers)["Location"]) == (moved, f"https://localhost:1{V4}")
    assert inside(spec, "/rooms", scheme="https")[0] == status(plain(spec, "/rooms")) == 200


def test_proxies_that_pass_only_some_paths():
    spec = server(fault="only-v4")
    assert inside(spec, "/rooms")[0] == inside(spec, "/r/lobby/")[0] == 200
    assert status(post(spec, request_v3(KEY).body, V3)) == status(plain(spec, "/rooms")) == 403
    spec = server(fault="no-pages")
    assert inside(spec, "/r/lobby/")[0] == status(plain(spec, "/rooms")) == 200
    assert status(plain(spec, "/r/lobby/")) == 403


def test_a_post_behind_another_request_is_lost_but_not_twice():
    spec, body = server(fault="post-502"), request_v4(KEY).body
    replies = [post(spec, body, earlier=earlier, nth=nth) for nth, earlier in enumerate((0, 1, 1, 2))]
    assert [status(reply) for reply in replies] == [200, 200, 502, 200]
    assert {reply.after for reply in (*replies, plain(spec, "/rooms"))} == {After.KEEP}


def test_an_old_home_page_may_tell_tokens_for_names():
    page = whole(plain(server(Flavour.LEGACY, "tokens-only"), "/")).body
    assert b">lobby</a>" in page
    assert b"The Lobby" not in page


def test_a_relay_passes_onion_requests_on_and_nothing_else():
    other = server(secret="", fault="relay", rooms=(RoomSpec(token="own", name="Own"),))
    onion = request_v4(KEY)
    asked = lambda request: respond(Visit(server(), request, "http://localhost:2"))  # noqa: E731
    meta, body = onion.open_v4(whole(post(other, onion.body, behind=asked)).body)
    assert (meta["code"], [room["token"] for room in json.loads(body)]) == (200, ["lobby", "two"])
    assert [room["token"] for room in json.loads(whole(plain(other, "/rooms")).body)] == ["own"]
    assert status(post(other, onion.body)) == 502


@pytest.mark.parametrize(("fault", "expected"), [("500", 500), ("404", 404), ("503", 503), ("rooms-html/dead", 500)])
def test_a_broken_server_opens_nothing(fault, expected):
    assert status(post(server(fault=fault), request_v4(KEY).body)) == expected


def test_a_broken_list_of_rooms_is_broken_inside_as_well():
    spec = server(fault="rooms-truncated/hints")
    assert inside(spec, "/rooms?all=1")[2] == BROKEN_ROOMS["truncated"]
    assert inside(spec, "/room/lobby")[0] == 200


def test_a_busy_server_is_busy_for_as_many_requests_in_all():
    asked: Counter[str] = Counter()
    spec, onion = server(fault="503-twice"), request_v4(KEY)
    assert [status(post(spec, onion.body, asked=asked)) for _ in range(3)] == [503, 503, 200]


@pytest.mark.parametrize("fault", ["short-body", "gzip-bomb", "false-gzip", "bad-status", "http-0.9", "reset", "drip"])
def test_what_is_no_plain_answer_breaks_the_post(fault):
    reply = post(server(fault=fault), request_v4(KEY).body)
    assert reply.response() is None


@pytest.mark.parametrize("fault", ["redirect-slash", "many-headers", "huge-header", "hostile-pages", "slow-picture"])
def test_faults_that_an_onion_request_does_not_meet(fault):
    assert inside(server(fault=fault), "/rooms?all=1")[2] == whole(plain(server(), "/rooms")).body


def test_a_reply_opens_with_its_own_key_only():
    onion = request_v4(KEY)
    reply = whole(post(server(), onion.body)).body
    with pytest.raises(InvalidTag):
        Onion(b"", bytes(32)).open(reply)
