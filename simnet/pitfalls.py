"""What stands before a server and treats onion requests worse than plain ones (docs/protocol.md, "Onion requests")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from simnet.answers import error_page
from simnet.exchange import After, Reply, Request, Response
from simnet.lsrpc import V4, is_onion


@dataclass(frozen=True, slots=True)
class Front:
    """A request at the door of a server."""

    request: Request
    nth: int
    """How often the same target was asked before."""
    serve: Callable[[], Reply]
    """What the server behind the door answers."""
    behind: Callable[[Request], Reply]
    """What another server answers: the one that a relay passes requests on to."""


def _no_posts(status: int) -> Callable[[Front], Reply]:
    return lambda front: error_page(status).reply() if front.request.method == "POST" else front.serve()


def _to_https(status: int) -> Callable[[Front], Reply]:
    def reply(front: Front) -> Reply:
        request = front.request
        if request.method != "POST" or request.scheme == "https":
            return front.serve()
        target = "https" + request.base.removeprefix("http") + request.target
        return Response(status, headers=(("Location", target),)).reply()

    return reply


def _only_v4(front: Front) -> Reply:
    asked = front.request
    return front.serve() if asked.method == "POST" and asked.path == V4 else error_page(403).reply(asked.method)


def _no_pages(front: Front) -> Reply:
    return error_page(403).reply(front.request.method) if front.request.path.startswith("/r/") else front.serve()


def _bad_gateway(front: Front) -> Reply:
    """Caddy keeps connections that its server has closed: a POST behind another request is lost, but not twice."""
    if front.request.method == "POST" and front.request.earlier and front.nth % 2 == 0:
        return Response(502, after=After.KEEP, shouted=False).reply()
    return replace(front.serve(), after=After.KEEP)


def _relay(front: Front) -> Reply:
    return front.behind(front.request) if is_onion(front.request) else front.serve()


PITFALLS: dict[str, Callable[[Front], Reply]] = {
    "no-posts-404": _no_posts(404),
    "no-posts-405": _no_posts(405),
    "post-403": _no_posts(403),
    "post-301": _to_https(301),
    "post-308": _to_https(308),
    "post-502": _bad_gateway,
    "only-v4": _only_v4,
    "no-pages": _no_pages,
    "relay": _relay,
    "tokens-only": lambda front: front.serve(),
}
"""Name of a fault → what becomes of a request; ``tokens-only`` is an old home page that tells no names."""
UNPROVABLE = frozenset({"no-posts-404", "no-posts-405", "post-403"})
"""Those that keep everybody from proving a key."""
