"""What two commits take: read off their benchmarks, taken in turns."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from bench import sides
from bench.usage import ROOT, Usage

RENDERED = """
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┓
┃ what                      ┃ value ┃ at most, for 5,000     ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━┩
│ Communities               │ 5,000 │                        │
│ rendering and storing, s  │ 6.5   │ 10                     │
└───────────────────────────┴───────┴────────────────────────┘
"""
CRAWLED = """
Crawling 100 servers …
┃ servers                   ┃   100 ┃ 1,000 ┃
│ wall, s                   │  14.1 │  33.0 │
│   when polled             │     – │   242 │
"""


def told(monkeypatch, output: str) -> list[list[str]]:
    """Have every measured command print ``output``; the commands."""
    commands: list[list[str]] = []

    def measure(command, environment=None, stdin="", *, root=ROOT):
        commands.append([*command, str(root)])
        return Usage(1.0, 1.0, 1, [], output, "")

    monkeypatch.setattr(sides, "measure", measure)
    return commands


def test_what_rendering_took(monkeypatch):
    commands = told(monkeypatch, RENDERED)
    assert sides.rendered(Path("old")) == {"Communities": 5000.0, "rendering and storing, s": 6.5}
    assert commands == [[sys.executable, "-m", "bench.render", "old"]]


def test_what_polling_took(monkeypatch):
    told(monkeypatch, CRAWLED)
    assert sides.crawled(Path("old"), (100, 1_000)) == {
        "100 servers: wall, s": 14.1,
        "1,000 servers: wall, s": 33.0,
        "1,000 servers: when polled": 242.0,
    }


def test_both_take_turns_and_medians_are_compared():
    asked: list[str] = []
    values = iter([1.0, 2.0, 9.0, 3.0, 2.0, 8.0])

    def measured(root: Path) -> dict[str, float]:
        asked.append(root.name)
        return {"wall, s": next(values), f"only {root.name}": 1.0, "nothing": 0.0}

    found = sides.in_turns(measured, [Path("a"), Path("b")], 3)
    assert asked == ["a", "b", "a", "b", "a", "b"]
    console = Console(width=100)
    with console.capture() as printed:
        console.print(sides.table("title", ["a", "b"], found))
    rows = [row for row in sides.cells(printed.get()) if row[0] != "median"]
    assert rows == [["wall, s", "2.00", "3.00", "1.50"], ["nothing", "0.00", "0.00", ""]]


def test_one_measure_alone(monkeypatch, capsys):
    commands = told(monkeypatch, RENDERED)
    assert sides.main(["HEAD", "--only", "bench.render", "--rounds", "2"]) == 0
    assert [command[2] for command in commands] == ["bench.render"] * 4
    assert "ratio" in capsys.readouterr().out


def test_a_commit_that_is_none_ends_it_with_a_sentence(capsys):
    assert sides.main(["no-such-commit"]) == 1
    assert "failed" in capsys.readouterr().out
