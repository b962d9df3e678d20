"""Worlds from seeds: which servers there are, what is posted about them, what the directory's operator decided."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from random import Random

from sessioncrawler.model import Outcome
from simnet.impostors import Stage, set_robots_stage, set_stage
from simnet.kinds import KINDS, ONION_KINDS, REFERRING, SCHEME_KINDS, make_server
from simnet.lifelike.network import lifelike_servers
from simnet.specs import ServerSpec, Shown, WildLink, World

SITES = ("awesome_session_groups", "lokilocker", "session_directory", "extra")
"""The sources by their spiders' names, and a page for ``[[sources]]``."""

KNOWN = ("https", "http-ip")
"""The first two servers of every world: always polled, the first of them official."""
DEMO = (
    *("https",) * 12,
    *("http",) * 7,
    *("name-and-ip",) * 2,
    "https-upgrade",
    "https-clear-400",
    "https-clear-redirect",
    "self-signed-http-works",
    "self-signed-only",
    "expired-only",
    "refused",
    "connect-hang",
    "silent",
    "dns",
    "500",
    "503-twice",
    "legacy",
    "legacy",
    "rust",
    "wrong-keys",
    "upper-case-keys",
    "conflicting-keys",
    "example-net",
    "bunsogs",
    "bunsogs-https",
    "bunsogs-conflict",
    "https",
    "twin",
    "http",
    "key-copy",
    "index-off",
    "last-readable",
    "hostile-rooms",
    "broken-fields",
    "rooms-html-hints",
    "rooms-object-home",
    "no-rooms",
    "private-address",
    "forbidden-port",
    "https",
    "redirect-peer",
    "redirect-metadata",
)
HOSTILE = (
    "https",
    "hostile-rooms",
    "hostile-rooms-bunsogs",
    "hostile-pages",
    "hostile-pictures",
    "broken-fields",
    "many-rooms",
    "too-large",
    "gzip-bomb",
    "deep-json",
    "redirect-canary",
    "redirect-metadata",
    "redirect-loop",
    "many-headers",
    "huge-header",
    "bad-status",
    "http-0.9",
    "private-address",
    "forbidden-port",
)
REAL = (
    *("https",) * 16,
    *("http",) * 10,
    *("https-upgrade",) * 4,
    *("bunsogs-https",) * 2,
    "badly-routed",
    "badly-routed-upgrade",
    "badly-routed-https",
    *("connect-hang",) * 3,
)
"""Some forty servers as the real network has them: three under bad routing, three that cannot be reached."""
SCHEMES = (
    "https",
    "https-upgrade",
    "https-clear-redirect",
    "http-hello-hangs",
    "hello-hangs-behind-https",
    "badly-routed",
    "badly-routed-upgrade",
    "badly-routed-https",
    "upgrade-500-twice",
    "upgrade-reset-twice",
    "self-signed-http-works",
    "connect-hang",
)
"""Servers of which https or http is better than the other."""
BENCH_SERVERS = 200
"""Servers of the scenarios ``bench`` and ``wide`` (the same without heavy kinds) unless ``servers`` says otherwise."""
BENCH_LATENCY = (0.02, 0.3)
NOW = 1_769_083_200
"""When the world ``lifelike`` is looked at unless somebody says it: in January 2026."""
HEAVY = frozenset({"many-rooms", "too-large", "gzip-bomb", "deep-json", "deep-json-only"})
"""Kinds that cost more to parse than a hundred servers: once in a benchmark at most."""
SLOW = ("silent", "fifth", "reset", "badly-routed-upgrade", "reset-sometimes", "drip", "connect-hang")
"""Kinds that decide how long a crawl takes: in every benchmark, besides those that chance brings."""
HEALTHY = ("https", "https", "https", "http", "http", "name-and-ip", "https-upgrade", "bunsogs-https")
FAULTY_SHARE = 0.3
HONEST_SERVERS = 12
"""Servers of the scenario ``honest``: neighbours of those that attack."""


def _matrix() -> tuple[str, ...]:
    """Each kind alone, a referring one behind a healthy server of its own, and healthy neighbours."""
    names: list[str] = []
    for name in KINDS:
        names += ["https", name] if name in REFERRING else [name]
    return (*names, *("https", "http", "bunsogs") * 2)


def _bench(rng: Random, count: int, *, heavy: bool = True) -> tuple[str, ...]:
    light = [name for name in (*KINDS, *SCHEME_KINDS) if name not in HEAVY and name not in REFERRING]
    names = [*SLOW[: count // 10], *[name for name in KINDS if heavy and name in HEAVY][: count // 100]]
    while len(names) < count:
        names.append(rng.choice(light) if rng.random() < FAULTY_SHARE else rng.choice(HEALTHY))
    rng.shuffle(names)
    return tuple(names[:count])


def _kind_names(rng: Random, scenario: str, servers: int | None) -> tuple[str, ...]:
    """Kinds of the servers after the known ones."""
    match scenario:
        case "demo":
            names: tuple[str, ...] = DEMO
        case "matrix":
            names = _matrix()
        case "real":
            names = REAL
        case "schemes":
            names = SCHEMES
        case "hostile":
            names = HOSTILE
        case "empty" | "impostors" | "robots":
            names = ()
        case "honest":
            names = (*HEALTHY, *HEALTHY)[: HONEST_SERVERS - len(KNOWN)]
        case "onions":
            names = tuple(ONION_KINDS)
        case "bench" | "wide":
            count = max(0, (BENCH_SERVERS if servers is None else servers) - len(KNOWN))
            return _bench(rng, count, heavy=scenario == "bench")
        case _:
            message = f"There is no scenario {scenario!r}; take one of {', '.join(SCENARIOS)}."
            raise ValueError(message)
    return names if servers is None else names[: max(0, servers - len(KNOWN))]


STAGES = {"impostors": set_stage, "robots": set_robots_stage}
"""Scenarios in which something changes."""
SCENARIOS = (
    *("demo", "lifelike", "matrix", "real", "schemes", "bench", "wide", "hostile", "empty", "honest", "onions"),
    *STAGES,
)


def _servers(rng: Random, names: Sequence[str], latency: tuple[float, float]) -> tuple[ServerSpec, ...]:
    servers: list[ServerSpec] = []
    for index, name in enumerate((*KNOWN, *names)):
        before = servers[-1] if servers else None
        server = make_server(rng, index, name, before, round(rng.uniform(*latency), 3))
        if index < len(KNOWN):
            server = replace(server, configured=True, official=index == 0)
        servers.append(server)
    return tuple(servers)


def _posts(rng: Random, servers: Sequence[ServerSpec]) -> dict[str, tuple[tuple[int, WildLink], ...]]:
    """Spread the links over the sites: each on one, many on several."""
    posts: dict[str, list[tuple[int, WildLink]]] = {site: [] for site in SITES}
    for server in servers:
        for link in server.links:
            first = rng.choice(SITES)
            for site in SITES:
                if site == first or rng.random() < 0.3:  # noqa: PLR2004 (nearly a third is on each further site)
                    posts[site].append((server.index, link))
    for links in posts.values():
        rng.shuffle(links)
    return {site: tuple(links) for site, links in posts.items()}


def _later_posts(
    rng: Random, posts: Mapping[str, Sequence[tuple[int, WildLink]]], before: Sequence[ServerSpec], stage: Stage
) -> dict[str, tuple[tuple[int, WildLink], ...]]:
    """What is posted later: of servers that changed, right links everywhere and wrong ones on one site each."""
    later = {site: list(links) for site, links in posts.items()}
    for server in stage.after:
        if server.links == before[server.index].links:
            continue
        for link in server.links:
            right = link.key == server.key
            for site in SITES if right else (rng.choice(SITES),):
                if (server.index, link) not in later[site]:
                    later[site].append((server.index, link))
    for links in later.values():
        rng.shuffle(links)
    return {site: tuple(links) for site, links in later.items()}


def choose(world: World, later: Container[int]) -> World:
    """The world while only the servers with indices in ``later`` are as they are later."""
    if world.after is None:
        return world
    pairs = zip(world.servers, world.after.servers, strict=True)
    servers = tuple(after if after.index in later else before for before, after in pairs)
    posts = {
        site: tuple(
            (index, link)
            for index, link in links
            if link in servers[index].links and (index in later or (index, link) in world.posts[site])
        )
        for site, links in world.after.posts.items()
    }
    return replace(world, servers=servers, posts=posts)


def _editable(servers: Sequence[ServerSpec]) -> list[tuple[int, str]]:
    """Rooms that the operator may decide on: listed ones of servers that are nobody's twin."""
    sure = [spec for spec in servers if spec.outcome is Outcome.REACHED and not spec.alternatives]
    return [
        (spec.index, room.token)
        for spec in sure
        if spec.shown is Shown.FULL and spec.same_as is None
        for room in spec.rooms
        if not (room.off_record or room.withdrawn or room.lost)
    ]


def make_world(
    seed: int = 1,
    scenario: str = "demo",
    servers: int | None = None,
    latency: tuple[float, float] = (0.0, 0.0),
    *,
    later: bool = False,
    now: int = NOW,
) -> World:
    """The world of ``seed``: the same arguments give the same world.

    ``servers`` is the number of servers (``bench``, ``wide``) or cuts the list of a scenario short; ``latency`` are the
    least and the greatest seconds before an answer. ``later`` begins with what else only happens later, but for changes
    that nobody can judge who has not seen what was before. ``now`` (Unix seconds) is when somebody looks at the world
    ``lifelike``: its rooms are so and so old. ValueError where there is no such scenario.
    """
    if scenario == "lifelike":
        return _lifelike(seed, servers, now)
    rng = Random(f"{seed}/{scenario}/{servers}/{latency}")
    if scenario in {"bench", "real"} and not any(latency):
        latency = BENCH_LATENCY
    specs = _servers(rng, _kind_names(rng, scenario, servers), latency)
    stage = STAGES[scenario](rng, specs, latency) if scenario in STAGES else None
    if stage:
        specs = tuple(stage.before)
    posts = _posts(rng, specs) if scenario != "empty" else dict.fromkeys(SITES, ())
    editable = _editable([spec for spec in specs if stage is None or spec == stage.after[spec.index]])
    rng.shuffle(editable)
    hidden = tuple((index, token) for index, token in editable[:3] if not specs[index].configured)
    pinned = tuple(editable[3:5])
    by_place = {(spec.index, room.token): room for spec in specs for room in spec.rooms}
    languages = tuple(
        place for place in editable[5:45] if by_place[place].language and not by_place[place].language_tag
    )
    world = World(
        seed=seed,
        scenario=scenario,
        servers=specs,
        posts=posts,
        hidden=hidden,
        pinned=pinned,
        languages=languages,
    )
    if stage is None:
        return world
    changed = replace(world, servers=tuple(stage.after), posts=_later_posts(rng, posts, specs, stage))
    world = replace(world, after=changed)
    return _at_once(choose(world, set(range(len(specs))) - stage.remembering), stage) if later else world


def _lifelike(seed: int, servers: int | None, now: int) -> World:
    """The world that the demo shows: the official room that greets comes first, and nothing is hidden."""
    rng = Random(f"{seed}/lifelike")
    specs = lifelike_servers(rng, now, servers)
    pinned = ((0, specs[0].rooms[0].token),)
    return World(seed, "lifelike", specs, _posts(rng, specs), pinned=pinned, lifelike=True)


def _at_once(world: World, stage: Stage) -> World:
    """The world as it is later, for who sees it for the first time."""
    servers = tuple(
        replace(spec, outcome=stage.at_once[spec.index], alternatives=()) if spec.index in stage.at_once else spec
        for spec in world.servers
    )
    return replace(world, servers=servers)
