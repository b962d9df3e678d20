"""One directory from many machines: shards of ``sogs`` and the spider ``directory``, against one ``sogs``."""

from __future__ import annotations

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from sessioncrawler.model import Sighting
from sessioncrawler.protocol.shards import Shard
from sessioncrawler.state import State
from simnet import SimNet
from tests.support import postgresql
from tests.support.deploying import comparable
from tests.support.scrapy_process import command, environment, scrapy, site
from tests.support.sogs_world import NOW, settings_for

SERVERS = 60
SECONDS = 300


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=8, scenario="wide", servers=SERVERS, latency=(0.0, 0.05)) as net:
        yield net


@pytest.fixture(scope="module")
def postgres():
    if not postgresql.installed():
        pytest.skip(postgresql.MISSING)
    pytest.importorskip("psycopg", reason="needs psycopg, the driver for PostgreSQL")
    with postgresql.server() as url:
        yield url


def with_settings(
    folder: Path, net: SimNet, *arguments: str, **settings: Any
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Arguments, and settings for the environment: those that are Scrapy's own can only be arguments."""
    # Many processes at once on a busy machine lose tries, and wait for their turn, as they would not alone.
    ours = settings_for(net, folder, PATIENT_RETRY_TIMES=12, HTTPS_GRACE=20, **settings)
    scrapys = [part for name in ours if name.startswith("DOWNLOAD") for part in ("-s", f"{name}={ours[name]}")]
    return (*arguments, *scrapys), ours


def ran(folder: Path, net: SimNet, *arguments: str, **settings: Any) -> None:
    """Run a ``scrapy`` that nothing else runs beside."""
    arguments, ours = with_settings(folder, net, *arguments, **settings)
    done = scrapy(folder, *arguments, settings=ours, seconds=SECONDS)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr


def started(folder: Path, net: SimNet, *arguments: str, **settings: Any) -> subprocess.Popen[str]:
    """A ``scrapy`` that runs."""
    arguments, ours = with_settings(folder, net, *arguments, **settings)
    return subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(ours, {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    """Its log, once it has ended well."""
    log, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, log
    assert "ERROR" not in log
    return log


def read_listings(folder: Path, net: SimNet) -> list[Sighting]:
    """Run the source spiders; what they found."""
    names = {"extra": "sources"}
    for name, url in net.listing_urls.items():
        ran(folder, net, "crawl", names.get(name, name), "-a", f"url={url}")
    with State.open(f"sqlite:///{folder}/state.db") as state:
        return state.sightings()


def prepare(url: str, net: SimNet, sightings: list[Sighting]) -> None:
    """Bring the join links into another state; faults that pass begin anew."""
    net.reset_log()
    with State.open(url) as state:
        state.record_sightings(sightings, NOW)


def crawl_shards(folder: Path, net: SimNet, count: int, **settings: Any) -> None:
    shards = [
        started(folder, net, "crawl", "sogs", "-a", f"shard={number}/{count}", **settings)
        for number in range(1, count + 1)
    ]
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(ended, shards))


def published(folder: Path, net: SimNet, **settings: Any) -> dict[str, Any]:
    """The site that ``directory`` makes, which asks nobody for anything."""
    asked = len(net.connections())
    ran(folder, net, "crawl", "directory", **settings)
    assert len(net.connections()) == asked
    return comparable(site(folder))


@pytest.fixture(scope="module")
def whole(net, tmp_path_factory):
    """The join links of the world, and the site of one ``sogs`` for all servers."""
    folder = tmp_path_factory.mktemp("whole")
    sightings = read_listings(folder, net)
    ran(folder, net, "crawl", "sogs")
    return sightings, comparable(site(folder))


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert sorted(one) == sorted(other)
    differing = [name for name in one if one[name] != other[name]]
    assert not differing, "\n".join(_differences(one[name], other[name], name) for name in differing[:3])
    assert len(one) > SERVERS


def _differences(one: Any, other: Any, name: str) -> str:
    lines = [_text(value).splitlines() for value in (one, other)]
    return "\n".join(islice(unified_diff(*lines, name, name, n=0, lineterm=""), 40))


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else json.dumps(value, indent=1, sort_keys=True)


def test_the_site_is_the_same_from_two_shards_as_from_one_crawl(net, whole, tmp_path):
    sightings, expected = whole
    prepare(f"sqlite:///{tmp_path}/state.db", net, sightings)
    crawl_shards(tmp_path, net, 2)
    assert not (tmp_path / "site").exists()
    same(published(tmp_path, net), expected)


def test_a_shard_that_is_killed_loses_only_what_it_had_not_finished(net, whole, postgres, tmp_path):
    """Three shards that share a PostgreSQL give the same site, too, once the victim has run again."""
    sightings, expected = whole
    victim = Shard(2, 3)
    with postgresql.database(postgres, "killed") as url:
        prepare(url, net, sightings)
        shards = [started(tmp_path, net, "crawl", "sogs", "-a", f"shard={n}/3", STATE_URL=url) for n in range(1, 4)]
        kept = wait_for_polls(url, victim, 5)
        shards[victim.number - 1].kill()
        shards.pop(victim.number - 1).communicate()
        for process in shards:
            ended(process)
        found = polls_of(url, victim)
        assert kept <= found
        with State.open(url) as state:
            addresses = {poll.poll.address.netloc for poll in state.polls()}
        assert len(addresses - found) > SERVERS / 2
        ran(tmp_path, net, "crawl", "sogs", "-a", f"shard={victim}", STATE_URL=url)
        assert len(polls_of(url, victim)) > len(found)
        same(published(tmp_path, net, STATE_URL=url), expected)


def polls_of(url: str, shard: Shard) -> set[str]:
    """``host[:port]`` of the polls of a shard that are in the state."""
    with State.open(url) as state:
        return {one.poll.address.netloc for one in state.polls() if shard.holds(one.poll.address.netloc)}


def wait_for_polls(url: str, shard: Shard, count: int) -> set[str]:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if len(found := polls_of(url, shard)) >= count:
            return found
        time.sleep(0.05)
    pytest.fail("the shard wrote no poll")
