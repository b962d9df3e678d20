"""``make siege``: every attack of docs/attacks.md at once on a directory with twelve honest servers, again and again.

Each crawl is an hour later than the one before on the clock that it is told, so that the state lives through a day. It
is no test: what came of it is printed, and the exit code is 1 only where an honest Community was not listed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.crawl import SCRAPY, read_sources, settings
from bench.usage import BenchError, Usage, measure
from sessioncrawler.model import Sighting
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.state import State
from simnet import UNBOUNDED, SimNet
from simnet.attacks import Attackers
from simnet.attacks.client import Contacts

HOUR = 3_600
BEGIN = 1_769_083_200  # 2026-01-22 12:00 UTC
KNOWN_FOR = 8 * 86_400
"""Seconds for which the honest servers were published before the attacks begin."""
UNBOUND = frozenset(f"SESSIONCRAWLER_{name}" for name in UNBOUNDED)
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Attack:
    """So many ports at so many addresses of loopback that behave in one manner, and a link to each."""

    name: str
    manner: str
    links: int
    hosts: int = 1
    scheme: str = "http"

    def hosts_of(self, number: int) -> list[str]:
        """Addresses that are its own, in as many networks as there are."""
        return [f"127.{10 + number}.{host % 250}.{1 + host // 250}" for host in range(self.hosts)]


ATTACKS = (
    Attack("a machine that drips", "drip", 2_200),
    Attack("machines that stall", "stall", 1_200, hosts=1_200),
    Attack("ports of a machine that stalls", "stall", 2_000),
    Attack("a host that resets", "reset", 400, scheme="https"),
    Attack("bombs of rooms", "bomb", 58, hosts=58),
    Attack("errors of megabytes", "busy", 50, hosts=50),
    Attack("crumbs", "crumbs", 58, hosts=58),
    Attack("redirects to new names", "lead", 45, hosts=45),
    Attack("pictures that drip", "drip-pictures", 110, hosts=110),
    Attack("pictures that take long to decode", "costly-pictures", 50, hosts=50),
)


@dataclass(frozen=True, slots=True)
class Round:
    """One crawl under attack."""

    usage: Usage
    missing: int
    """Honest Communities that it does not list."""
    strangers: int
    """Communities that it lists besides."""


def crawl(net: SimNet, environment: dict[str, str], folder: Path, now: int) -> Round:
    """Crawl and publish at ``now`` (Unix seconds)."""
    usage = measure([SCRAPY, "crawl", "sogs"], {**environment, "SESSIONCRAWLER_CRAWL_TIME": str(now)})
    path = folder / "site" / "v1" / "communities.json"
    published = json.loads(path.read_bytes())["communities"] if path.exists() else []
    listed = {one["identifier"] for one in published}
    due = {community.identifier for community in net.truth.communities}
    return Round(usage, len(due - listed), len(listed - due))


def post(environment: dict[str, str], links: Iterable[str], source: str, now: int) -> None:
    """Let a source show ``links``."""
    found = [Sighting(link, source) for link in filter(None, map(parse_join_link, links))]
    with State.open(environment["SESSIONCRAWLER_STATE_URL"]) as state:
        state.record_sightings(found, now)


def besiege(share: float, minutes: float, console: Console) -> bool:
    """Crawl without an attack, then under all of them until the time is over; whether all honest ones stayed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        net = stack.enter_context(SimNet(scenario="honest", latency=(0.01, 0.05)))
        environment = settings(net, folder)
        for day in (BEGIN - KNOWN_FOR, BEGIN):
            read_sources(net, {**environment, "SESSIONCRAWLER_CRAWL_TIME": str(day)})
            rounds = [crawl(net, environment, folder, day)]
        # Now they are known for a week, and the bounds are as operators have them.
        environment = {name: value for name, value in environment.items() if name not in UNBOUND}
        crowds = [
            (one, stack.enter_context(Attackers(one.manner, max(1, int(one.links * share)), one.hosts_of(number))))
            for number, one in enumerate(ATTACKS)
        ]
        now, ends = BEGIN, time.monotonic() + 60 * minutes
        while len(rounds) == 1 or time.monotonic() < ends:
            now += HOUR
            for (attack, crowd), source in zip(crowds, cycle(net.listing_urls), strict=False):
                post(environment, crowd.links(attack.scheme), source, now)
            rounds.append(crawl(net, environment, folder, now))
            console.print(f"Crawl {len(rounds) - 1}: {rounds[-1].usage.wall:.1f} s, {rounds[-1].missing} missing")
        console.print(_rounds(rounds))
        console.print(_attacks([(attack, crowd.contacts()) for attack, crowd in crowds]))
        size = sum(path.stat().st_size for path in folder.glob("state.db*"))
        console.print(f"The state takes {size / MEBIBYTE:.1f} MiB after {len(rounds)} crawls.")
        return not any(one.missing for one in rounds)


def _rounds(rounds: Sequence[Round]) -> Table:
    table = Table("crawl", "wall, s", "CPU, s", "peak memory, MiB", "honest Communities missing", "others listed")
    for number, one in enumerate(rounds):
        name = str(number) if number else "without an attack"
        memory = max(one.usage.memory, one.usage.together) / MEBIBYTE
        figures = (f"{one.usage.wall:.1f}", f"{one.usage.cpu:.1f}", f"{memory:.0f}", one.missing, one.strangers)
        table.add_row(name, *map(str, figures))
    return table


def _attacks(seen: Sequence[tuple[Attack, Contacts]]) -> Table:
    table = Table("attack", "links", "connections", "most in a second", "most at once at one host")
    for attack, contacts in seen:
        figures = (len(contacts.times), _busiest(contacts.times), max(contacts.most.values(), default=0))
        table.add_row(attack.name, f"{attack.links:,}", *(f"{figure:,}" for figure in figures))
    return table


def _busiest(times: Sequence[float]) -> int:
    """The most connections that began within one second."""
    ordered = sorted(times)
    first = most = 0
    for number, (_, moment) in enumerate(pairwise([0.0, *ordered])):
        while ordered[first] < moment - 1:
            first += 1
        most = max(most, number - first + 1)
    return most


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and besiege."""
    parser = argparse.ArgumentParser(prog="python -m bench.siege", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the links of each attack (default: 1)")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long crawls begin (default: 10)")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        return 0 if besiege(options.share, options.minutes, console) else 1
    except BenchError as error:
        console.print(str(error), markup=False)
        return 1


if __name__ == "__main__":
    sys.exit(main())
