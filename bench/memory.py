"""``python -m bench.memory``: what a directory's memory of servers and Communities comes to in a year.

Checks and samples are made up and written as the pipeline 900 writes them, crawl after crawl, into a state that holds
nothing else. Nobody is asked for anything, and nothing is rendered.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.usage import BenchError, measure
from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.state import Check, State, Told, Total
from sessioncrawler.state.memory.spans import DAYS_KEPT, day_of

DAY = 86_400
START = 1_735_689_600  # 2025-01-01 00:00 UTC
MEBIBYTE = 1024 * 1024
YEAR = 365
DIRECTORY = '[site]\nname = "Rooms"\nurl = "https://rooms.directory/"\ncontact = "crew@rooms.directory"\n'


@dataclass(frozen=True, slots=True)
class Size:
    """How many servers and Communities there are, for how many days, and how often a day they are crawled."""

    servers: int
    communities: int
    days: int
    crawls: int


SIZES = (Size(100, 500, YEAR, 4),)
"""A year of the network as it is; ``python -m bench.year`` has larger ones."""


def crawls(size: Size, seed: int) -> Iterator[tuple[int, list[Check], list[Told]]]:
    """For each crawl its time, checks and samples: one server in fifty is down, and rooms grow."""
    rng = Random(seed)  # noqa: S311 - a benchmark that can be repeated
    keys = [f"{rng.getrandbits(256):064x}" for _ in range(size.servers)]
    rooms = [(keys[number % size.servers], f"room-{number}") for number in range(size.communities)]
    sequences = [rng.randrange(40_000) for _ in rooms]
    for number in range(size.days * size.crawls):
        at = START + number * DAY // size.crawls + 600
        down = set(rng.sample(keys, size.servers // 50)) if number else set()
        checks = [
            Check(key, at, reached=key not in down, seconds=0.5, how="stalled" if key in down else "") for key in keys
        ]
        sequences = [sequence + int(rng.expovariate(0.2)) for sequence in sequences]
        told = [
            Told(key, token, rng.randrange(300), sequence, 7)
            for (key, token), sequence in zip(rooms, sequences, strict=True)
            if key not in down
        ]
        yield at, checks, told


def _child(folder: Path, size: Size, seed: int) -> None:
    """The measured process: writes, reads, and prints what it took as JSON."""
    url = f"sqlite:///{folder}/state.db"
    seconds: dict[str, list[float]] = defaultdict(list)
    sizes: list[int] = []
    seen = -1
    at = START
    for at, checks, told in crawls(size, seed):
        first, seen = day_of(at) != seen, day_of(at)
        total = Total(seen, len(told), size.servers, size.servers, 9)
        begun = time.process_time()
        with State.open(url) as state:
            state.record_memory(checks, told, total, at)
        # A week of days becomes a week once the first of them is old enough.
        kind = ("upkeep" if (seen + 3) % 7 == 0 and seen - day_of(START) > DAYS_KEPT else "first") if first else "crawl"
        seconds[kind].append(time.process_time() - begun)
        sizes.append(_size(folder))
    begun = time.process_time()
    with State.open(url) as state:
        known = Knowledge.read(state, parse_directory(DIRECTORY, "directory.toml"), at)
        report: dict[str, object] = {"read": time.process_time() - begun}
    report |= {"weeks": len(known.weeks), "servers": len(known.availability)}
    report |= {"size": sizes[-1], "size_at_first": sizes[size.crawls - 1]}
    sys.stdout.write(json.dumps({**report, **{kind: median(each) for kind, each in seconds.items()}}))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 only where nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    for name in Size.__dataclass_fields__:
        parser.add_argument(f"--{name}", type=int, help="instead of the usual size")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    given = {name: getattr(options, name) for name in Size.__dataclass_fields__ if getattr(options, name) is not None}
    sizes = (Size(**{**_usual(), **given}),) if given else SIZES
    if options.child:
        _child(options.child, sizes[0], options.seed)
        return 0
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    table = Table(
        "servers", "Communities", "days", "state", "MiB a year", "a crawl", "first of a day", "upkeep", "read"
    )
    try:
        for size in sizes:
            table.add_row(*_row(size, _measured(size, options.seed)))
    except BenchError as error:
        console.print(str(error), markup=False)
        return 1
    console.print(table)
    console.print(
        "Seconds of CPU, medians. 'upkeep' is the first crawl of a day on which a week of days becomes one row, 'read' "
        "all that is read of it for a publication. From fewer days than a year its size is reckoned: 90 days and 39 "
        "weeks."
    )
    return 0


def _usual() -> Mapping[str, int]:
    return {name: getattr(SIZES[0], name) for name in Size.__dataclass_fields__}


def _measured(size: Size, seed: int) -> Mapping[str, float]:
    command = [sys.executable, "-m", "bench.memory", "--seed", str(seed)]
    for name in Size.__dataclass_fields__:
        command += [f"--{name}", str(getattr(size, name))]
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, float] = json.loads(measure([*command, "--child", folder]).output)
    if (found["weeks"], found["servers"]) != (size.communities, size.servers):
        raise BenchError("The state does not hold what was written.")
    return found


def _row(size: Size, found: Mapping[str, float]) -> Iterator[str]:
    yield from (f"{size.servers:,}", f"{size.communities:,}", f"{size.days} of {size.crawls} crawls")
    yield f"{found['size'] / MEBIBYTE:.1f} MiB"
    rows = DAYS_KEPT + (YEAR - DAYS_KEPT) / 7
    daily = (found["size"] - found["size_at_first"]) / max(1, size.days - 1)
    year = found["size"] if size.days >= YEAR else found["size_at_first"] + daily * (rows - 1)
    yield f"{year / MEBIBYTE:,.0f}"
    for kind in ("crawl", "first", "upkeep", "read"):
        yield f"{found[kind]:.2f} s" if kind in found else "-"


if __name__ == "__main__":
    sys.exit(main())
