"""The operator is told what grows, in whole crawls; the site is published all the same."""

from __future__ import annotations

import pytest

from sessioncrawler.items import PollItem
from sessioncrawler.model import Outcome, Poll
from tests.extensions.test_watch import HOUR, World, server
from tests.publish.test_health import samples
from tests.support.publishing import NOW, community


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def crawl(world, many, now):
    """Ten servers as ever, and one more with ``many`` rooms that were never there before."""
    loud = [community(f"t{now}-{number}", server=server(99)) for number in range(many)]
    honest = [community(f"room{number}", server=server(number % 10)) for number in range(20)]
    polls = [PollItem(Poll(server(number).address, Outcome.REACHED)) for number in (*range(10), 99)]
    path = world.folder / "metrics.prom"
    done = world.publish([*honest, *loud, *polls], CRAWL_TIME=now, PROMETHEUS_FILE=str(path))
    return done, samples(path.read_text())


def test_a_server_that_grows_is_told_and_published(world):
    done, told = crawl(world, 300, NOW)  # of a directory that begins everything is new
    assert (done.stats["monitors/growth"], told["sessioncrawler_monitor_ok", "growth"]) == ("ok", 1)
    done, told = crawl(world, 300, NOW + HOUR)
    assert done.stats["monitors/growth"].startswith("Growth: https://sogs99.example (")
    assert [line for line in done.log if line.startswith("WARNING Growth: ")]
    assert (told["sessioncrawler_monitor_ok", "growth"], told["sessioncrawler_run_success",]) == (0, 1)
    assert (world.health["status"], world.failed, done.errors) == ("ok", ["growth"], [])
    done, told = crawl(world, 99, NOW + 2 * HOUR)
    assert (done.stats["monitors/growth"], told["sessioncrawler_monitor_ok", "growth"]) == ("ok", 1)


def test_the_size_of_the_state_is_told_and_remembered(world):
    _, first = crawl(world, 0, NOW)
    _, second = crawl(world, 99, NOW + HOUR)
    sizes = [one["sessioncrawler_state_bytes",] for one in (first, second)]
    assert 0 < sizes[0] < sizes[1] < 2_000_000
    assert [run.figures.state_bytes for run in world.runs()] == sizes[::-1]
