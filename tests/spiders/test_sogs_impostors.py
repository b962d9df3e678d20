"""A network in which impostors appear, crawled before and after, and one in which they are from the start."""

from __future__ import annotations

from collections import Counter
from statistics import median

import pytest

from sessioncrawler.model import Outcome
from simnet import SimNet, Truth
from simnet.client import RequestRecord
from tests.support.sogs_world import NOW, World, base_url, crawl_world, shown

HOUR = 3600
SEEDS = (1, 2)


@pytest.fixture(scope="module", params=SEEDS)
def times(request, tmp_path_factory) -> tuple[tuple[World, Truth], tuple[World, Truth], list[RequestRecord]]:
    """The same state before and after, each with the truth of its time, and what was asked the second time."""
    folder = tmp_path_factory.mktemp("impostors")
    with SimNet(request.param, "impostors") as net:
        first = crawl_world(net, folder), net.truth
        before = len(net.requests())
        net.advance()
        second = crawl_world(net, folder, CRAWL_TIME=NOW + HOUR), net.truth
        return first, second, net.requests()[before:]


@pytest.fixture
def again(times) -> list[RequestRecord]:
    """What servers were asked in the second crawl."""
    return times[2]


@pytest.fixture(scope="module", params=SEEDS)
def start(request, tmp_path_factory) -> tuple[World, World, Truth]:
    """Impostors from the very first crawl on, and the crawl after it."""
    folder = tmp_path_factory.mktemp("start")
    with SimNet(request.param, "impostors", later=True) as net:
        return crawl_world(net, folder), crawl_world(net, folder, CRAWL_TIME=NOW + HOUR), net.truth


def check(world: World, truth: Truth, before: Truth | None = None) -> None:
    """Nobody is listed who must not be, and nobody is missing; who fell silent since ``before`` keeps its rooms."""
    assert world.crawl.reason == "finished"
    addresses = {base_url(item["server"]["address"]) for item in world.communities}
    assert not addresses & set(truth.impostors)
    due = {community.identifier for community in truth.communities}
    silent = {url for url, right in truth.addresses.items() if right.outcome is Outcome.REFUSED}
    answering = {community.public_key for community in truth.communities}
    kept = [one for one in (before.communities if before else ()) if one.base_url in silent]
    due |= {one.identifier for one in kept if one.public_key not in answering}
    listed = set(world.listed())
    assert not due - listed
    assert not listed - due - {community.identifier for community in truth.possible}
    wrong = {
        url: (right.kind, right.outcome, world.poll_of(url)["outcome"], world.poll_of(url)["detail"])
        for url, right in truth.addresses.items()
        if world.poll_of(url)["outcome"] not in (right.outcome, *right.alternatives)
    }
    assert not wrong


def badges(world: World) -> set[tuple[str, str]]:
    """Token and address of what is shown as official or pinned."""
    found = (shown(item) for item in world.communities)
    return {(each["token"], each["base_url"]) for each in found if each["official"] or each["pinned"]}


def true_badges(truth: Truth) -> set[tuple[str, str]]:
    return {(each.token, each.base_url) for each in truth.communities if each.official or each.pinned}


def test_before(times):
    world, truth = times[0]
    check(world, truth)
    assert badges(world) == true_badges(truth)


def test_after(times):
    check(*times[1], before=times[0][1])


def test_badges_after(times):
    world, truth = times[1]
    assert badges(world) == true_badges(truth)


@pytest.mark.parametrize("crawl", [0, 1])
def test_from_the_start(start, crawl):
    check(start[crawl], start[2])


@pytest.mark.parametrize("crawl", [0, 1])
def test_badges_from_the_start(start, crawl):
    assert badges(start[crawl]) == true_badges(start[2])


def test_a_known_server_is_asked_once(again):
    """Rooms and proof come together, and what it says of its address was asked an hour before."""
    counts = Counter(request.server for request in again)
    of = [
        number
        for server, number in counts.items()
        if server.partition("-")[2] in ("http", "http-ip", "https", "bunsogs")
    ]
    assert len(of) >= 15
    assert median(of) == 1
