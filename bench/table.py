"""The results as a table, and beside what we want to reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.table import Table

from bench.crawl import Result

MEBIBYTE = 1024 * 1024
WALL_BY_FLOOR = 1.5
"""Most of wall time over floor."""
CPU_MILLISECONDS = 2.0
"""Most of CPU time a request of polling at 1,000 servers."""
MEMORY = 300
"""Most of peak memory at 1,000 servers, in MiB."""
GROWTH = 12
"""Most of wall time at 10,000 servers over that at 1,000."""

_ROWS: tuple[tuple[str, Callable[[Result], str]], ...] = (
    ("floor, s", lambda one: f"{one.floor:.1f}"),
    ("wall, s", lambda one: f"{one.crawl.wall:.1f}"),
    ("wall / floor", lambda one: f"{one.crawl.wall / one.floor:.2f}"),
    ("CPU, s", lambda one: f"{one.crawl.cpu:.1f}"),
    ("  to start", lambda one: f"{one.start.cpu:.1f}"),
    ("  to poll", lambda one: f"{one.polling.cpu - one.start.cpu:.1f}"),
    ("  for icons and to publish", lambda one: f"{one.crawl.cpu - one.polling.cpu:.1f}"),
    ("Communities listed", lambda one: f"{one.communities:,}"),
    ("requests", lambda one: f"{one.requests:,}"),
    ("  while polling", lambda one: f"{one.polling_requests:,}"),
    ("CPU a request, ms", lambda one: f"{cpu_milliseconds(one):.2f}"),
    ("  while polling", lambda one: f"{polling_milliseconds(one):.2f}"),
    ("requests that servers saw", lambda one: f"{one.answered:,}"),
    ("connections", lambda one: f"{one.connections:,}"),
    ("peak memory, MiB", lambda one: f"{one.crawl.memory / MEBIBYTE:.0f}"),
    ("  when started", lambda one: f"{one.start.memory / MEBIBYTE:.0f}"),
    ("  when polled", lambda one: f"{one.polling.memory / MEBIBYTE:.0f}"),
    ("  of all processes", lambda one: f"{max(one.crawl.memory, one.crawl.together) / MEBIBYTE:.0f}"),
    ("peak memory a server, KiB", lambda one: f"{one.crawl.memory / 1024 / one.servers:.0f}"),
    ("bare client: wall, s", lambda one: f"{one.bare.wall:.1f}"),
    ("bare client: CPU, s", lambda one: f"{one.bare.cpu:.1f}"),
    ("bare client: requests", lambda one: f"{one.bare_requests:,}"),
    ("bare client: CPU a request, ms", lambda one: f"{bare_milliseconds(one):.2f}"),
    ("bare client: peak memory, MiB", lambda one: f"{one.bare.memory / MEBIBYTE:.0f}"),
    ("bare Scrapy: CPU a request, ms", lambda one: f"{scrapy_milliseconds(one):.2f}"),
    ("CPU a request / bare client's", lambda one: f"{cpu_milliseconds(one) / bare_milliseconds(one):.1f}"),
    ("  while polling / bare Scrapy's", lambda one: f"{polling_milliseconds(one) / scrapy_milliseconds(one):.2f}"),
)


def cpu_milliseconds(result: Result) -> float:
    """CPU time of the whole crawl, from the start of Python to the written site, over the requests it made."""
    return result.crawl.cpu * 1000 / result.requests


def polling_milliseconds(result: Result) -> float:
    """As ``cpu_milliseconds``, from the first request until polling has ended; tries are in it, but not counted."""
    return (result.polling.cpu - result.start.cpu) * 1000 / result.polling_requests


def bare_milliseconds(result: Result) -> float:
    """CPU time of the whole bare client over its requests."""
    return result.bare.cpu * 1000 / result.bare_requests


def scrapy_milliseconds(result: Result) -> float:
    """CPU time of the bare Scrapy spider, without its start, over its requests."""
    return result.scrapy_cpu * 1000 / result.scrapy_requests


def table(results: Sequence[Result]) -> Table:
    """One column a world."""
    made = Table("servers", *(f"{result.servers:,}" for result in results))
    for column in made.columns[1:]:
        column.justify = "right"
    for name, value in _ROWS:
        made.add_row(name, *(value(result) for result in results))
    return made


def goals(results: Sequence[Result]) -> Iterator[str]:
    """Sentences about the goals that the measured sizes have."""
    by_size = {result.servers: result for result in results}
    thousand, most = (by_size.get(size) for size in (1_000, 10_000))
    for size, result in by_size.items():
        yield _goal(f"wall / floor at {size:,} servers", result.crawl.wall / result.floor, WALL_BY_FLOOR)
    if thousand:
        yield _goal(
            "CPU a request while polling at 1,000 servers, ms", polling_milliseconds(thousand), CPU_MILLISECONDS
        )
        yield _goal("peak memory at 1,000 servers, MiB", thousand.crawl.memory / MEBIBYTE, MEMORY)
    if thousand and most:
        yield _goal("wall at 10,000 servers over 1,000", most.crawl.wall / thousand.crawl.wall, GROWTH)
        yield _goal("memory at 10,000 servers over 1,000", most.crawl.memory / thousand.crawl.memory, 10)


def _goal(what: str, value: float, most: float) -> str:
    return f"{'reached' if value <= most else 'MISSED'}: {what}: {value:.2f}, at most {most:g}"
