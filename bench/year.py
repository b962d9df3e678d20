"""``python -m bench.year``: a directory that remembers a whole year of many servers.

Living through such a year takes hours. So the tables of the memory are filled as a year of crawls and their upkeep
leave them: a row a day for 90 days, a row a week before that, 48 hours of servers, incidents (``tests/bench`` holds it
against what the real writers leave). All that is measured is the real code: the writing of two crawls more, with the
first of which seven days become one week; reading; and ``scrapy crawl directory``, with the site on disk.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import ColumnElement, Connection, Integer, cast, insert, literal, select
from sqlalchemy import Table as SqlTable

from bench.crawl import SCRAPY
from bench.scale import BATCH, DIRECTORY, MEBIBYTE, ROOMS, polls
from bench.usage import BenchError, Usage, measure
from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Poll, Room, Server, Sighting
from sessioncrawler.state import Check, Facts, Span, State, Told, Total
from sessioncrawler.state.engine import an_engine, parse_url
from sessioncrawler.state.memory.checks import HOURS_KEPT
from sessioncrawler.state.memory.samples import communities, samples
from sessioncrawler.state.memory.spans import DAY, DAYS_KEPT, HOUR, week_of
from sessioncrawler.state.memory.tables import checks, incidents, servers

SIZES = (100, 10_000)
"""Servers, each with :data:`~bench.scale.ROOMS` Communities."""
YEAR = 365
CRAWLS = 24
"""Checks of a server a day."""
TODAY = 20_513
"""The day (from 1970) of the crawls that are measured: with the first of them, seven days become one week."""
START = TODAY - YEAR
PUBLISHED = TODAY * DAY + 3 * HOUR
"""When the servers answered last, and the site is published: in Unix seconds, as are these two."""
LAST = TODAY * DAY - HOUR
MEASURED = (TODAY * DAY + 600, TODAY * DAY + HOUR + 600)
RARE = 50
"""Every so many days a server is down for three hours."""
DOWN = 3


def fill(url: str, found: Sequence[Poll]) -> None:
    """Make the state of a directory that has listed ``found`` for a year, up to the day before TODAY."""
    facts = list(_facts(found))
    with State.open(url) as state:
        for first in range(0, len(found), BATCH):
            batch = found[first : first + BATCH]
            links = [server.join_link(rooms[0]) for server, rooms in _served(batch)]
            for at in (START * DAY, PUBLISHED):
                state.record_sightings([Sighting(link, "lokilocker") for link in links], at)
                state.record_polls(batch, at)
        for at in (START * DAY, LAST):
            state.record_listing(facts, (), at)
        for day in range(START, TODAY):
            total = Total(day, len(facts), len(found), len(found), 40 * len(facts), languages={"en": len(facts)})
            state.record_memory((), (), total, day * DAY)
    with an_engine(parse_url(url)) as engine, engine.execution_options(writes=True).begin() as connection:
        _fill_servers(connection, [server.public_key for server, _ in _served(found)])
        _fill_communities(connection, [(one.public_key, one.token.lower()) for one in facts])


def _served(found: Iterable[Poll]) -> Iterator[tuple[Server, tuple[Room, ...]]]:
    return ((poll.server, poll.rooms) for poll in found if poll.server)


def _facts(found: Iterable[Poll]) -> Iterator[Facts]:
    for server, rooms in _served(found):
        for room in rooms:
            identifier, link = f"{room.token}+{server.server_id}", server.join_link(room)
            yield Facts(server.public_key, room.token, identifier, room.name, link.url)


def stretches() -> Iterator[tuple[Span, int, int]]:
    """Span, first day and number of days of every row that a year leaves of a server or Community."""
    days_from = week_of(TODAY - 1 - DAYS_KEPT)
    for week in range(week_of(START), days_from, 7):
        first = max(week, START)
        yield Span.WEEK, week, week + 7 - first
    for day in range(days_from, TODAY):
        yield Span.DAY, day, 1


def _fill_servers(connection: Connection, keys: Sequence[str]) -> None:
    reached = {"first_reached": START * DAY, "last_reached": LAST, "last_checked": LAST}
    connection.execute(insert(servers), [{"public_key": key, **reached} for key in keys])
    number = servers.c.number
    for span, first, days in stretches():
        up = literal(CRAWLS * days) - DOWN * cast((number + first) % RARE < days, Integer)
        _make(connection, checks, number, int(span), first, CRAWLS * days, up, up * 0.5137)
    for hour in range(TODAY * CRAWLS - HOURS_KEPT + 1, TODAY * CRAWLS):
        _make(connection, checks, number, int(Span.HOUR), hour, 1, 1, 0.5137)
    for day in range(START + 1, TODAY):
        began, is_down = day * DAY + 600, (number + day) % RARE == 0
        _make(connection, incidents, number, began, began + DOWN * HOUR, "stalled", 0, where=is_down)


def _fill_communities(connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
    told = {"last_day": TODAY - 1, "sequence_at": LAST}
    rows = [
        {"public_key": key, "token": token, "sequence": 1_000 + 13 * place, **told}
        for place, (key, token) in enumerate(keys)
    ]
    connection.execute(insert(communities), rows)
    number = communities.c.number
    for span, first, days in stretches():
        # Numbers as different as those of real Communities: what is equal takes less room.
        users = (number * 7_919 + first * 104_729) % 300 + (0.0 if span is Span.DAY else 0.43)
        events = ((number * 6_007 + first * 50_021) % 900) * days / 7.0
        _make(connection, samples, number, int(span), first, users, events, float(days), 7)


def _make(connection: Connection, table: SqlTable, *values: Any, where: Any = None) -> None:
    """A row of ``values`` for each owner, made by the database: there are millions."""
    chosen = select(*(one if isinstance(one, ColumnElement) else literal(one) for one in values))
    connection.execute(
        insert(table).from_select([one.name for one in table.columns], chosen if where is None else chosen.where(where))
    )


def _crawl(state: State, found: Sequence[Poll], at: int) -> float:
    """Seconds of CPU for what one crawl leaves in the memory."""
    told: list[Told] = []
    checked: list[Check] = []
    for place, (server, rooms) in enumerate(_served(found)):
        key, is_reached = server.public_key, place % RARE != 0
        checked.append(Check(key, at, is_reached, 0.5, "" if is_reached else "stalled"))
        told += [Told(key, room.token.lower(), 40, 1_000_000, 7) for room in rooms if is_reached]
    begun = time.process_time()
    state.record_memory(checked, told, Total(TODAY, len(told), len(found), len(found), 9), at)
    return time.process_time() - begun


def _fill(folder: Path, count: int, seed: int) -> Mapping[str, float]:
    fill(_url(folder), list(polls(count, seed)))
    return {"size": _size(folder)}


def _write(folder: Path, count: int, seed: int) -> Mapping[str, float]:
    found, begun = list(polls(count, seed)), time.process_time()
    with State.open(_url(folder)) as state:
        opened = time.process_time() - begun
        first, second = (_crawl(state, found, at) for at in MEASURED)
    return {"open": opened, "first": first, "crawl": second, "size": _size(folder)}


def _read(folder: Path, count: int, _: int) -> Mapping[str, float]:
    with State.open(_url(folder)) as state:
        begun = time.process_time()
        weeks = len(state.weekly(PUBLISHED, last=2))
        read = time.process_time()
        known = Knowledge.read(state, parse_directory(DIRECTORY, "directory.toml"), PUBLISHED)
        if (weeks, len(known.availability)) != (count * ROOMS, count):
            raise BenchError("The state does not hold what was written.")
        return {"weeks": read - begun, "read": time.process_time() - read}


STEPS: Mapping[str, Callable[[Path, int, int], Mapping[str, float]]] = {"fill": _fill, "write": _write, "read": _read}
"""What processes of their own do, one after the other, with the folder of the state, how many servers, and the seed."""


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/state.db"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("state.db*"))


def _published(folder: Path) -> Usage:
    """``scrapy crawl directory``, as an operator runs it."""
    (folder / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    ours = {
        "DIRECTORY_CONFIG": folder / "directory.toml",
        "STATE_URL": _url(folder),
        "SITE_URI": folder / "site",
        "CRAWL_TIME": PUBLISHED,
    }
    environment = {f"SESSIONCRAWLER_{key}": str(value) for key, value in ours.items()}
    done = measure([SCRAPY, "crawl", "directory"], environment)
    if not (folder / "site" / "index.html").exists():
        raise BenchError(f"Nothing was published:\n{done.log[-2000:]}")
    return done


def rows(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """What is told of so many servers, and its value."""
    with tempfile.TemporaryDirectory() as name:
        folder, told, memory = Path(name), dict[str, float](), dict[str, int]()
        for step in STEPS:
            command = [sys.executable, "-m", "bench.year", "--servers", str(count), "--seed", str(seed)]
            done = measure([*command, "--step", step, "--folder", name])
            told |= json.loads(done.output)
            memory[step] = done.memory
        yield "state, MiB", f"{told['size'] / MEBIBYTE:.0f}"
        yield "opening it, once a process: CPU, s", f"{told['open']:.2f}"
        yield "a crawl's checks and samples: CPU, s", f"{told['crawl']:.2f}"
        yield "the same, first of a day, with upkeep of a week: CPU, s", f"{told['first']:.2f}"
        yield "two weeks of all Communities: CPU, s", f"{told['weeks']:.2f}"
        yield "Knowledge.read: CPU, s", f"{told['read']:.2f}"
        yield (
            "peak memory of writing, of reading, MiB",
            f"{memory['write'] / MEBIBYTE:.0f}, {memory['read'] / MEBIBYTE:.0f}",
        )
        done = _published(folder)
        files = [path for path in (folder / "site").rglob("*") if path.is_file()]
        yield "publishing: wall, s", f"{done.wall:.0f}"
        yield "publishing: CPU, s", f"{done.cpu:.0f}"
        yield (
            "publishing: peak memory, with that of a second process, MiB",
            (f"{done.memory / MEBIBYTE:.0f}, {max(done.memory, done.together) / MEBIBYTE:.0f}"),
        )
        yield "files of the site", f"{len(files):,}"
        yield "their size, MiB", f"{sum(path.stat().st_size for path in files) / MEBIBYTE:,.0f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 only where nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--servers", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step:
        sys.stdout.write(json.dumps(STEPS[options.step](options.folder, options.servers[0], options.seed)))
        return 0
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    for count in options.servers:
        table = Table(f"a year of {count:,} servers x {count * ROOMS:,} Communities", "value")
        try:
            for row in rows(count, options.seed):
                table.add_row(*row)
        except BenchError as error:
            console.print(str(error), markup=False)
            return 1
        console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
