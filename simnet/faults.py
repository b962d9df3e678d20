"""What goes wrong on servers, each thing by name. Pure: a visit in, the bytes of a reply out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from enum import StrEnum
from functools import cache
from random import Random
from typing import Any

from simnet.answers import answer, error_page, html
from simnet.bombs import gzip_zeros
from simnet.exchange import JSON, After, Reply, Request, Response
from simnet.images import SLOW_IMAGE
from simnet.lsrpc import answer_onion, is_onion
from simnet.pitfalls import PITFALLS, Front
from simnet.robots import FILES, PATH
from simnet.specs import CANARY_HOST, ServerSpec

MEBIBYTE = 1024 * 1024
LARGE = 6 * MEBIBYTE
"""Bytes of a body that is too large; a crawler stops at 5 MiB."""
BOMB = 150 * MEBIBYTE
"""Bytes that the compressed bomb unpacks to."""
DEEP = 100_000
FEW = 2
"""Times that a passing fault is shown before the server is well."""
NTH = 5
"""The flaky servers answer every fifth connection only, of those by https and of those by http."""

SWALLOWED = 0.6
"""Share of the connections to a server under bad routing that hang for ever; which ones is chance."""


def _nobody(_request: Request) -> Reply:
    return Response(502, shouted=False).reply()


class Opening(StrEnum):
    """What a server does with a new connection."""

    SERVE = "serve"
    HANG = "hang"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to a server, with what its answer may depend on."""

    spec: ServerSpec
    request: Request
    base: str
    """URL that the server's operator configured."""
    nth: int = 0
    """How often the same target was asked before."""
    peer: str = ""
    """URL of the server that the fault points to."""
    canary_port: int = 0
    now: float = 0.0
    """Unix seconds."""
    inside: bool = False
    """The request came in an onion request."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often each target was asked; ``ask_inside`` counts on."""
    behind: Callable[[Request], Reply] = _nobody
    """The server that a relay passes requests on to."""

    def healthy(self) -> Reply:
        """The answer of a server without faults."""
        if not self.inside and is_onion(self.request):
            return answer_onion(self.spec, self.request, self.ask_inside)
        return answer(self.spec, self.base, self.request).reply(self.request.method)

    def ask_inside(self, request: Request) -> Reply:
        """The reply to a request that came in an onion request: the same as to a plain one."""
        nth = self.asked[request.target]
        self.asked[request.target] += 1
        return respond(replace(self, request=request, nth=nth, inside=True))

    @property
    def wants_rooms(self) -> bool:
        """Whether the list of rooms is asked for."""
        return self.request.path == "/rooms"


def opening(spec: ServerSpec, number: int, *, hello: bool = False) -> Opening:
    """What becomes of the ``number``-th connection, counted from 0, of those with a TLS hello or of those without.

    They are counted apart: else a client that tries both schemes in step could miss by one all that are served.
    """
    if spec.fault == "badly-routed":
        return Opening.HANG if Random(f"{spec.key}/{number}/{hello}").random() < SWALLOWED else Opening.SERVE
    answers = (number + spec.index) % NTH == 0
    if spec.fault == "silent" or (spec.fault == "fifth" and not answers):
        return Opening.HANG
    return Opening.RESET if spec.fault == "reset-sometimes" and not answers else Opening.SERVE


def _always(status: int) -> Callable[[Visit], Reply]:
    return lambda visit: error_page(status).reply(visit.request.method)


def _busy(status: int, *, dated: bool) -> Callable[[Visit], Reply]:
    def reply(visit: Visit) -> Reply:
        if visit.nth >= FEW:
            return visit.healthy()
        headers = [("Retry-After", "1")]
        if dated:  # whoever sends dates tells its own, so that a client with another clock can subtract
            moments = ((name, visit.now + ahead) for name, ahead in (("Date", 0), ("Retry-After", 1)))
            headers = [(name, formatdate(moment, usegmt=True)) for name, moment in moments]
        return error_page(status, *headers).reply(visit.request.method)

    return reply


def _reset(_visit: Visit) -> Reply:
    return Reply(b"", After.RESET)


def _drip(_visit: Visit) -> Reply:
    return Reply(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n[", After.DRIP)


def _slow_picture(visit: Visit) -> Reply:
    """One picture never comes to its end; all else is healthy."""
    return _drip(visit) if visit.request.path.endswith(f"/file/{SLOW_IMAGE}") else visit.healthy()


BROKEN_ROOMS: dict[str, bytes] = {
    "html": html("<h1>It works!</h1>").body,
    "truncated": b'[{"active_users":7,"active_users_cutoff":604800,"admins":["05edd03cade8',
    "object": b'{"rooms":{}}',
    "scalar": b"42",
    "strings": b'["general","offtopic"]',
    "error": b'{"error":"database is locked"}',
}
"""Name → body that a server gives instead of its list of rooms."""


def _broken_rooms(name: str, rest: str) -> Callable[[Visit], Reply]:
    """No list of rooms; ``rest`` tells what still works: ``hints`` all else, ``home`` the pages, ``dead`` nothing."""

    def reply(visit: Visit) -> Reply:
        if visit.wants_rooms:
            return Response(200, BROKEN_ROOMS[name], JSON).reply(visit.request.method)
        if rest == "dead" or (rest == "home" and visit.request.path.startswith(("/room/", "/legacy/"))):
            return error_page(500).reply(visit.request.method)
        return visit.healthy()

    return reply


def _on_rooms(make: Callable[[Visit], Reply]) -> Callable[[Visit], Reply]:
    """A fault of the list of rooms alone."""
    return lambda visit: make(visit) if visit.wants_rooms else visit.healthy()


def _at_first(trouble: Response) -> Callable[[Visit], Reply]:
    """``trouble`` in place of the first answers; then all is well."""
    return lambda visit: trouble.reply(visit.request.method) if visit.nth < FEW else visit.healthy()


def _by_https_at_first(trouble: Callable[[Visit], Reply]) -> Callable[[Visit], Reply]:
    """``trouble`` in place of the first answers by https, whatever is asked; http is well."""

    def reply(visit: Visit) -> Reply:
        if visit.inside or visit.request.scheme != "https":
            return visit.healthy()
        visit.asked["by https"] += 1
        return trouble(visit) if visit.asked["by https"] <= FEW else visit.healthy()

    return reply


def _large(_visit: Visit) -> Reply:
    return Response(200, b"[" + b" " * LARGE + b"]", JSON).reply()


@cache
def _bomb() -> bytes:
    return gzip_zeros(MEBIBYTE, BOMB // MEBIBYTE)


def _gzip_bomb(_visit: Visit) -> Reply:
    return Response(200, _bomb(), JSON, (("Content-Encoding", "gzip"),)).reply()


def _deep(_visit: Visit) -> Reply:
    return Response(200, b"[" * DEEP, JSON).reply()


def _short_body(visit: Visit) -> Reply:
    """A body that ends before its announced length."""
    raw = visit.healthy().raw
    return Reply(raw[: len(raw) * 2 // 3])


def _short_body_twice(visit: Visit) -> Reply:
    return _short_body(visit) if visit.nth < FEW else visit.healthy()


def _redirect(target: str, status: int = 302) -> Reply:
    return Response(status, b"", "", (("Location", target),)).reply()


def _redirect_slash(visit: Visit) -> Reply:
    """The list of rooms moved to ``/rooms/`` on the same server: by its proxy, which sees nothing of what is inside."""
    if visit.wants_rooms and not visit.inside:
        return _redirect("/rooms/", 301)
    if visit.request.path == "/rooms/":
        return answer(visit.spec, visit.base, Request("GET", "/rooms", {}, visit.request.scheme)).reply()
    return visit.healthy()


def _redirect_peer(visit: Visit) -> Reply:
    return _redirect(visit.peer + visit.request.target)


def _redirect_loop(visit: Visit) -> Reply:
    return _redirect("/rooms" if visit.nth % 2 else "/rooms?again=1")


def _redirect_canary(visit: Visit) -> Reply:
    return _redirect(f"http://{CANARY_HOST}:{visit.canary_port}/rooms")


def _redirect_metadata(_visit: Visit) -> Reply:
    """The address where clouds keep their secrets."""
    return _redirect("http://169.254.169.254/latest/meta-data/")


def _with_headers(visit: Visit, extra: bytes) -> Reply:
    status, _, rest = visit.healthy().raw.partition(b"\r\n")
    return Reply(status + b"\r\n" + extra + rest)


def _many_headers(visit: Visit) -> Reply:
    return _with_headers(visit, b"".join(b"X-Noise-%d: %d\r\n" % (n, n) for n in range(300)))


def _huge_header(visit: Visit) -> Reply:
    return _with_headers(visit, b"X-Noise: " + b"n" * 100_000 + b"\r\n")


def _bad_status(_visit: Visit) -> Reply:
    return Reply(b"HTTP/9.9 two-hundred fine\r\nContent-Length: 2\r\n\r\n[]")


def _http09(visit: Visit) -> Reply:
    return Reply(bytes(range(128, 256)) + visit.healthy().raw.partition(b"\r\n\r\n")[2])


def _false_gzip(visit: Visit) -> Reply:
    return _with_headers(visit, b"Content-Encoding: gzip\r\n")


def _wrong_charset(visit: Visit) -> Reply:
    raw = visit.healthy().raw
    return Reply(raw.replace(b"application/json", b"application/json; charset=utf-16", 1))


def _hostile_pages(visit: Visit) -> Reply:
    """Pages that carry markup of an attacker around what is true, which must stay harmless."""
    noise = b'<body onload="alert(1)"><a href="javascript:alert(1)">x</a><a href="/r/%3Cscript%3E">y</a><!-- <pre> -->'
    reply = visit.healthy()
    response = reply.response()
    if response is None or is_onion(visit.request) or not response.content_type.startswith("text/html"):
        return reply
    return Response(response.status, response.body.replace(b"<body>", noise, 1), response.content_type).reply()


FAULTS: dict[str, Callable[[Visit], Reply]] = {
    "silent": Visit.healthy,
    "fifth": Visit.healthy,
    "badly-routed": Visit.healthy,
    "500-twice-by-https": _by_https_at_first(_always(500)),
    "reset-twice-by-https": _by_https_at_first(_reset),
    "reset-sometimes": Visit.healthy,
    "reset": _reset,
    "drip": _drip,
    "500": _always(500),
    "404": _always(404),
    "503": _always(503),
    "503-twice": _on_rooms(_busy(503, dated=False)),
    "500-twice": _on_rooms(_at_first(error_page(500))),
    "502-twice": _at_first(error_page(502)),
    "empty-twice": _on_rooms(_at_first(Response(200, b"", JSON))),
    "cut-twice": _on_rooms(_at_first(Response(200, BROKEN_ROOMS["truncated"], JSON))),
    "429-twice": _on_rooms(_busy(429, dated=True)),
    "too-large": _on_rooms(_large),
    "gzip-bomb": _on_rooms(_gzip_bomb),
    "deep-json": _on_rooms(_deep),
    "short-body": _on_rooms(_short_body),
    "short-body-twice": _on_rooms(_short_body_twice),
    "redirect-slash": _redirect_slash,
    "redirect-peer": _redirect_peer,
    "redirect-loop": _redirect_loop,
    "redirect-canary": _redirect_canary,
    "redirect-metadata": _redirect_metadata,
    "many-headers": _on_rooms(_many_headers),
    "huge-header": _on_rooms(_huge_header),
    "bad-status": _bad_status,
    "http-0.9": _http09,
    "false-gzip": _on_rooms(_false_gzip),
    "wrong-charset": _on_rooms(_wrong_charset),
    "hostile-pages": _hostile_pages,
    "slow-picture": _slow_picture,
    **{
        f"rooms-{name}/{rest}": _broken_rooms(name, rest) for name in BROKEN_ROOMS for rest in ("hints", "home", "dead")
    },
}
"""Name of a fault → what the server answers; ``opening`` holds those that come before any request."""


def respond(visit: Visit) -> Reply:
    """The reply of a server to a request, fault and all."""
    if not visit.inside and visit.spec.robots and visit.request.path == PATH:
        return FILES[visit.spec.robots]()
    pitfall = None if visit.inside else PITFALLS.get(visit.spec.fault)
    if pitfall is not None:
        return pitfall(Front(visit.request, visit.nth, visit.healthy, visit.behind))
    fault = FAULTS.get(visit.spec.fault)
    return fault(visit) if fault else visit.healthy()


def control_json(value: Any) -> Reply:
    """A reply of the control port."""
    return Response(200, json.dumps(value).encode(), JSON).reply()
