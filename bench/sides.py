"""``python -m bench.sides BASE``: what another commit's code takes beside this one's, in turns, on the same machine.

Three measures, each with the code of its own checkout: that checkout's ``bench.render`` (5,000 Communities), publishing
a state of 5,000 Communities that BASE wrote (``scrapy crawl directory``), and that checkout's ``bench`` (polling).
Rounds alternate between both, so that a machine which slows down slows down both; medians are compared.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.checkouts import checkout, described
from bench.crawl import SCRAPY
from bench.scale import DIRECTORY, NOW
from bench.usage import ROOT, BenchError, measure

ROUNDS = 3
SERVERS = (100, 1_000)
TRIES = 4
"""Tries a request: with all 120 a crawl is mostly waiting."""
STATE_SERVERS = 1_000
"""With five rooms each."""
MEBIBYTE = 1024 * 1024
_NUMBER = re.compile(r"[\d,]+(\.\d+)?")

Figures = dict[str, float]
"""What was measured by its name, with a unit."""


def cells(printed: str) -> Iterator[list[str]]:
    """The rows of the tables that a benchmark printed, but for those that only continue one."""
    for line in printed.splitlines():
        row = [cell.strip() for cell in re.split("[│┃|]", line)[1:-1]]
        if row and row[0]:
            yield row


def rendered(root: Path, communities: int | None = None) -> Figures:
    """The figures of the ``bench.render`` of a checkout."""
    more = [] if communities is None else ["--communities", str(communities)]
    done = measure([sys.executable, "-m", "bench.render", *more], root=root)
    return {row[0]: _number(row[1]) for row in cells(done.output) if _NUMBER.fullmatch(row[1])}


def crawled(root: Path, servers: Sequence[int]) -> Figures:
    """The figures of the ``bench`` of a checkout, for each number of servers."""
    command = [sys.executable, "-m", "bench", "--tries", str(TRIES), "--servers", *map(str, servers)]
    found = {}
    for name, *values in cells(measure(command, root=root).output):
        for size, value in zip(servers, values, strict=True):
            if name != "servers" and _NUMBER.fullmatch(value):
                found[f"{size:,} servers: {name}"] = _number(value)
    return found


def make_state(root: Path, folder: Path, servers: int) -> None:
    """Have the code of ``root`` write the state of ``bench.scale`` and its directory into ``folder``."""
    measure([sys.executable, "-m", "bench.scale", "--servers", str(servers), "--child", str(folder)], root=root)
    (folder / "directory.toml").write_text(DIRECTORY, encoding="utf-8")


def published(root: Path, made: Path) -> Figures:
    """What it takes to publish a copy of the state in ``made``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in made.iterdir():
            shutil.copy(path, folder)
        ours = {
            "DIRECTORY_CONFIG": folder / "directory.toml",
            "STATE_URL": f"sqlite:///{folder}/state.db",
            "SITE_URI": folder / "site",
            "CRAWL_TIME": NOW,
        }
        environment = {f"SESSIONCRAWLER_{key}": str(value) for key, value in ours.items()}
        done = measure([SCRAPY, "crawl", "directory"], environment, root=root)
        if not (folder / "site" / "index.html").exists():
            raise BenchError(f"The code of {described(root)} published nothing:\n{done.log[-2000:]}")
    return {"wall, s": done.wall, "CPU, s": done.cpu, "peak memory, MiB": done.memory / MEBIBYTE}


def _number(text: str) -> float:
    return float(text.replace(",", ""))


def in_turns(measured: Callable[[Path], Figures], roots: Sequence[Path], rounds: int) -> list[list[Figures]]:
    """For each checkout the figures of every round, measured A B A B."""
    found: list[list[Figures]] = [[] for _ in roots]
    for _ in range(rounds):
        for number, root in enumerate(roots):
            found[number].append(measured(root))
    return found


def table(title: str, names: Sequence[str], found: Sequence[Sequence[Mapping[str, float]]]) -> Table:
    """Medians of what both told, and the second over the first."""
    made = Table("median", *names, "ratio", title=title, title_justify="left")
    for column in made.columns[1:]:
        column.justify = "right"
    base, new = ({key: median(one[key] for one in side) for key in side[0]} for side in found)
    for key in [key for key in base if key in new]:
        ratio = f"{new[key] / base[key]:.2f}" if base[key] else ""
        made.add_row(key, f"{base[key]:,.2f}", f"{new[key]:,.2f}", ratio)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 only where something could not be measured, never for slowness."""
    parser = argparse.ArgumentParser(prog="python -m bench.sides", description=__doc__)
    parser.add_argument("base", help="the older commit")
    parser.add_argument("--new", help="the newer commit (default: this checkout as it is)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--servers", type=int, nargs="*", default=SERVERS, help="sizes of the worlds; none: no crawl")
    parser.add_argument("--only", default="", help="the measures whose title begins so, such as bench.render")
    parser.add_argument("--communities", type=int, help="how many to render (default: that of bench.render)")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        for one in _tables(options):
            console.print(one)
    except BenchError as error:
        console.print(str(error), markup=False)
        return 1
    return 0


def _tables(options: argparse.Namespace) -> Iterator[Table]:
    with ExitStack() as stack:
        base = stack.enter_context(checkout(options.base))
        new = stack.enter_context(checkout(options.new)) if options.new else ROOT
        made = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        publishing = f"scrapy crawl directory, {STATE_SERVERS:,} servers"
        measures: dict[str, Callable[[Path], Figures]] = {
            "bench.render": lambda root: rendered(root, options.communities),
            publishing: lambda root: published(root, made),
        }
        if options.servers:
            measures["bench"] = lambda root: crawled(root, options.servers)
        names = [f"base {described(base)}", f"new {described(new)}"]
        for title, measured in measures.items():
            if not title.startswith(options.only):
                continue
            if title == publishing:
                make_state(base, made, STATE_SERVERS)
            yield table(title, names, in_turns(measured, (base, new), options.rounds))


if __name__ == "__main__":
    sys.exit(main())
