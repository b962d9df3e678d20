"""What the four server programs answer when nothing is wrong.

See docs/protocol.md, "Anonymous answers" and "Legacy servers".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from html import escape
from typing import Any

from simnet.exchange import HTML, JSON, After, Request, Response
from simnet.images import MISSING_IMAGE, room_image
from simnet.specs import Flavour, RoomSpec, ServerSpec

PAGE = "<html>\n  <head>\n    <title> sogs </title>\n  </head>\n  <body>\n    \n{}\n\n  </body>\n</html>"
ERRORS = {
    400: "The browser (or proxy) sent a request that this server could not understand.",
    403: (
        "You don&#39;t have the permission to access the requested resource. "
        "It is either read-protected or not readable by the server."
    ),
    404: (
        "The requested URL was not found on the server. "
        "If you entered the URL manually please check your spelling and try again."
    ),
    405: "The method is not allowed for the requested URL.",
    429: "This user has exceeded an allotted request count. Try again later.",
    500: (
        "The server encountered an internal error and was unable to complete your request. "
        "Either the server is overloaded or there is an error in the application."
    ),
    502: "The proxy server received an invalid response from an upstream server.",
    503: (
        "The server is temporarily unable to service your request due to maintenance downtime or capacity problems. "
        "Please try again later."
    ),
}
TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
CAPABILITIES = ["blind", "reactions", "sogs"]


def error_page(status: int, *headers: tuple[str, str]) -> Response:
    """The error page that Werkzeug makes, and so pysogs."""
    title = TITLES[status]
    body = (
        f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n<p>{ERRORS[status]}</p>\n"
    )
    return Response(status, body.encode(), HTML, headers)


def html(body: str) -> Response:
    """A page of pysogs."""
    return Response(200, PAGE.format(body).encode(), HTML)


def _json(value: Any) -> Response:
    """JSON as Flask writes it: sorted keys, ASCII, a newline at the end."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return Response(200, text.encode() + b"\n", JSON)


def room_json(room: RoomSpec) -> dict[str, Any]:
    """The room as pysogs tells it: unset fields are left out."""
    fields: dict[str, Any] = {
        "token": room.token,
        "name": room.name,
        "active_users": room.active_users,
        "active_users_cutoff": room.active_users_cutoff,
        "admins": list(room.admins),
        "created": room.created,
        "info_updates": room.info_updates,
        "message_sequence": room.message_sequence,
        "moderators": list(room.moderators),
        "read": room.read,
        "upload": room.upload,
        "write": room.write,
    }
    if room.description is not None:
        fields["description"] = room.description
    if room.image_id is not None:
        fields["image_id"] = room.image_id
    return {**fields, **room.broken}


def bun_room_json(room: RoomSpec) -> dict[str, Any]:
    """The room as bunsogs tells it: unset fields are null, three more are there, and the order is its own."""
    fields = {
        "active_users": room.active_users,
        "active_users_cutoff": room.active_users_cutoff,
        "admins": list(room.admins),
        "created": room.created,
        "description": room.description,
        "image_id": room.image_id,
        "info_updates": room.info_updates,
        "message_sequence": room.message_sequence,
        "moderators": list(room.moderators),
        "name": room.name,
        "token": room.token,
        "pinned_messages": [],
        "read": room.read,
        "write": room.write,
        "upload": room.upload,
        "moderator": False,
        "admin": False,
    }
    return {**fields, **room.broken}


def _find(spec: ServerSpec, token: str, *, exact: bool = False) -> RoomSpec | None:
    for room in spec.rooms:
        if room.token == token or (not exact and room.token.lower() == token.lower()):
            return room
    return None


def _directory(items: list[tuple[str, str]]) -> Response:
    if not items:
        return html("<pre>this sogs requires additional setup</pre>")
    lines = "".join(f'  \n  <li><a href="{escape(href)}">{escape(text)}</a></li>\n' for href, text in items)
    return html(f"<h1> room directory </h1>\n<ul>\n{lines}  \n</ul>\n")


def _preview(room: RoomSpec, link: str, image: str, *, poll: bool) -> Response:
    polled = f'    window.poll_room_url = "/room/{room.token}/messages/recent";\n' if poll else ""
    return html(
        f'<center>\n  <img src="{image}" style="margin: 2em" />\n  <pre>{escape(link)}</pre>\n</center>\n\n'
        '  <ul id="messages">\n    <li>loading...</li>\n  </ul>\n  <script>\n'
        f'    window.view_room = "{room.token}";\n{polled}  </script>\n'
        '  <script src="/static/protobuf.min.js"></script>\n  <script src="/static/view_room.js"></script>\n\n'
    )


def _moved(target: str) -> Response:
    body = (
        "<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n"
        "<p>You should be redirected automatically to the target URL: "
        f'<a href="{escape(target)}">{escape(target)}</a>. If not, click the link.\n'
    )
    return Response(308, body.encode(), HTML, (("Location", target),))


def _file(room: RoomSpec, parts: list[str]) -> Response:
    """The room's picture, the only file that a directory asks for."""
    if len(parts) < 2 or parts[0] != "file" or parts[1] != str(room.image_id):  # noqa: PLR2004 (file/ID[/name])
        return error_page(404)
    if room.image_id == MISSING_IMAGE:
        return error_page(404)
    disposition = ("Content-Disposition", "attachment; filename*=UTF-8''room.png")
    return Response(200, room_image(room), "application/octet-stream", (disposition,))


def _pysogs_room(spec: ServerSpec, parts: list[str]) -> Response:
    room = _find(spec, parts[0])
    if room is None:
        return error_page(404)
    if len(parts) == 1:
        return _json(room_json(room))
    return _file(room, parts[1:]) if room.read else error_page(403)


def _pysogs_page(spec: ServerSpec, base: str, request: Request, parts: list[str]) -> Response:
    """``/r/TOKEN``, ``/r/TOKEN/`` and ``/r/TOKEN/invite.png``."""
    if len(parts) == 1:
        return _moved(f"{request.base}/r/{parts[0]}/")
    room = _find(spec, parts[0])
    if room is None or parts[1] not in ("", "invite.png"):
        return error_page(404)
    if not room.read:
        return error_page(403)
    if parts[1]:
        return Response(200, room_image(room), "image/png")
    return _preview(room, f"{base}/{room.token}?public_key={spec.key}", "invite.png", poll=True)


def legacy_list(spec: ServerSpec) -> Response:
    """Tokens and names of the rooms, as old servers tell them."""
    rooms = [{"id": room.token, "name": room.name} for room in spec.rooms]
    return _json({"rooms": rooms, "status_code": 200})


def pysogs(spec: ServerSpec, base: str, request: Request) -> Response:  # noqa: PLR0911 (one return for each route)
    """Answer as pysogs 0.3.8 behind uWSGI: every connection is closed after one response."""
    if request.method not in ("GET", "HEAD"):
        return error_page(405, ("Allow", "OPTIONS, GET, HEAD"))
    match request.path.split("/")[1:]:
        case [""] if spec.index_off:
            return error_page(403)
        case [""]:
            return _directory([(f"/r/{room.token}", room.token) for room in spec.rooms])
        case ["rooms"]:
            return _json([room_json(room) for room in spec.rooms])
        case ["room", _, *_] as parts:
            return _pysogs_room(spec, parts[1:])
        case ["r", _] | ["r", _, _] as parts:
            return _pysogs_page(spec, base, request, parts[1:])
        case ["capabilities"]:
            return _json({"capabilities": CAPABILITIES})
        case ["legacy", "rooms"]:
            return legacy_list(spec)
        case _:
            return error_page(404)


def legacy(spec: ServerSpec, base: str, request: Request) -> Response:
    """Answer as pysogs 0.2.0, which has no ``/rooms`` JSON."""
    if request.method not in ("GET", "HEAD"):
        return error_page(405, ("Allow", "OPTIONS, GET, HEAD"))
    match request.path.split("/")[1:]:
        case [""]:
            named = spec.fault != "tokens-only"
            items = [(f"{base}/view/room/{room.token}", room.name if named else room.token) for room in spec.rooms]
            return _directory(items)
        case ["view", "room", token]:
            room = _find(spec, token)
            if room is None or not room.read:
                return error_page(403 if room else 404)
            link = f"{base}/{room.token}?public_key={spec.key}"
            return _preview(room, link, f"/view/{room.token}/invite.png", poll=False)
        case ["legacy", "rooms"]:
            return legacy_list(spec)
        case _:
            return error_page(404)


def rust(_spec: ServerSpec, _base: str, request: Request) -> Response:
    """Answer as the Rust server 0.1.8: a home page without rooms, an error for everything else."""
    if request.path == "/" and request.method == "GET":
        return Response(200, b"This is a Session open group server.", HTML, shouted=False)
    return Response(500, b"Unhandled rejection: MethodNotAllowed", "text/plain; charset=utf-8", shouted=False)


def bunsogs(spec: ServerSpec, _base: str, request: Request) -> Response:
    """Answer as bunsogs 1.0.0: JSON only, case-sensitive tokens, connections kept alive."""
    if request.method != "GET":
        return Response(405, after=After.KEEP, shouted=False)
    dated = (("Date", formatdate(usegmt=True)),)
    value: Any = None
    match request.path.rstrip("/").split("/")[1:]:
        case ["rooms"]:
            value = [bun_room_json(room) for room in spec.rooms]
        case ["room", token]:
            room = _find(spec, token, exact=True)
            value = bun_room_json(room) if room else None
        case ["room", token, "file", *rest]:
            room = _find(spec, token, exact=True)
            if room is not None and rest[:1] == [str(room.image_id)]:
                return Response(200, room_image(room), "application/octet-stream", dated, After.KEEP, shouted=False)
        case ["capabilities"]:
            value = {"capabilities": CAPABILITIES}
    if value is None:
        return Response(404, b"", "", dated, After.KEEP, shouted=False)
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(200, body, JSON, dated, After.KEEP, shouted=False)


PROGRAMS: dict[Flavour, Callable[[ServerSpec, str, Request], Response]] = {
    Flavour.PYSOGS: pysogs,
    Flavour.PYSOGS_030: pysogs,
    Flavour.LEGACY: legacy,
    Flavour.RUST: rust,
    Flavour.BUNSOGS: bunsogs,
}


def answer(spec: ServerSpec, base: str, request: Request) -> Response:
    """What the server's program answers to ``request``; ``base`` is the URL that its operator configured."""
    return PROGRAMS[spec.flavour](spec, base, request)
