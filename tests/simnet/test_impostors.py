"""Worlds in which impostors appear, and the truth before and after."""

from __future__ import annotations

import json
from collections import Counter
from urllib.request import Request, urlopen

import pytest

from sessioncrawler.model import Outcome
from simnet import SimNet, Truth
from simnet.configuration import directory_toml
from simnet.impostors import FLOOD
from simnet.kinds import ONION_KINDS
from simnet.onion import public_key
from simnet.specs import ServerSpec, Socket, World
from simnet.truth import best_url, make_truth
from simnet.world import SITES, choose, make_world
from tests.support.onions import request_v4

SEEDS = (1, 2, 3)
BASE_PORT = 30_000


def truth_of(world: World) -> Truth:
    return make_truth(world, {spec.index: BASE_PORT + spec.index for spec in world.servers})


def url_of(spec: ServerSpec) -> str:
    return best_url(spec, BASE_PORT + spec.index)


def rooms_by_key(truth: Truth) -> Counter[str]:
    return Counter(each.public_key for each in truth.communities)


@pytest.fixture(scope="module", params=SEEDS)
def before(request) -> World:
    return make_world(request.param, "impostors")


def test_nobody_knows_an_impostor_at_first(before):
    truth = truth_of(before)
    assert truth.impostors == {}
    assert {each.outcome for each in truth.addresses.values()} == {Outcome.REACHED}
    asleep = [spec for spec in before.servers if spec.socket is Socket.REFUSED]
    assert len(asleep) > 20
    assert not any(spec.links for spec in asleep)
    assert len({spec.key for spec in before.servers if spec not in asleep}) == len(before.servers) - len(asleep)


def test_victims_lose_nothing_to_impostors(before):
    assert before.after
    first, later = truth_of(before), truth_of(before.after)
    assert later.impostors
    down = {url_of(spec) for spec in before.after.servers if spec.socket is Socket.REFUSED}
    down |= {url_of(spec) for spec in before.after.servers if spec.outcome is Outcome.KEY_CONFLICT}
    kept = {each.identifier: each for each in first.communities if each.base_url not in down}
    changed = {spec.index for spec in before.servers if before.after.servers[spec.index].key != spec.key}
    moved = {spec.index for spec in before.after.servers if spec.same_as and not spec.impostor_of}
    other = {url_of(before.servers[index]) for index in changed | moved}
    for community in kept.values():
        if community.base_url not in other:
            assert community in later.communities
    listed_at = {each.base_url for each in (*later.communities, *later.possible)}
    assert not listed_at & set(later.impostors)
    assert set(later.impostors.values()) - down <= listed_at
    assert [each for each in later.communities if each.official] == [
        each for each in first.communities if each.official
    ]


def test_who_is_a_copy_and_who_is_a_relay(before):
    assert before.after
    truth = truth_of(before.after)
    for spec in before.after.servers:
        if spec.impostor_of is None:
            continue
        victim, holds = before.servers[spec.impostor_of], public_key(spec.secret) == spec.key
        expected = truth.addresses[url_of(spec)]
        assert spec.key == victim.key
        assert holds is expected.provable is spec.kind.startswith("relay")
        by_claim = Outcome.NO_KEY if spec.kind == "copier-by-claim" else Outcome.KEY_COPY
        assert expected.outcome is (Outcome.REACHED if holds else by_claim)
        assert truth.impostors[url_of(spec)] == url_of(victim)


def test_kinds_of_attacks(before):
    assert before.after
    later = before.after.servers
    kinds = Counter(spec.kind for spec in later if spec.impostor_of is not None)
    assert len(kinds) >= 14
    assert any(len([link for link in spec.links if link.key != spec.key]) == FLOOD for spec in later)
    changed = [spec for spec in later if before.servers[spec.index].key != spec.key and spec.links[:1] != ()]
    changed = [spec for spec in changed if before.servers[spec.index].socket is Socket.LISTEN]
    assert len(changed) == 3
    held = [spec for spec in changed if spec.configured]
    assert [spec.believed for spec in held] == [before.servers[held[0].index].key]
    assert {spec.kind for spec in later if spec.kind.startswith("mov")} == {"moved", "moving"}


def test_a_server_that_names_its_new_address_is_listed_there(before):
    assert before.after
    truth = truth_of(before.after)
    (moving,) = (spec for spec in before.after.servers if spec.kind == "moving")
    group = next(urls for urls in truth.merged if url_of(moving) in urls)
    assert group[0] == url_of(moving)
    assert len(group) == 2


def test_the_true_key_has_the_most_sources(before):
    assert before.after
    posted = Counter(post for posts in before.after.posts.values() for post in posts)
    for spec in before.after.servers:
        if len(spec.links) > FLOOD:
            assert {posted[spec.index, link] for link in spec.links if link.key == spec.key} == {len(SITES)}
            assert {posted[spec.index, link] for link in spec.links if link.key != spec.key} == {1}


@pytest.mark.parametrize("seed", SEEDS)
def test_impostors_from_the_first_crawl_do_only_what_can_be_judged_then(seed):
    before, start = make_world(seed, "impostors"), make_world(seed, "impostors", later=True)
    assert before.after
    same = [a.kind for a, b, c in zip(start.servers, before.servers, before.after.servers, strict=True) if a == b != c]
    assert same == ["relay-of-bunsogs"]
    truth = truth_of(start)
    assert len(truth.impostors) == len(truth_of(before.after).impostors) - 1
    victims = {url: truth.addresses[url] for url in truth.impostors.values()}
    listed = {each.base_url for each in truth.communities}
    # No app can join at the first two, since they take no onion requests; the others are down.
    assert sorted(right.kind for url, right in victims.items() if url not in listed) == (
        ["http", "http", "no-posts-404", "no-posts-405"]
    )


def test_the_operator_of_the_directory_changes_nothing(before):
    assert before.after
    ports = {spec.index: BASE_PORT + spec.index for spec in before.servers}
    text = directory_toml(before, ports, "http://x")
    assert text == directory_toml(before.after, ports, "http://x")
    assert text.count("[[servers]]") == 3
    assert text.count("official = true") == 1


def test_some_may_change_before_others():
    world = make_world(1, "impostors")
    assert world.after
    index = next(spec.index for spec in world.after.servers if spec.kind == "copier")
    some = choose(world, {index})
    assert [spec.index for spec in some.servers if spec != world.servers[spec.index]] == [index]
    assert set(truth_of(some).impostors) == {url_of(some.servers[index])}
    assert choose(world, range(len(world.servers))).servers == world.after.servers
    other = make_world(1, "demo", 3)
    assert choose(other, {0}) is other


def test_onions_holds_every_pitfall_and_tells_what_can_be_proven():
    world = make_world(1, "onions")
    assert {spec.kind for spec in world.servers} >= set(ONION_KINDS)
    unprovable = {each.kind for each in truth_of(world).addresses.values() if not each.provable}
    assert unprovable == {"post-403", "no-posts-404", "no-posts-405"}
    assert {each.outcome for each in truth_of(world).addresses.values()} == {Outcome.REACHED}


def test_a_network_in_which_impostors_appear():
    def rooms(url: str, key: str) -> list[str]:
        onion = request_v4(key)
        head = {"Content-Type": "application/octet-stream"}
        with urlopen(Request(url + "/oxen/v4/lsrpc", onion.body, head), timeout=5) as response:
            return [room["token"] for room in json.loads(onion.open_v4(response.read())[1])]

    def page(url: str) -> bytes:
        with urlopen(url, timeout=5) as response:
            return response.read()

    with SimNet(1, "impostors") as net:
        spec = make_world(1, "impostors").servers[1]
        known = next(each for each in net.truth.communities if each.public_key == spec.key)
        assert rooms(known.base_url, spec.key) == [room.token for room in spec.rooms]
        first, listing = net.truth, page(net.listing_urls["lokilocker"])
        kinds = {each.kind: url for url, each in first.addresses.items()}
        net.advance()
        assert net.truth != first
        assert page(net.listing_urls["lokilocker"]) != listing
        relay = next(url for url, each in net.truth.addresses.items() if each.kind == "relay")
        victim = net.truth.impostors[relay]
        assert victim in {each.base_url for each in net.truth.communities}
        dead = [url for url, each in net.truth.addresses.items() if each.outcome is Outcome.REFUSED]
        assert len(dead) == 3
        for url in dead:
            with pytest.raises(OSError, match="refused"):
                page(url + "/rooms")
        assert page(kinds["no-posts-404"] + "/rooms")
        now = net.truth
        net.advance()
        assert net.truth == now
        net.advance(back=True)
        assert net.truth == first
        for url in dead:
            assert page(url + "/rooms")
    with SimNet(1, "impostors", later=True) as net:
        assert net.truth.impostors


def test_one_server_may_change_alone():
    world = make_world(1, "impostors")
    assert world.after
    moved = next(spec for spec in world.after.servers if spec.kind == "moved")
    with SimNet(1, "impostors") as net:
        net.advance(moved.index)
        assert [each.kind for each in net.truth.addresses.values() if each.kind == "moved"] == ["moved"]
        assert not [each for each in net.truth.addresses.values() if each.outcome is Outcome.REFUSED]
        net.advance(moved.index - 1)
        assert [each.kind for each in net.truth.addresses.values() if each.outcome is Outcome.REFUSED] == ["http"]
