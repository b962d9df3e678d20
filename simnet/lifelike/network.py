"""The servers of a network that is to be looked at: where they are, what they run, which rooms they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from simnet.kinds import KINDS
from simnet.lifelike.people import Host, room_of
from simnet.lifelike.roads import ip_at
from simnet.lifelike.words import Sort, Written, written
from simnet.onion import key_pair
from simnet.rooms import hex_digits
from simnet.specs import NAME, Flavour, RoomSpec, ServerSpec, WildLink

OFFICIAL = "open.lighthouse.example"
MOST_ROOMS = 12
"""Rooms of a server that is none of the large ones."""
_ALTERNATIVE = 8080
"""The port of a few servers without a certificate."""
KINDS_OF_MOST = ("https",) * 6 + ("https-upgrade", "http", "http", "https-clear-redirect")
PLACES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "sogs.openmeadow.example", "chat.copperkettle.example", "rooms.pinecone.example", "talk.saltmarsh.example",
        "sogs.fernway.example", "hub.lanternfish.example", "sogs.nightbus.example", "chat.slowriver.example",
        "plaza.marblearch.example", "sogs.bytegarden.example", "sogs.oldquarry.example", "redkite.example",
        "chat.tinwhistle.example", "sogs.thirdshelf.example", "community.brightharbor.example",
    ),
    "de": ("sogs.kieselweg.example", "runde.birkenhof.example", "chat.nordlicht.example"),
    "fr": ("salon.petitpont.example", "sogs.lavoile.example"),
    "es": ("charlas.laplaza.example", "sogs.altamar.example"),
    "pt": ("conversa.beiramar.example", "sogs.ipe-amarelo.example"),
    "ru": ("chat.beryoza.example", "sogs.sever.example"),
    "uk": ("sogs.kalyna.example",),
    "fa": ("gap.damavand.example", "sogs.baran.example"),
    "ar": ("majlis.zaytun.example",),
    "zh": ("sogs.zhulin.example", "chaguan.example"),
    "ja": ("chat.sakuragi.example",),
    "ko": ("sogs.hanok.example",),
    "it": ("sogs.lapiazzetta.example",),
    "tr": ("sohbet.vapur.example",),
    "pl": ("sogs.kawiarnia.example",),
    "nl": ("sogs.dijkhuis.example",),
    "mul": ("sogs.crossroads.example",),
}  # fmt: skip
"""Language → hosts of its servers; ``mul`` has the rooms of languages without a server of their own."""
LARGE: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "chat.thecommons.example": (22, ("en",)),
    "sogs.archipelago.example": (17, ("de", "fr", "es", "it", "pl", "en")),
}
"""Host → rooms, and languages of a large server beside the official one."""
OFFICIAL_ROOMS = 15
"""Rooms of the official server beside those where newcomers are met and news are told."""
BROKEN: Mapping[str, str] = {
    "sogs.tumbleweed.example": "refused",
    "chat.paperboat.example": "expired-only",
    "sogs.snowedin.example": "500",
    "sogs.lostkeys.example": "connect-hang",
    "rooms.castaway.example": "dns",
    "sogs.emptyhall.example": "no-rooms",
}
"""Host → its fault: what the status page has to tell."""
ODD: Mapping[str, str] = {"hub.lanternfish.example": "bunsogs-https", "sogs.oldquarry.example": "legacy"}
"""Hosts that run another program than most."""


@dataclass(frozen=True, slots=True)
class _Plan:
    host: str
    kind: str
    texts: tuple[Written, ...]
    crowd: float = 1.0


def lifelike_servers(rng: Random, now: int, count: int | None = None) -> tuple[ServerSpec, ...]:
    """The servers at ``now`` (Unix seconds), the official one first; the first ``count`` where that is given."""
    plans = _plans(rng)
    return tuple(_server(rng, index, plan, now) for index, plan in enumerate(plans[:count]))


def _plans(rng: Random) -> list[_Plan]:
    left = list(written())
    rng.shuffle(left)
    official = _official(rng, left)
    large = [_Plan(host, "https", _take(left, rooms, _spoken(spoken)), 1.6) for host, (rooms, spoken) in LARGE.items()]
    broken = [_Plan(host, kind, _take(left, rng.randint(1, 2), _plain)) for host, kind in BROKEN.items()]
    small = [plan for language in PLACES for plan in _of_language(rng, language, left)]
    rest = [*large, *small, *broken]
    rng.shuffle(rest)
    return [official, *rest]


def _plain(text: Written) -> bool:
    return text.language == "en" and text.sort is Sort.ROOMS


def _spoken(languages: Sequence[str]) -> Callable[[Written], bool]:
    return lambda text: (text.language if text.language in PLACES else "mul") in languages


def _official(rng: Random, left: list[Written]) -> _Plan:
    """Rooms that greet, in all languages that have one; then news; then what most people look for."""
    greeting = _take(left, len(left), lambda text: text.sort is Sort.WELCOME)
    news = _take(left, 1, lambda text: text.sort is Sort.ANNOUNCEMENTS and "session" in text.tags)
    texts = sorted(greeting, key=lambda text: "welcome" not in text.tags)
    return _Plan(OFFICIAL, "https", (*texts, *news, *_take(left, OFFICIAL_ROOMS, _plain)), rng.uniform(3, 4))


def _of_language(rng: Random, language: str, left: list[Written]) -> Iterable[_Plan]:
    """Share the rooms of a language among its servers: a few have many."""
    hosts = PLACES[language]
    texts = sorted(_take(left, len(left), _spoken((language,))), key=lambda text: text.sort is not Sort.ROOMS)
    weights = [rng.paretovariate(0.8) for _ in hosts]
    shares: list[list[Written]] = [[text] for text in texts[: len(hosts)]]
    for text in texts[len(hosts) :]:
        open_ones = [number for number, share in enumerate(shares) if len(share) < MOST_ROOMS] or range(len(shares))
        shares[rng.choices(open_ones, [weights[number] for number in open_ones])[0]].append(text)
    for host, share in zip(hosts, shares, strict=False):
        yield _Plan(host, ODD.get(host) or rng.choice(KINDS_OF_MOST), tuple(share), rng.uniform(0.4, 1.4))


def _take(left: list[Written], most: int, fits: Callable[[Written], bool]) -> tuple[Written, ...]:
    """Take the first ``most`` that fit out of what is ``left``."""
    taken = [text for text in left if fits(text)][:most]
    for text in taken:
        left.remove(text)
    return tuple(taken)


def _server(rng: Random, index: int, plan: _Plan, now: int) -> ServerSpec:
    kind = KINDS[plan.kind]
    secret, key = key_pair(hex_digits(rng, 64))
    flavour = kind.does.get("flavour", Flavour.PYSOGS)
    host = Host(
        official=index == 0,
        admin="15" + hex_digits(rng, 64),
        crowd=plan.crowd,
        counts_visitors=flavour is not Flavour.BUNSOGS,
        now=now,
    )
    texts = () if plan.kind == "no-rooms" else plan.texts
    rooms = tuple(room_of(rng, text, host, first=number == 0) for number, text in enumerate(texts))
    clear = _ALTERNATIVE if plan.kind == "http" and rng.random() < 0.4 else 80  # noqa: PLR2004 (some run beside a web server)
    ports = (clear, _ALTERNATIVE if clear == _ALTERNATIVE else 443)
    return ServerSpec(
        index=index,
        kind=plan.kind,
        key=key,
        secret=secret,
        rooms=rooms,
        links=_links(rng, plan, ports, key, rooms),
        configured=index == 0,
        official=index == 0,
        name=plan.host,
        ip=ip_at(index),
        ports=ports,
        former=f"old-{plan.host.replace('.', '-', plan.host.count('.') - 1)}",
        **kind.does,
    )


def _links(
    rng: Random, plan: _Plan, ports: tuple[int, int], key: str, rooms: Sequence[RoomSpec]
) -> tuple[WildLink, ...]:
    tokens = [room.token for room in rooms] or ["lobby"]
    named = [tokens[0], *rng.sample(tokens[1:], min(len(tokens) - 1, rng.choice((0, 1, 2))))]
    scheme = next((scheme for scheme, host in KINDS[plan.kind].links if host == NAME), "http")
    port = ports[scheme == "https"]
    return tuple(WildLink(scheme, plan.host, token, key, port) for token in named)
