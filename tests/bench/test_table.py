"""The benchmark's table and what it says about the goals."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from bench.crawl import Phase, Result
from bench.table import MEBIBYTE, goals, table
from bench.usage import Usage


def result(servers: int, wall: float = 10, cpu: float = 5, memory: int = 200) -> Result:
    return Result(
        servers=servers,
        floor=8,
        crawl=Usage(wall, cpu, memory * MEBIBYTE, [], "", ""),
        start=Phase(1, 100 * MEBIBYTE),
        polling=Phase(3, 150 * MEBIBYTE),
        communities=6_000,
        requests=2_500,
        polling_requests=2_000,
        answered=2_000,
        connections=1_900,
        bare=Usage(2, 1, 50 * MEBIBYTE, [], "", ""),
        bare_requests=1_000,
        scrapy_requests=1_000,
        scrapy_cpu=2,
    )


def test_one_column_a_world():
    console = Console(file=StringIO(), width=100)
    console.print(table([result(100), result(1_000)]))
    rows = [[cell.strip() for cell in line.strip("│ \n").split("│")] for line in console.file.getvalue().splitlines()]
    shown = {row[0]: row[1:] for row in rows if len(row) == 3}
    assert shown["wall / floor"] == ["1.25", "1.25"]
    assert shown["CPU a request, ms"] == ["2.00", "2.00"]
    assert shown["while polling"] == ["1.00", "1.00"]
    assert shown["for icons and to publish"] == ["2.0", "2.0"]
    assert shown["peak memory a server, KiB"] == ["2048", "205"]
    assert shown["CPU a request / bare client's"] == ["2.0", "2.0"]
    assert shown["while polling / bare Scrapy's"] == ["0.50", "0.50"]


def test_goals_of_the_sizes_that_were_measured():
    assert list(goals([result(100)])) == ["reached: wall / floor at 100 servers: 1.25, at most 1.5"]
    assert list(goals([result(1_000, wall=13, memory=301)])) == [
        "MISSED: wall / floor at 1,000 servers: 1.62, at most 1.5",
        "reached: CPU a request while polling at 1,000 servers, ms: 1.00, at most 2",
        "MISSED: peak memory at 1,000 servers, MiB: 301.00, at most 300",
    ]
    assert list(goals([result(1_000), result(10_000, wall=121, memory=1_000)]))[-2:] == [
        "MISSED: wall at 10,000 servers over 1,000: 12.10, at most 12",
        "reached: memory at 10,000 servers over 1,000: 5.00, at most 10",
    ]
