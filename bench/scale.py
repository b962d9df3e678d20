"""``python -m bench.scale``: what many servers cost the state, and the spider ``directory``, which reads all of them.

Polls of servers with ordinary rooms are written as shards write them, then read and settled. Nobody is asked for
anything, and nothing is rendered (``python -m bench.render`` measures that).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from bench.usage import BenchError, Usage, measure
from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Room, Server, Sighting
from sessioncrawler.state import State
from simnet.rooms import hex_digits, ordinary

SERVERS = 20_000
ROOMS = 5
"""Rooms of one server."""
BATCH = 100
"""Polls of one transaction."""
NOW = 1_769_083_200
KIBIBYTE, MEBIBYTE = 1024, 1024 * 1024
DIRECTORY = '[site]\nname = "Rooms"\nurl = "https://rooms.directory/"\ncontact = "crew@rooms.directory"\n'


def polls(count: int, seed: int) -> Iterator[Poll]:
    """So many servers that were reached."""
    rng = Random(seed)  # noqa: S311 - a benchmark that can be repeated
    for number in range(count):
        address = Address("https", f"s{number}.example", 443)
        rooms = tuple(_room(rng, index) for index in range(ROOMS))
        server = Server(address, hex_digits(rng, 64))
        yield Poll(address, Outcome.REACHED, "", server, rooms, KeyProof.PREVIEW_PAGE, requests=2, tries=2, seconds=0.5)


def _room(rng: Random, index: int) -> Room:
    spec = ordinary(rng, index, "room")
    return Room(**{field: getattr(spec, field) for field in Room.__dataclass_fields__})


def _child(folder: Path, count: int, seed: int, *, read: bool) -> None:
    """The measured process: fills a state, or reads the one that is there; prints what it took as JSON."""
    begun = time.process_time()
    with State.open(f"sqlite:///{folder}/state.db") as state:
        if read:
            known = Knowledge.read(state, parse_directory(DIRECTORY, "directory.toml"), NOW)
            rooms = sum(len(poll.rooms) for poll in known.settled)
            report = {"rooms": rooms, "polls": len(known.led_to), "cpu": time.process_time() - begun}
        else:
            report = {"cpu": _fill(state, polls(count, seed))}
    report["size"] = sum(path.stat().st_size for path in folder.iterdir())
    sys.stdout.write(json.dumps(report))


def _fill(state: State, found: Iterator[Poll]) -> float:
    """Seconds of CPU for writing; making the polls is not counted."""
    taken = 0.0
    while batch := list(islice(found, BATCH)):
        links = [JoinLink(poll.address, poll.rooms[0].token, poll.server.public_key) for poll in batch if poll.server]
        begun = time.process_time()
        state.record_sightings([Sighting(link, "lokilocker") for link in links], NOW)
        state.record_polls(batch, NOW)
        taken += time.process_time() - begun
    return taken


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 only where nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--servers", type=int, default=SERVERS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        _child(options.child, options.servers, options.seed, read=options.read)
        return 0
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        console.print(_measured(options.servers, options.seed))
    except BenchError as error:
        console.print(str(error), markup=False)
        return 1
    return 0


def _measured(count: int, seed: int) -> Table:
    command = [sys.executable, "-m", "bench.scale", "--servers", str(count), "--seed", str(seed), "--child"]
    with tempfile.TemporaryDirectory() as folder:
        filled, read = measure([*command, folder]), measure([*command, folder, "--read"])
    table = Table("what", "a server", f"{count:,} servers with {ROOMS} rooms each")
    wrote, told = json.loads(filled.output), json.loads(read.output)
    if told["polls"] != count or told["rooms"] != count * ROOMS:
        raise BenchError("The state does not hold what was written.")
    table.add_row("state on disk", f"{wrote['size'] / count / KIBIBYTE:.2f} KiB", f"{wrote['size'] / MEBIBYTE:.0f} MiB")
    table.add_row("writing it, CPU", _milliseconds(wrote["cpu"] / count), f"{wrote['cpu']:.1f} s")
    table.add_row("reading and settling it, CPU", _milliseconds(told["cpu"] / count), f"{told['cpu']:.1f} s")
    table.add_row("memory when all is read", *_memory(read, count))
    return table


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _memory(usage: Usage, count: int) -> tuple[str, str]:
    return f"{usage.memory / count / KIBIBYTE:.1f} KiB", f"{usage.memory / MEBIBYTE:.0f} MiB"


if __name__ == "__main__":
    sys.exit(main())
