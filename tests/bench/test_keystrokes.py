"""The world that keystrokes are measured in, and what is made of the measures."""

from __future__ import annotations

import json
from io import StringIO

from rich.console import Console

from bench.keystrokes import SAID, table, world
from sessioncrawler.site.list.facts import INDEX_END, INDEX_START

COUNT = 600
"""More than one page has."""


def test_the_world_has_a_search_index_with_many_words(tmp_path):
    world(tmp_path, COUNT, seed=1)
    assert (tmp_path / "index.html").stat().st_size > 0
    raw = (tmp_path / "search" / "index.js").read_bytes().removeprefix(INDEX_START).removesuffix(INDEX_END)
    rooms = json.loads(raw.replace(b"\\\\", b"\\"))["rooms"]
    words = {word for room in rooms for word in (room.get("text") or room.get("lead", "")).split()}
    assert len(rooms) == COUNT
    assert len(words) > SAID * COUNT / 4


def test_the_table_has_the_median_the_worst_and_what_is_too_much():
    out = StringIO()
    Console(file=out, width=120).print(table({"first key": [20, 30, 140]}))
    row = next(line for line in out.getvalue().splitlines() if "first key" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["first key", "3", "30", "140", "1"]
