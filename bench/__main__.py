"""``python -m bench``: crawl simulated networks and print what that cost."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from bench.crawl import run
from bench.fresh import Crawled, crawled_twice, differences, fresh_seeds
from bench.fresh import table as fresh_table
from bench.table import goals, table
from bench.usage import BenchError
from simnet.floor import Limits

SIZES = (100, 1_000)
ALL_SIZES = (*SIZES, 10_000)
FRESH_SERVERS = 100
"""Servers of each of the worlds with fresh seeds."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, measure, print; the exit code is 1 only where a crawl failed, never for slowness."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same world (default: 1)")
    parser.add_argument("--servers", type=int, nargs="*", default=SIZES, help="sizes of the worlds")
    parser.add_argument(
        "--fresh",
        type=int,
        nargs="*",
        help="seeds of the worlds that are compared with the truth (default: new ones)",
    )
    parser.add_argument(
        "--fresh-servers",
        type=int,
        default=FRESH_SERVERS,
        help="sizes of these worlds (default: %(default)s); 0: some forty, as the real network has them",
    )
    parser.add_argument(
        "--bounds", action="store_true", help="these worlds with the bounds on strangers beside them without"
    )
    parser.add_argument("--all", action="store_true", help="10,000 servers as well")
    parser.add_argument(
        "--tries", type=int, default=Limits().tries, help="tries a request; fewer make a quick, less telling run"
    )
    options = parser.parse_args(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    results = []
    for servers in ALL_SIZES if options.all else options.servers:
        console.print(f"Crawling {servers:,} servers …")
        try:
            results.append(run(servers, options.seed, options.tries))
        except BenchError as error:
            console.print(str(error), markup=False)
            return 1
    if results:
        console.print(table(results))
    for sentence in goals(results):
        console.print(sentence)
    return _fresh(console, options)


def _fresh(console: Console, options: argparse.Namespace) -> int:
    """Crawl worlds of fresh seeds and tell what differs from the truth."""
    found: list[Crawled] = []
    for seed in fresh_seeds() if options.fresh is None else options.fresh:
        size = f"{options.fresh_servers:,}" if options.fresh_servers else "some forty"
        console.print(f"Crawling {size} servers of seed {seed} twice …")
        try:
            for bounds in (True, False) if options.bounds else (None,):
                found += crawled_twice(seed, options.fresh_servers or None, options.tries, bounds=bounds)
        except BenchError as error:
            console.print(str(error), markup=False)
            return 1
    if found:
        console.print(fresh_table(found))
    for sentence in differences(found):
        console.print(sentence, markup=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
