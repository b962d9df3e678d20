"""The kinds of servers: each a named behaviour with what a perfect crawl makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from sessioncrawler.model import Outcome
from simnet.faults import BROKEN_ROOMS
from simnet.images import HOSTILE_IMAGES, MISSING_IMAGE, SLOW_IMAGE
from simnet.onion import key_pair
from simnet.rooms import (
    BARE,
    broken_rooms,
    bulk_rooms,
    hex_digits,
    hostile_rooms,
    ordinary_rooms,
    readable,
)
from simnet.specs import (
    IP,
    NAME,
    Certificate,
    Clear,
    Flavour,
    Hello,
    RoomSpec,
    ServerSpec,
    Shown,
    Socket,
    WildLink,
)

MANY_ROOMS = 20_000
PASSED = 1.1
"""Seconds of the shortest pauses (0.5 and 1, less a quarter) before a crawler asks for the third time."""
_GOOD = Certificate.GOOD


@dataclass(frozen=True, slots=True)
class Kind:
    """How to make one server: which links the wild has of it, which rooms, and what it does."""

    links: tuple[tuple[str, str], ...] = (("http", NAME),)
    """(scheme, host) of the wild links; in the host, ``{index}``, ``{upper}`` and ``{lower}`` number the server."""
    rooms: Callable[[Random, str], tuple[RoomSpec, ...]] | None = None
    few: bool = False
    """At most five rooms, none of them off record: where the directory cannot see that they are."""
    wrong_keys: int = 0
    """How many of the links carry a wrong key; -1 for all."""
    style: str = ""
    """Style of all links; empty for a seeded mix."""
    port: int | None = None
    """A port that is not the server's own, for links that nobody may follow."""
    does: dict[str, Any] = field(default_factory=dict)
    """Fields of ServerSpec."""


def _https(**changes: Any) -> Kind:
    return Kind(**{"links": (("https", NAME),), **changes, "does": {"certificate": _GOOD, **changes.get("does", {})}})


def _fault(name: str, outcome: Outcome = Outcome.REACHED, *other: Outcome, **does: Any) -> Kind:
    return Kind(does={"fault": name, "outcome": outcome, "alternatives": other, **does})


def _unlisted(outcome: Outcome, *other: Outcome, **changes: Any) -> Kind:
    does = {"outcome": outcome, "alternatives": other, **changes.pop("does", {})}
    return Kind(few=True, does=does, **changes)


def _pictures(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    """A room for each hostile picture; the slow one comes last, since it ends all patience with its server."""
    images = (*range(HOSTILE_IMAGES, MISSING_IMAGE + 1), 1, SLOW_IMAGE)
    return tuple(
        readable(rng, n, prefix, **{**BARE, "image_id": image, "write": True, "name": f"Picture {n}"})
        for n, image in enumerate(images, start=1)
    )


def _odd_cutoffs(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    return (
        readable(rng, 1, prefix, active_users_cutoff=0),
        readable(rng, 2, prefix, active_users=None, active_users_cutoff=None),
        readable(rng, 3, prefix, broken={"description": None, "image_id": None}, **BARE),
        readable(rng, 4, prefix, active_users=3, active_users_cutoff=86_400),
    )


def _last_readable(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    return (*(readable(rng, n, prefix, read=False, write=True) for n in range(1, 8)), readable(rng, 8, prefix))


def _many(rng: Random, _prefix: str) -> tuple[RoomSpec, ...]:
    return bulk_rooms(rng, MANY_ROOMS)


def _some(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    return ordinary_rooms(rng, rng.randint(2, 12), prefix)


def _few(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    return ordinary_rooms(rng, rng.randint(2, 5), prefix)


def _plain(rng: Random, prefix: str) -> tuple[RoomSpec, ...]:
    """Rooms without pictures, for servers of which nobody can get any."""
    return tuple(replace(room, image_id=None) for room in _few(rng, prefix))


def _none(_rng: Random, _prefix: str) -> tuple[RoomSpec, ...]:
    return ()


def _broken_kinds() -> dict[str, Kind]:
    """Each broken list of rooms, with rooms told one by one, on the home page, and nowhere."""
    kinds: dict[str, Kind] = {}
    for name in BROKEN_ROOMS:
        ends: tuple[tuple[str, dict[str, Any]], ...] = (
            ("hints", {"shown": Shown.HINTED}),
            ("home", {"shown": Shown.NAMES}),
            ("dead", {"outcome": Outcome.NOT_JSON, "alternatives": (Outcome.NO_ROOMS,) if name == "strings" else ()}),
        )
        for rest, does in ends:
            kinds[f"rooms-{name}-{rest}"] = Kind(few=True, does={"fault": f"rooms-{name}/{rest}", **does})
    return kinds


KINDS: dict[str, Kind] = {
    "https": _https(),
    "http": Kind(),
    "http-ip": Kind(links=(("http", IP),)),
    "https-upgrade": Kind(does={"certificate": _GOOD}),
    "https-clear-400": _https(does={"clear": Clear.BAD_REQUEST}),
    "https-clear-redirect": _https(links=(("http", NAME),), does={"clear": Clear.REDIRECT}),
    "http-hello-hangs": Kind(does={"hello": Hello.HANG}),
    "name-and-ip": _https(links=(("https", NAME), ("http", IP), ("http", NAME))),
    "ip-only-https": _https(links=(("https", IP),)),
    "self-signed-http-works": Kind(links=(("https", NAME),), does={"certificate": Certificate.SELF_SIGNED}),
    "expired-http-works": Kind(links=(("https", NAME),), does={"certificate": Certificate.EXPIRED}),
    "wrong-host-http-works": Kind(links=(("https", NAME),), does={"certificate": Certificate.WRONG_HOST}),
    **{
        f"{certificate}-only": _unlisted(
            Outcome.TLS, links=(("https", NAME),), does={"certificate": certificate, "clear": Clear.BAD_REQUEST}
        )
        for certificate in (Certificate.SELF_SIGNED, Certificate.EXPIRED, Certificate.WRONG_HOST)
    },
    "refused": _unlisted(Outcome.REFUSED, does={"socket": Socket.REFUSED}),
    "connect-hang": _unlisted(Outcome.CONNECT_TIMEOUT, does={"socket": Socket.BACKLOG_FULL}),
    "silent": _fault("silent", Outcome.STALLED),
    "fifth": _fault("fifth"),
    "reset": _fault("reset", Outcome.RESET),
    "reset-sometimes": _fault("reset-sometimes"),
    "drip": _fault("drip", Outcome.STALLED),
    "dns": _unlisted(Outcome.DNS, links=(("http", "sogs-{index}.invalid"),), port=8080, does={"socket": Socket.NONE}),
    "500": _fault("500", Outcome.HTTP_STATUS),
    "404": _fault("404", Outcome.HTTP_STATUS, Outcome.NO_ROOMS),
    "503": _fault("503", Outcome.HTTP_STATUS),
    "503-twice": _fault("503-twice", waits=2.0),
    "429-twice": _fault("429-twice"),
    **{name: _fault(name, waits=PASSED) for name in ("500-twice", "502-twice", "empty-twice", "cut-twice")},
    **_broken_kinds(),
    "no-rooms": _unlisted(Outcome.NO_ROOMS, rooms=_none),
    "broken-fields": Kind(rooms=broken_rooms),
    "odd-cutoffs": Kind(rooms=_odd_cutoffs),
    "many-rooms": Kind(rooms=_many, does={"shown": Shown.BULK, "alternatives": (Outcome.TOO_LARGE,)}),
    "too-large": _fault("too-large", Outcome.TOO_LARGE),
    "gzip-bomb": _fault("gzip-bomb", Outcome.TOO_LARGE),
    "deep-json": replace(_fault("deep-json", shown=Shown.HINTED), few=True),
    "deep-json-only": _unlisted(Outcome.NOT_JSON, rooms=_none, does={"fault": "deep-json"}),
    "short-body": _fault("short-body", Outcome.RESET),
    "short-body-twice": _fault("short-body-twice"),
    "redirect-slash": _fault("redirect-slash"),
    "redirect-peer": _fault("redirect-peer", Outcome.REDIRECTED),
    "redirect-loop": _fault("redirect-loop", Outcome.HTTP_STATUS),
    "redirect-canary": _fault("redirect-canary", Outcome.FORBIDDEN_ADDRESS, Outcome.REDIRECTED),
    "redirect-metadata": _fault("redirect-metadata", Outcome.FORBIDDEN_ADDRESS, Outcome.REDIRECTED),
    "private-address": _unlisted(
        Outcome.FORBIDDEN_ADDRESS, links=(("http", "10.{upper}.{lower}.1"),), port=80, does={"socket": Socket.NONE}
    ),
    "forbidden-port": _unlisted(Outcome.FORBIDDEN_PORT, port=22, does={"socket": Socket.NONE}),
    "legacy": Kind(few=True, does={"flavour": Flavour.LEGACY, "shown": Shown.NAMES}),
    "rust": _unlisted(Outcome.NO_ROOMS, Outcome.REACHED, does={"flavour": Flavour.RUST, "shown": Shown.NAMES}),
    "wrong-keys": Kind(wrong_keys=-1),
    "upper-case-keys": Kind(style="upper"),
    "conflicting-keys": Kind(links=(("http", NAME), ("http", NAME)), wrong_keys=1),
    "example-net": Kind(does={"preview_base": "http://example.net"}),
    "bunsogs": Kind(does={"flavour": Flavour.BUNSOGS}),
    "bunsogs-https": _https(does={"flavour": Flavour.BUNSOGS}),
    "bunsogs-conflict": _unlisted(
        Outcome.KEY_CONFLICT,
        Outcome.REACHED,
        links=(("http", NAME), ("http", NAME)),
        wrong_keys=1,
        does={"flavour": Flavour.BUNSOGS},
    ),
    "twin": Kind(),
    "key-copy": _unlisted(Outcome.KEY_COPY, Outcome.NO_KEY, does={"flavour": Flavour.BUNSOGS}),
    "index-off": Kind(does={"index_off": True}),
    "last-readable": Kind(rooms=_last_readable),
    "hostile-rooms": Kind(rooms=hostile_rooms),
    "hostile-rooms-bunsogs": Kind(rooms=hostile_rooms, does={"flavour": Flavour.BUNSOGS}),
    "hostile-pages": _fault("hostile-pages"),
    "hostile-pictures": Kind(rooms=_pictures, does={"fault": "slow-picture"}),
    "many-headers": _fault("many-headers", Outcome.REACHED, Outcome.RESET),
    "huge-header": _fault("huge-header", Outcome.RESET, Outcome.REACHED, Outcome.TOO_LARGE),
    "bad-status": _fault("bad-status", Outcome.RESET, Outcome.HTTP_STATUS),
    "http-0.9": _fault("http-0.9", Outcome.RESET, Outcome.NOT_JSON, Outcome.HTTP_STATUS),
    "false-gzip": _fault("false-gzip", Outcome.REACHED, Outcome.NOT_JSON, Outcome.RESET),
    "wrong-charset": _fault("wrong-charset", Outcome.REACHED, Outcome.NOT_JSON),
}
"""Every kind of server by name. ``twin``, ``key-copy`` and ``redirect-peer`` refer to the server before them."""

SCHEME_KINDS: dict[str, Kind] = {
    "hello-hangs-behind-https": Kind(links=(("https", NAME),), does={"hello": Hello.HANG}),
    "badly-routed": _fault("badly-routed"),
    "badly-routed-upgrade": _fault("badly-routed", certificate=_GOOD),
    "badly-routed-https": _https(does={"fault": "badly-routed"}),
    "upgrade-500-twice": _fault("500-twice-by-https", certificate=_GOOD),
    "upgrade-reset-twice": _fault("reset-twice-by-https", certificate=_GOOD),
}
"""Servers of which one scheme has bad hours, with what a crawler makes of them that has all its patience."""

ONION_KINDS: dict[str, Kind] = {
    "pysogs-0.3.0": Kind(does={"flavour": Flavour.PYSOGS_030}),
    "legacy-tokens": Kind(few=True, does={"flavour": Flavour.LEGACY, "fault": "tokens-only", "shown": Shown.NAMES}),
    "rust-rooms": Kind(few=True, does={"flavour": Flavour.RUST, "shown": Shown.NAMES}),
    "bunsogs-wrong-link": Kind(links=(("http", NAME), ("http", NAME)), wrong_keys=1, does={"flavour": Flavour.BUNSOGS}),
    "no-pages": _fault("no-pages"),
    "no-pages-wrong-link": replace(_fault("no-pages"), links=(("http", NAME), ("http", NAME)), wrong_keys=1),
    "only-v4": Kind(rooms=_plain, does={"fault": "only-v4"}),
    "only-v4-bunsogs": Kind(rooms=_plain, does={"fault": "only-v4", "flavour": Flavour.BUNSOGS}),
    "post-301": Kind(does={"fault": "post-301", "certificate": _GOOD}),
    "post-308": Kind(does={"fault": "post-308", "certificate": _GOOD}),
    "clear-308": _https(links=(("http", NAME),), does={"clear": Clear.REDIRECT_308}),
    "post-502": _fault("post-502"),
    "post-403": _fault("post-403"),
    "no-posts-404": _fault("no-posts-404"),
    "no-posts-405": _fault("no-posts-405"),
}
"""Servers whose onion requests have a pitfall, with what a crawler makes of them that proves keys."""

REFERRING = frozenset({"twin", "key-copy", "redirect-peer"})


def _links(rng: Random, kind: Kind, index: int, key: str, rooms: tuple[RoomSpec, ...]) -> tuple[WildLink, ...]:
    upper, lower = divmod(index % 65_536, 256)
    tokens = [room.token for room in rooms if not room.lost] or ["lobby"]
    links = []
    for number, (scheme, host) in enumerate(kind.links):
        wrong = kind.wrong_keys == -1 or number >= len(kind.links) - kind.wrong_keys
        claimed = hex_digits(rng, 64) if wrong else key
        for token in tokens[:1] if kind.wrong_keys > 0 else rng.sample(tokens, min(len(tokens), rng.choice((1, 2, 3)))):
            style = kind.style or rng.choice(("plain",) * 7 + ("r", "upper", "extra"))
            name = host.format(index=index, upper=upper, lower=lower)
            links.append(WildLink(scheme, name, token, claimed, kind.port, style))
    return tuple(links)


def make_server(rng: Random, index: int, name: str, before: ServerSpec | None, latency: float) -> ServerSpec:
    """One server of the kind ``name``; ``before`` is the server that a referring kind refers to."""
    kind = (KINDS | SCHEME_KINDS | ONION_KINDS)[name]
    secret, key = key_pair(hex_digits(rng, 64))
    prefix = f"{rng.choice(('chat', 'talk', 'room', 'den', 'hub', 'forum', 'plaza'))}-{index}-"
    make_rooms = kind.rooms or (_few if kind.few else _some)
    rooms = make_rooms(rng, prefix)
    does = dict(kind.does)
    if name in REFERRING and before is not None:
        key = before.key
        if name == "twin":
            rooms, secret = before.rooms, before.secret
            does["same_as"] = before.index
        if name == "redirect-peer":
            does["peer"] = before.index
    links = _links(rng, kind, index, key, rooms)
    return ServerSpec(index=index, kind=name, key=key, secret=secret, rooms=rooms, links=links, latency=latency, **does)
