"""Crawls of simulated servers: hostile ones and slow ones."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from sessioncrawler.model import Outcome
from simnet import SimNet
from tests.support.sogs_world import (
    base_url,
    by_server,
    crawl_world,
    expected,
    identifier,
    most_at_a_time,
    shown,
    uncertain,
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    with SimNet(seed=6, scenario="hostile") as net:
        yield crawl_world(net, tmp_path_factory.mktemp("hostile"), DOWNLOAD_MAXSIZE=5_000_000)


def test_hostile_servers_cost_their_neighbours_nothing(hostile):
    truth = hostile.net.truth
    assert hostile.crawl.reason == "finished"
    due = {community.identifier: community for community in truth.communities}
    found = {identifier(item): shown(item) for item in hostile.communities}
    for name, community in due.items():
        assert uncertain(found[name]) == uncertain(expected(community))
    assert set(hostile.listed()) <= due.keys() | {community.identifier for community in truth.possible}
    assert "Traceback" not in hostile.crawl.log


def test_hostile_servers_have_the_right_outcome(hostile):
    for url, right in hostile.net.truth.addresses.items():
        assert hostile.poll_of(url)["outcome"] in (right.outcome, *right.alternatives), right.kind


def test_nobody_leads_us_to_a_forbidden_address(hostile):
    assert hostile.net.connections()
    assert "canary" not in by_server(hostile.net.connections())


def test_a_server_with_too_many_rooms_is_cut(hostile):
    (bulk,) = hostile.net.truth.bulk
    rooms = [item for item in hostile.communities if base_url(item["server"]["address"]) == bulk.base_url]
    poll = hostile.poll_of(bulk.base_url)
    assert poll["outcome"] == Outcome.REACHED
    assert len(rooms) == len(poll["rooms"]) == 100  # of a server that is new
    assert poll["over_limit"] == bulk.rooms - 100


def test_slow_servers_have_few_connections_at_a_time(tmp_path):
    with SimNet(seed=5, scenario="demo", servers=24, latency=(0.15, 0.3)) as net:
        slow = crawl_world(net, tmp_path)
        connections = by_server(one for one in net.connections() if one.server[0].isdigit())
    assert slow.crawl.reason == "finished"
    for name, each in connections.items():  # one by each scheme; nobody can know that two addresses are one server
        assert most_at_a_time(each) <= (4 if name.endswith("name-and-ip") else 2), name
    ports = {urlsplit(url).port for url in net.truth.addresses}
    assert len(connections) >= len(ports) - 1
