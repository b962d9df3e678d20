"""The fault matrix, each kind of server alone: a crawl for each, beside nothing but the two servers that are known."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sessioncrawler.model import Sighting
from sessioncrawler.state import State
from simnet import SimNet
from simnet.kinds import KINDS, REFERRING
from tests.support.crawling import Job, run_crawls
from tests.support.sogs_world import NOW, World, base_url, read_listings, settings_for


class Alone:
    """The crawls of one simulated network: one for each kind."""

    def __init__(self, net: SimNet, folder: Path) -> None:
        self.net = net
        self.kinds = {urlsplit(url).netloc: expected.kind for url, expected in net.truth.addresses.items()}
        directory = tomllib.loads(net.directory_toml.read_text())
        self.known = {urlsplit(server["url"]).netloc for server in directory["servers"]}
        read_listings(net, folder)
        with State.open(f"sqlite:///{folder}/state.db") as state:
            self.sightings: dict[str, list[Sighting]] = defaultdict(list)
            for sighting in state.sightings():
                self.sightings[_netloc(sighting)].append(sighting)
        self.asked = {kind: self._netlocs(kind) for kind in KINDS}
        jobs = [self._job(folder / kind, netlocs) for kind, netlocs in self.asked.items()]
        crawls = run_crawls(jobs)
        self.worlds = {
            kind: World(net, folder / kind, [], crawl) for kind, crawl in zip(self.asked, crawls, strict=True)
        }

    def _netlocs(self, kind: str) -> set[str]:
        """Where the servers of ``kind`` are, and those that a referring kind refers to: their links name one key."""
        netlocs = {netloc for netloc, each in self.kinds.items() if each == kind}
        if kind not in REFERRING:
            return netlocs
        keys = {sighting.link.public_key for netloc in netlocs for sighting in self.sightings[netloc]}
        return {netloc for netloc, found in self.sightings.items() if keys & {one.link.public_key for one in found}}

    def _job(self, folder: Path, netlocs: Iterable[str]) -> Job:
        folder.mkdir()
        with State.open(f"sqlite:///{folder}/state.db") as state:
            state.record_sightings([one for netloc in sorted(netlocs) for one in self.sightings[netloc]], NOW)
        return Job("sogs", settings=settings_for(self.net, folder, FEEDS={}))


def _netloc(sighting: Sighting) -> str:
    return sighting.link.address.netloc


def _ports(netlocs: Iterable[str]) -> set[str]:
    return {netloc.rpartition(":")[2] for netloc in netlocs}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    with SimNet(seed=4, scenario="matrix") as net:
        yield Alone(net, tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize("kind", KINDS)
def test_alone(alone, kind):
    world, netlocs, truth = alone.worlds[kind], alone.asked[kind], alone.net.truth
    assert world.crawl.reason == "finished"
    for url, expected in truth.addresses.items():
        if urlsplit(url).netloc in netlocs:
            assert world.poll_of(url)["outcome"] in (expected.outcome, *expected.alternatives), url
    ports = _ports(netlocs | alone.known)
    due = {one.identifier for one in truth.communities if str(urlsplit(one.base_url).port) in ports}
    possible = {one.identifier for one in truth.possible}
    listed = world.listed()
    assert due <= set(listed) <= due | possible
    assert set(listed.values()) == {1}


def test_who_is_not_named_is_not_asked(alone):
    assert all(alone.asked.values())
    for kind, world in alone.worlds.items():
        asked = {_without_scheme(poll["address"]) for poll in world.polls.values()}
        led_to = {_without_scheme(alias) for poll in world.polls.values() for alias in poll["aliases"]}
        assert asked - led_to <= alone.asked[kind] | alone.known, kind


def _without_scheme(address: dict[str, Any]) -> str:
    return urlsplit(base_url(address)).netloc
