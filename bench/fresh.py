"""Worlds of seeds that no test uses, each crawled twice on one state, beside the truth and beside the floor."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from bench.crawl import SCENARIO, SCRAPY, UNREAD, read_sources, settings
from bench.usage import BenchError, Usage, measure
from simnet import SPREAD, UNBOUNDED, SimNet, Truth
from simnet.floor import Limits, floor_seconds
from simnet.world import BENCH_LATENCY, make_world

SEEDS = 3
BEGIN = 1_769_083_200
HOUR = 3_600
"""Seconds between the two crawls."""
SEEDS_FROM = 1_000
"""Smaller ones are those of tests."""


@dataclass(frozen=True, slots=True)
class Rightness:
    """What a site lists beside the truth."""

    expected: int
    """Communities."""
    right: int
    """Those that are listed."""
    best: int
    """Those that are listed at the best address."""
    differences: tuple[str, ...]
    """Each in a sentence."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """One crawl of a fresh world."""

    seed: int
    name: str
    usage: Usage
    floor: float
    spoken: float
    """The floor without servers that never answer."""
    found: Rightness


def fresh_seeds(count: int = SEEDS) -> list[int]:
    """Seeds that are drawn anew each time."""
    return [SEEDS_FROM + int.from_bytes(os.urandom(3), "big") for _ in range(count)]


def compared(truth: Truth, listed: dict[str, str]) -> Rightness:
    """Compare ``listed``, identifier → base URL, with the truth; servers with too many rooms do not count."""
    due = {one.identifier: one.base_url for one in truth.communities}
    possible = {one.identifier: one.base_url for one in truth.possible}
    hidden = {one.identifier: one.reason for one in truth.unlisted}
    bulk = {one.base_url for one in truth.bulk}
    kinds = {url.rpartition(":")[2]: one.kind for url, one in truth.addresses.items()}

    def told() -> Iterator[str]:
        for identifier, url in sorted(due.items()):
            kind = kinds.get(url.rpartition(":")[2], "")
            if identifier not in listed:
                yield f"{identifier} is not listed ({kind}, {url})"
            elif listed[identifier] != url:
                yield f"{identifier} is listed at {listed[identifier]}, not at {url} ({kind})"
        for identifier, url in sorted(listed.items()):
            if identifier in hidden:
                yield f"{identifier} is listed, and must not be ({hidden[identifier]})"
            elif not (identifier in due or identifier in possible or url in bulk):
                yield f"{identifier} is listed, and no server has it ({url})"

    return Rightness(
        expected=len(due),
        right=sum(identifier in listed for identifier in due),
        best=sum(listed.get(identifier) == url for identifier, url in due.items()),
        differences=tuple(told()),
    )


def crawled_twice(seed: int, servers: int | None, tries: int, *, bounds: bool | None = None) -> Iterator[Crawled]:
    """Crawl a world twice, an hour apart; for ``servers`` None one as the real network. BenchError if nothing comes.

    With ``bounds``, or expressly without them, each server has a domain and an IP address of its own.
    """
    scenario = SCENARIO if servers else "real"
    world, limits = make_world(seed, scenario, servers, BENCH_LATENCY), Limits(tries=tries)
    told = {None: "", True: ", with bounds", False: ", without"}[bounds]
    command = [SCRAPY, "crawl", "sogs"]
    if bounds is not None:
        command += [part for name, value in SPREAD.items() for part in ("-s", f"{name}={_text(value)}")]
    with (
        SimNet(seed, scenario, servers, BENCH_LATENCY, spread=bounds is not None) as net,
        tempfile.TemporaryDirectory() as name,
    ):
        folder = Path(name)
        for number, what in enumerate((f"first{told}", f"second{told}")):
            now = BEGIN + number * HOUR
            unbounded = settings(net, folder, PATIENT_RETRY_TIMES=tries, CRAWL_TIME=now)
            environment = _bounded(unbounded) if bounds else unbounded
            read_sources(net, environment)
            usage = measure(command, environment)
            path = folder / "site" / "v1" / "communities.json"
            if not path.exists():
                raise BenchError(f"The {what} crawl of seed {seed} published nothing:\n{usage.log[-2000:]}")
            published = json.loads(path.read_bytes())["communities"]
            listed = {one["identifier"]: one["server"]["base_url"] for one in published}
            floor = floor_seconds(world, limits, known=number > 0)
            spoken = floor_seconds(world, limits, silent=False, known=number > 0)
            yield Crawled(seed, what, usage, floor, spoken, compared(net.truth, listed))


def _bounded(environment: dict[str, str]) -> dict[str, str]:
    """The same settings, with the bounds on strangers that operators have."""
    off = UNBOUNDED | UNREAD
    return {name: value for name, value in environment.items() if name.removeprefix("SESSIONCRAWLER_") not in off}


def _text(value: object) -> str:
    """A setting as the command line takes it."""
    return value if isinstance(value, str) else json.dumps(value)


def table(crawls: Sequence[Crawled]) -> Table:
    """One row a crawl."""
    made = Table(
        "seed", "crawl", "right / expected", "best address", "wall, s", "floor", "wall / floor", "floor of who answers"
    )
    for column in made.columns[2:]:
        column.justify = "right"
    for one in crawls:
        found, wall = one.found, one.usage.wall
        made.add_row(
            str(one.seed),
            one.name,
            f"{found.right:,} / {found.expected:,}",
            f"{found.best:,}",
            f"{wall:.1f}",
            f"{one.floor:.1f}",
            f"{wall / one.floor:.2f}" if one.floor else "",
            f"{one.spoken:.1f}",
        )
    return made


def differences(crawls: Sequence[Crawled]) -> Iterator[str]:
    """What differs from the truth, each with its seed."""
    for one in crawls:
        for sentence in one.found.differences:
            yield f"seed {one.seed}, {one.name} crawl: {sentence}"
