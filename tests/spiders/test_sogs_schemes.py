"""Both schemes at once, in two crawls on one state, of a fresh seed as well."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from simnet import SimNet
from tests.support.crawling import Crawl, Job, run_crawls
from tests.support.sogs_world import (
    NOW,
    World,
    base_url,
    by_server,
    identifier,
    most_at_a_time,
    read_listings,
    settings_for,
)

SEEDS = ("11", "fresh")
REAL = {"PATIENT_RETRY_TIMES": 120, "PATIENT_RETRY_DELAY": 4, "RETRY_PAUSE": 0.5}
"""Patience as operators have it: what this takes is what it takes."""
STALLING = (
    *("badly-routed", "badly-routed-upgrade", "badly-routed-https"),
    *("http-hello-hangs", "hello-hangs-behind-https"),
)
TROUBLED = ("upgrade-500-twice", "upgrade-reset-twice")
"""Those whose trouble comes again in each crawl."""
HOUR = 3_600
NOTICED = 0.3
"""Seconds after which a busy network has noticed that connections were called off."""


class Twice:
    """A network that was crawled twice, an hour apart."""

    def __init__(self, net: SimNet, folder) -> None:
        self.net = net
        read_listings(net, folder)
        self.rounds = []
        for number in range(2):
            net.reset_log()
            settings = settings_for(net, folder, CRAWL_TIME=NOW + number * HOUR, **REAL)
            (crawl,) = run_crawls([Job("sogs", settings=settings)])
            self.rounds.append(Round(net, folder, crawl))


class Round(World):
    """One crawl, with the log of the network."""

    def __init__(self, net: SimNet, folder, crawl: Crawl) -> None:
        super().__init__(net, folder, [], crawl)
        object.__setattr__(self, "requests", by_server(net.requests()))
        object.__setattr__(self, "connections", by_server(net.connections()))

    def best(self) -> dict[str, str]:
        return {identifier(item): base_url(item["server"]["address"]) for item in self.communities}


@pytest.fixture(scope="module", params=SEEDS)
def twice(request, tmp_path_factory) -> Iterator[Twice]:
    seed = int.from_bytes(os.urandom(3), "big") if request.param == "fresh" else int(request.param)
    print(f"The seed is {seed}.")  # noqa: T201 - shown where a test fails
    with SimNet(seed=seed, scenario="schemes", latency=(0.0, 0.05)) as net:
        yield Twice(net, tmp_path_factory.mktemp("schemes"))


def kind_of(server: str) -> str:
    return server.partition("-")[2]


def test_every_community_is_listed_at_the_best_address(twice):
    due = {one.identifier: one.base_url for one in twice.net.truth.communities}
    assert len(due) > 30
    for number, crawl in enumerate(twice.rounds):
        assert crawl.crawl.reason == "finished"
        wrong = {one: (due.get(one), url) for one, url in crawl.best().items() if due.get(one) != url}
        assert (number, wrong, sorted(due.keys() - crawl.best().keys())) == (number, {}, [])


def test_connections_stay_within_bounds(twice):
    for crawl in twice.rounds:
        for server, connections in crawl.connections.items():
            assert most_at_a_time(connections, NOTICED) <= (4 if kind_of(server) in STALLING else 2), server


def test_a_server_that_is_known_is_asked_one_thing(twice):
    """The second crawl of the day needs the rooms alone, which come with the proof, by the scheme that answered."""
    first, second = twice.rounds
    assert first.requests.keys() == second.requests.keys()
    for server, requests in second.requests.items():
        if kind_of(server) not in (*STALLING, *TROUBLED):
            assert len(requests) == 1, server
            assert requests[0].method == "POST"


def test_what_hangs_is_tried_by_both_at_once(twice):
    (hangs,) = [url for url, one in twice.net.truth.addresses.items() if one.kind == "connect-hang"]
    for crawl in twice.rounds:
        poll = crawl.poll_of(hangs)
        assert (poll["outcome"], poll["tries"]) == ("connect-timeout", 2)
        assert poll["seconds"] < 2 * 2
