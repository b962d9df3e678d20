"""What the server programs answer to a POST with an onion request (docs/protocol.md, "Onion requests")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate

from simnet.answers import error_page, legacy_list
from simnet.exchange import HTML, JSON, After, Reply, Request, Response
from simnet.onion import OnionError, OnionRequest, open_request, seal_v3, seal_v4
from simnet.specs import Flavour, ServerSpec

VERSIONS = {"/oxen/v4/lsrpc": 4, "/oxen/v3/lsrpc": 3, "/loki/v3/lsrpc": 3}
"""Path → version of onion requests."""
V4 = "/oxen/v4/lsrpc"
SPOKEN = {
    Flavour.PYSOGS: {4, 3},
    Flavour.PYSOGS_030: {4, 3},
    Flavour.BUNSOGS: {4},
    Flavour.LEGACY: {3},
    Flavour.RUST: {3},
}
WITH_FORMS = {Flavour.PYSOGS, Flavour.PYSOGS_030, Flavour.LEGACY}
"""Programs of Python, whose framework reads the body away where it is called a form."""
FORM = "application/x-www-form-urlencoded"
BUSY = 429
"""Least status of what is answered before anything is opened: a busy or broken server opens nothing."""


def is_onion(request: Request) -> bool:
    """Whether this is a POST to one of the paths of onion requests."""
    return request.method == "POST" and request.path in VERSIONS


def answer_onion(spec: ServerSpec, request: Request, inside: Callable[[Request], Reply]) -> Reply:
    """The reply to a POST for which ``is_onion``; ``inside`` answers the request that travelled in it."""
    version = VERSIONS[request.path]
    if version not in SPOKEN[spec.flavour]:
        return _finish(spec, error_page(404))
    if spec.flavour in WITH_FORMS and request.headers.get("content-type", "").startswith(FORM):
        return _finish(spec, error_page(500))
    try:
        onion = open_request(spec.secret, version, request.body)
    except OnionError:
        modern = spec.flavour in (Flavour.PYSOGS, Flavour.PYSOGS_030)
        return _finish(spec, error_page(400 if modern else 500))
    return _sealed(spec, version, onion, _inner(spec, request, onion, version, inside))


def _inner(
    spec: ServerSpec, request: Request, onion: OnionRequest, version: int, inside: Callable[[Request], Reply]
) -> Reply:
    endpoint = onion.endpoint
    if spec.flavour is Flavour.RUST:
        return (legacy_list(spec) if endpoint == "rooms" else error_page(404)).reply()
    if spec.flavour is Flavour.PYSOGS_030 and endpoint.startswith("/r/"):
        return error_page(404).reply()
    if version == 3 and not endpoint.startswith("/"):  # noqa: PLR2004
        endpoint = f"/legacy/{endpoint}"
    headers = {"host": request.headers.get("host", "localhost"), **onion.headers}
    return inside(replace(request, method=onion.method, target=endpoint, headers=headers, body=b""))


def _sealed(spec: ServerSpec, version: int, onion: OnionRequest, inner: Reply) -> Reply:
    """The sealed answer; what is no whole plain HTTP answer breaks the outer exchange as it would break a plain one."""
    response = inner.response()
    if response is None or response.status >= BUSY:
        return inner
    if version == 3:  # noqa: PLR2004
        return _finish(spec, Response(200, seal_v3(onion.key, response.status, response.body), HTML))
    bun = spec.flavour is Flavour.BUNSOGS
    if bun and response.status == 404:  # noqa: PLR2004
        return _finish(spec, error_page(404))
    headers = {"content-type": response.content_type or JSON}
    headers |= {name.lower(): value for name, value in response.headers if name.lower() == "location"}
    body = seal_v4(onion.key, response.status, headers, response.body, compact=bun)
    return _finish(spec, Response(200, body, HTML))


def _finish(spec: ServerSpec, response: Response) -> Reply:
    """The response as the program sends it: bunsogs has no error pages and keeps connections."""
    good = response.status == 200  # noqa: PLR2004
    match spec.flavour:
        case Flavour.BUNSOGS:
            body, form = (response.body, response.content_type) if good else (b"", "")
            dated = (("Date", formatdate(usegmt=True)),)
            return Response(response.status, body, form, dated, After.KEEP, shouted=False).reply()
        case Flavour.RUST:
            body, form = (response.body, HTML) if good else (b"Unhandled rejection: DecryptionFailed", "text/plain")
            return Response(200 if good else 500, body, form, shouted=False).reply()
        case _:
            return response.reply()
