"""The fault matrix, all kinds of servers at once: what is listed, how every address ended, what it cost servers."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from sessioncrawler import __version__
from sessioncrawler.model import KeyProof, Outcome
from sessioncrawler.protocol.asking import BESIDE_TRIES, PAUSES
from sessioncrawler.protocol.schemes.robots import ROBOTS, TRIES
from simnet import SimNet
from tests.support.sogs_world import (
    IMPATIENT,
    base_url,
    by_server,
    crawl_world,
    expected,
    identifier,
    most_at_a_time,
    shown,
    uncertain,
)

SEED = 2  # with those of test_explain.py and test_sogs_alone.py there are three draws of every kind
STALLING = frozenset({"silent", "fifth", "http-hello-hangs"})
BREAKING_OFF = frozenset({"reset", "short-body"})
"""Kinds that are asked again with each try, since they take a request and then break off."""
PASSING = frozenset({"500", "503", "500-twice", "502-twice", "empty-twice", "cut-twice"})
"""Kinds with errors that may pass."""
HEALTHY = {
    "https": 2,
    "http": 2,
    "http-ip": 2,
    "https-upgrade": 2,
    "https-clear-400": 2,
    "https-clear-redirect": 2,
    "http-hello-hangs": 2,
    "ip-only-https": 2,
    "name-and-ip": 4,  # two addresses, which nobody can know to be one server
    "self-signed-http-works": 2,
    "expired-http-works": 2,
    "wrong-host-http-works": 2,
    "upper-case-keys": 2,
    "example-net": 2,
    "index-off": 2,
    "last-readable": 2,
    "bunsogs": 2,
    "bunsogs-https": 2,
    "twin": 2,
    "no-rooms": 1,
}
"""Kind → requests: the rooms with the proof, the server's own word, and not one more once the answer is complete."""
WITHOUT = 1
"""Requests more for each address that takes no onion requests: the one that it does not take."""
BESIDE = 1
"""Requests more for each address by http, where https did not answer within its head start: machines are busy."""
LSRPC = "/oxen/v4/lsrpc"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with SimNet(seed=SEED, scenario="matrix") as net:
        # A try that is lost on a busy machine is a request more: none is given up early.
        yield crawl_world(net, tmp_path_factory.mktemp("matrix"), PATIENT_RETRY_TIMEOUT=3)


def kind_of(server: str) -> str:
    return server.partition("-")[2]


def test_every_reachable_community_is_listed_once_with_the_right_key_and_the_best_address(world):
    truth = world.net.truth
    assert world.crawl.reason == "finished"
    due = {community.identifier for community in truth.communities}
    assert len(due) > 200
    listed = world.listed()
    assert not due - set(listed)
    assert not set(listed) - due - {community.identifier for community in truth.possible}
    assert set(listed.values()) == {1}
    assert not {hidden.identifier for hidden in truth.unlisted} & set(listed)


def test_every_field_is_as_the_server_tells_it(world):
    true = {one.identifier: one for one in (*world.net.truth.communities, *world.net.truth.possible)}
    for item in world.communities:
        community = true.get(identifier(item))
        if community is None:
            continue
        found, right = shown(item), expected(community)
        if not community.certain:
            found, right = uncertain(found), uncertain(right)
        assert found == right


def test_every_address_has_the_right_outcome(world):
    wrong = {}
    for url, right in world.net.truth.addresses.items():
        poll = world.poll_of(url)
        if poll["outcome"] not in (right.outcome, *right.alternatives):
            wrong[url] = (right.kind, right.outcome, poll["outcome"], poll["detail"])
        assert bool(poll["detail"]) is (poll["outcome"] != Outcome.REACHED or not poll["whole"])
        assert poll["seconds"] < 30
    assert not wrong
    outcomes = Counter(poll["outcome"] for poll in world.polls.values())
    stats = {key: value for key, value in world.crawl.stats.items() if key.startswith("polls/outcome/")}
    assert stats == {f"polls/outcome/{outcome}": count for outcome, count in outcomes.items()}
    assert world.crawl.stats["polls/done"] == world.crawl.stats["polls/candidates"] == len(world.polls)


def test_one_server_with_several_addresses_is_listed_under_the_best(world):
    assert world.net.truth.merged
    for best, *others in world.net.truth.merged:
        under = {base_url(item["server"]["address"]) for item in world.communities}
        assert best in under
        assert not under & set(others)


def test_every_conflict_tells_who_claimed_what(world):
    kinds = {url: right.kind for url, right in world.net.truth.addresses.items()}
    seen = set()
    for url, kind in kinds.items():
        poll = world.poll_of(url)
        keys = [claim["public_key"] for claim in poll["claims"]]
        assert len(keys) != 1
        assert keys == sorted(set(keys))
        assert all(claim["by"] for claim in poll["claims"])
        if kind in ("wrong-keys", "conflicting-keys"):
            assert poll["key_proof"] in (KeyProof.ONION, KeyProof.PREVIEW_PAGE)
            assert [poll["server"]["public_key"]] == [
                claim["public_key"] for claim in poll["claims"] if {"preview page", "onion request"} & set(claim["by"])
            ]
            seen.add(kind)
        if kind == "bunsogs-conflict":
            assert poll["server"] is None or poll["key_proof"] == KeyProof.ONION
            assert not any("preview page" in claim["by"] for claim in poll["claims"])
            seen.add(kind)
        if poll["claims"]:
            assert f"Different keys are claimed for {base_url(poll['address'])}: {keys[0]} by " in world.crawl.log
    assert seen == {"wrong-keys", "conflicting-keys", "bunsogs-conflict"}


def test_requests_to_a_server_are_few(world):
    every = world.net.requests()
    requests = by_server(one for one in every if one.path != ROBOTS)
    assert all(len(robots) <= TRIES for robots in by_server(one for one in every if one.path == ROBOTS).values())
    asked = {server for server in requests if server[0].isdigit()}
    assert HEALTHY.keys() <= {kind_of(server) for server in asked}
    for server in asked:
        kind, count = kind_of(server), len(requests[server])
        if kind in HEALTHY:
            addresses = 2 if kind == "name-and-ip" else 1
            assert HEALTHY[kind] <= count <= HEALTHY[kind] + addresses * (WITHOUT + BESIDE), server
        elif kind in BREAKING_OFF:
            assert count <= IMPATIENT["PATIENT_RETRY_TIMES"] + BESIDE_TRIES, server
        elif kind in PASSING:
            assert count <= 12 + 2 * PAUSES, server
        else:
            assert count <= 12, server


def test_nothing_is_asked_once_the_answer_is_complete(world):
    for server, requests in by_server(world.net.requests()).items():
        if HEALTHY.get(kind_of(server)) == 2:
            by_anybody = [request.path for request in requests if request.path not in {LSRPC, ROBOTS}]
            assert not by_anybody or by_anybody[0] == "/rooms?all=1"
            assert all(path.startswith("/r/") for path in by_anybody[1:])


def test_requests_say_who_asks(world):
    agents = {request.user_agent for request in world.net.requests()}
    assert agents == {f"sessioncrawler/{__version__} (+operator@example.org)"}
    assert {request.method for request in world.net.requests()} == {"GET", "POST"}


def test_connections_at_a_time(world):
    for server, connections in by_server(world.net.connections()).items():
        four = kind_of(server) in STALLING or kind_of(server) == "name-and-ip"  # two addresses, each by two schemes
        assert most_at_a_time(connections) <= (4 if four else 2), server
    silent = [one for one in world.net.connections() if kind_of(one.server) == "silent"]
    assert most_at_a_time(silent) > 2  # so the log does show what is open at a time


def test_a_port_that_nobody_may_contact_is_not_contacted(world):
    assert not [one for one in world.net.connections() if one.server == "canary"]


def test_polls_json_holds_every_address(world):
    text = (world.folder / "site" / "polls.json").read_text()
    polls = json.loads(text)["polls"]
    assert [poll["address"] for poll in polls] == sorted(world.polls)
    assert {poll["address"]: poll["outcome"] for poll in polls} == {
        url: poll["outcome"] for url, poll in world.polls.items()
    }
    hidden = {one.identifier.partition("+")[0] for one in world.net.truth.unlisted}
    assert hidden
    assert not [token for token in hidden if f'"{token}"' in text or f"/{token}" in text]
