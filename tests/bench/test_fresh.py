"""Fresh worlds of the benchmark: what differs from the truth is told by name."""

from __future__ import annotations

from functools import partial
from io import StringIO

import pytest
from rich.console import Console

from bench import fresh
from bench.fresh import Crawled, Rightness, compared, crawled_twice, differences, fresh_seeds, table
from bench.usage import Usage
from simnet.truth import make_truth
from simnet.world import make_world
from tests.support.crawl_process import SMALL


def truth():
    world = make_world(5, "schemes")
    return make_truth(world, {spec.index: 20_000 + spec.index for spec in world.servers})


def listed():
    return {one.identifier: one.base_url for one in truth().communities}


def test_seeds_are_drawn_anew():
    assert len(set(fresh_seeds(20))) == 20
    assert min(fresh_seeds(20)) >= 1_000


def test_what_is_all_right():
    found = compared(truth(), listed())
    assert found.expected == found.right == found.best > 10
    assert found.differences == ()


def test_each_difference_is_told_by_name():
    told = listed()
    (first, url), (second, other), *_ = told.items()
    del told[first]
    told[second] = other.replace("https:", "http:") if "https:" in other else other.replace("http:", "https:")
    told["nobodys+abcd1234"] = "http://localhost:1"
    found = compared(truth(), told)
    assert (found.right, found.best) == (found.expected - 1, found.expected - 2)
    assert len(found.differences) == 3
    assert any(sentence.startswith(f"{first} is not listed (") and url in sentence for sentence in found.differences)
    assert any(f"{second} is listed at" in sentence and f"not at {other}" in sentence for sentence in found.differences)
    assert any("nobodys+abcd1234 is listed, and no server has it" in sentence for sentence in found.differences)


def test_a_row_for_each_crawl():
    usage = Usage(12, 5, 1, [], "", "")
    crawl = Crawled(1_234, "first", usage, 8, 6, Rightness(10, 9, 8, ("one is not listed",)))
    console = Console(file=StringIO(), width=120)
    console.print(table([crawl]))
    row = next(line for line in console.file.getvalue().splitlines() if "1234" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
        *("1234", "first", "9 / 10", "8", "12.0", "8.0", "1.50", "6.0")
    ]
    assert list(differences([crawl])) == ["seed 1234, first crawl: one is not listed"]


@pytest.mark.parametrize(("servers", "bounds", "told"), [(12, True, ", with bounds"), (None, None, "")])
def test_a_small_world_is_crawled_twice(servers, bounds, told, monkeypatch):
    monkeypatch.setattr(fresh, "settings", partial(fresh.settings, **SMALL))
    first, second = crawled_twice(fresh_seeds(1)[0], servers=servers, tries=1, bounds=bounds)
    assert (first.name, second.name) == (f"first{told}", f"second{told}")
    assert first.found.right > 0
    assert second.floor <= first.floor
