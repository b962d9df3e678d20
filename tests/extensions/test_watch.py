"""Monitors, history, feeds and what is told of a run, together in whole crawls."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from sessioncrawler.editorial.monitors import KNOWN_FOR, Figures
from sessioncrawler.items import PollItem
from sessioncrawler.model import Address, JoinLink, Outcome, Poll, Server, Sighting
from sessioncrawler.publish.health import health_schema
from sessioncrawler.state import State
from tests.publish.test_health import samples
from tests.support import s3
from tests.support.publishing import KEY, NOW, SITE, STORAGES, community, publish

HOUR = 3_600
PIPELINES = {
    "sessioncrawler.pipelines.monitors.MonitorsPipeline": 890,
    "sessioncrawler.pipelines.history.HistoryPipeline": 900,
}


class World:
    """A site and a state in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.state_url = f"sqlite:///{folder}/state.db"
        self.target = folder / "site" / "servers.json"

    def crawl(self, communities, polls=None, now=NOW, servers=10, **more):
        items = [community(f"room{number}", server=server(number % servers)) for number in range(communities)]
        ends = polls if polls is not None else {Outcome.REACHED: 10}
        ended = [end for end, many in ends.items() for _ in range(many)]
        items += [PollItem(Poll(address(number), end)) for number, end in enumerate(ended)]
        return self.publish(items, CRAWL_TIME=now, **more)

    def publish(self, items, **more):
        settings = {
            "STATE_URL": self.state_url,
            "SITE_URI": str(self.folder / "site"),
            "ITEM_PIPELINES": PIPELINES,
            "EXTENSIONS": {"sessioncrawler.extensions.watch.Watch": 0},
            "MONITOR_MAX_AGE": 6,
            **more,
        }
        return publish(items, {str(self.folder / "site"): SITE}, self.folder, **settings)

    def hear(self, sources, now):
        with State.open(self.state_url) as state:
            link = JoinLink(address(1), "room", KEY)
            state.record_sightings([Sighting(link, f"source{number}") for number in range(sources)], now)

    @property
    def health(self):
        return json.loads((self.folder / "site" / "health.json").read_text())

    @property
    def failed(self):
        return [monitor["name"] for monitor in self.health["monitors"] if not monitor["ok"]]

    def runs(self):
        with State.open(self.state_url) as state:
            return state.runs()

    def events(self):
        with State.open(self.state_url) as state:
            return [(event.kind, event.facts.token) for event in state.events()]


def address(number):
    return Address("https", f"sogs{number}.example", 443)


def server(number):
    return Server(address(number), f"{number:064x}")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_who_came_within_a_week_is_not_missed(world):
    """Strangers bring 90 servers for half a day, and turn them into copies of the others."""
    copies = {Outcome.REACHED: 10, Outcome.KEY_COPY: 90}
    world.crawl(20)
    later = NOW + KNOWN_FOR
    for hour in range(4):
        world.crawl(100, {Outcome.REACHED: 100}, later + hour * HOUR, servers=100)
        assert world.failed == []
    world.crawl(20, copies, later + 5 * HOUR)
    assert (world.failed, world.health["figures"]["communities"]) == ([], 20)
    world.crawl(20, copies, later + 6 * HOUR, servers=4)
    assert world.failed == ["servers", "communities", "publication"]


def test_a_good_run_is_recorded_and_told(world):
    world.hear(4, NOW - HOUR)
    world.hear(3, NOW)
    done = world.crawl(20)
    assert done.errors == []
    [run] = world.runs()
    assert (run.at, replace(run.figures, state_bytes=0)) == (NOW, Figures(20, 10, 4, {"reached": 10}))
    assert world.health == {
        "version": 1,
        "generated_at": "2026-01-22T12:00:00Z",
        "status": "ok",
        "published_at": "2026-01-22T12:00:00Z",
        "age": 0,
        "forced": False,
        "monitors": [
            {"name": name, "ok": True, "sentence": ""}
            for name in ("servers", "communities", "sources", "failures", "growth", "publication", "age")
        ],
        "figures": {"communities": 20, "servers": 10, "sources": 4, "polls": {"reached": 10}},
        "last_good": {
            "at": "2026-01-22T12:00:00Z",
            "figures": {"communities": 20, "servers": 10, "sources": 4, "polls": {"reached": 10}},
        },
    }
    assert (world.folder / "site" / "health.schema.json").read_bytes() == health_schema()


def test_the_same_run_again_tells_the_same_bytes(world):
    world.crawl(20)
    before = (world.folder / "site" / "health.json").read_bytes()
    world.crawl(20)
    assert (world.folder / "site" / "health.json").read_bytes() == before


def test_a_run_that_monitors_object_to_changes_neither_site_nor_history(world):
    world.hear(4, NOW)
    world.crawl(20)
    before = world.target.read_bytes()
    later = NOW + 2 * 24 * HOUR  # long enough for Communities to count as gone
    done = world.crawl(3, {Outcome.REACHED: 3, Outcome.DNS: 7}, now=later)
    assert world.target.read_bytes() == before
    assert done.stats["finish_reason"] == "monitors_failed"
    assert sum(name.startswith("monitors/") and said != "ok" for name, said in done.stats.items()) == 4
    assert done.stats["feedexport/failed_count/FolderStorage"] == 1
    assert "history/gone" not in done.stats
    assert world.events() == []
    assert [run.at for run in world.runs()] == [NOW]
    *sentences, veto = done.errors
    assert [sentence.split(":")[0] for sentence in sentences] == [
        "ERROR Servers",
        "ERROR Communities",
        "ERROR Sources",
        "ERROR Polls that ended as dns",
    ]
    assert "the crawl did not finish (monitors_failed), so what is published stays as it was." in veto
    assert world.health["status"] == "failing"
    assert world.failed == ["servers", "communities", "sources", "failures", "publication", "age"]
    assert world.health["figures"]["communities"] == 3
    assert world.health["last_good"]["figures"]["communities"] == 20
    assert (world.health["published_at"], world.health["age"]) == ("2026-01-22T12:00:00Z", 2 * 24 * HOUR)


def test_by_force_it_is_published_and_becomes_the_measure(world):
    world.crawl(20)
    done = world.crawl(3, now=NOW + 2 * 24 * HOUR, FORCE_PUBLISH="1")
    assert done.errors == []
    assert sum(name.startswith("monitors/") and said != "ok" for name, said in done.stats.items()) == 2
    assert done.stats["history/gone"] == 17
    assert (world.health["status"], world.health["forced"]) == ("ok", True)
    assert world.failed == ["servers", "communities"]
    assert [run.figures.communities for run in world.runs()] == [3, 20]
    assert world.crawl(3).errors == []
    assert (world.failed, world.health["forced"]) == ([], False)


def test_force_overrides_no_other_veto(world):
    world.crawl(20)
    before = world.target.read_bytes()
    done = world.crawl(3, reason="cancelled", FORCE_PUBLISH="1")
    assert done.stats["finish_reason"] == "cancelled"
    assert world.target.read_bytes() == before
    assert world.health["forced"] is False
    assert "publication" in world.failed


def test_a_run_that_broke_off_says_why(world):
    world.crawl(20)
    world.crawl(0, {}, now=NOW + HOUR, reason="cancelled")
    assert (world.health["status"], world.health["figures"], world.failed) == ("failing", None, ["publication"])
    (publication,) = [one for one in world.health["monitors"] if one["name"] == "publication"]
    assert publication["sentence"] == "Nothing was published: the crawl was stopped."


def test_communities_that_the_rules_hide_are_missed(world):
    world.crawl(20)
    done = world.crawl(0)
    assert done.stats["finish_reason"] == "monitors_failed"
    assert world.failed == ["servers", "communities", "publication"]


def test_prometheus_reads_the_same_figures(world):
    path = world.folder / "metrics" / "sessioncrawler.prom"
    world.crawl(20, PROMETHEUS_FILE=str(path))
    good = samples(path.read_text())
    assert good["sessioncrawler_run_success",] == 1
    assert good["sessioncrawler_published_timestamp_seconds",] == NOW
    assert good["sessioncrawler_polls", "reached"] == 10
    world.crawl(3, now=NOW + HOUR, PROMETHEUS_FILE=str(path))
    bad = samples(path.read_text())
    assert bad["sessioncrawler_run_success",] == 0
    assert bad["sessioncrawler_monitor_ok", "communities"] == 0
    assert bad["sessioncrawler_communities",] == 3
    assert bad["sessioncrawler_published_timestamp_seconds",] == NOW
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_what_cannot_be_written_is_a_sentence(world):
    (world.folder / "site" / "health.json").mkdir(parents=True)
    done = world.crawl(20)
    assert done.stats["watch/errors"] == 1
    assert world.target.exists()
    (error,) = done.errors
    assert "health.json could not be written, so it tells of an earlier run: " in error
    assert "Traceback" not in error
    assert [run.at for run in world.runs()] == [NOW]


class Full:
    """A storage whose temporary files find no room."""

    def __init__(self, uri, *, feed_options):
        assert (uri.partition("/h")[0], feed_options) == ("full://site", {"overwrite": True})

    def open(self, spider):
        return Path("/dev/full").open("wb")

    def store(self, file):
        raise AssertionError("there is nothing to store")


def test_a_temporary_folder_without_room_is_a_sentence(world):
    done = world.crawl(20, SITE_URI="full://site", FEED_STORAGES={**STORAGES, "full": Full})
    assert done.stats["watch/errors"] == 2
    assert all("OSError: [Errno 28] No space left on device" in error for error in done.errors)
    assert world.target.exists()


def test_a_state_that_cannot_be_read_is_a_sentence(world):
    (world.folder / "state.db").mkdir()
    done = world.crawl(20)
    assert done.stats["finish_reason"] == "state_failed"
    assert any("cannot be written" in line and "not kept" in line for line in done.errors)
    assert (world.health["status"], world.health["published_at"]) == ("failing", None)
    assert not world.target.exists()


@pytest.fixture
def endpoint(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with s3.server() as url:
        yield url


def test_a_site_in_a_bucket_has_its_health_there(world, endpoint):
    access = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=endpoint, **access)
    client.create_bucket(Bucket="rooms")
    settings = {f"{name.upper()}": value for name, value in access.items() if name != "region_name"}
    settings |= {"AWS_REGION_NAME": "us-east-1", "AWS_ENDPOINT_URL": endpoint}
    done = world.crawl(20, SITE_URI="s3://rooms/site/", **settings)
    assert done.errors == []
    found = client.get_object(Bucket="rooms", Key="site/health.json")
    assert found["ContentType"] == "application/json; charset=utf-8"
    assert json.loads(found["Body"].read())["status"] == "ok"
