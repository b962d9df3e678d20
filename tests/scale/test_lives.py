"""Whole lives of simulated networks, crawl by crawl: nothing that lives is ever missing, nothing dead stays."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from urllib.parse import unquote

import pytest

from sessioncrawler.state import State
from tests.support.living import Truth, life_of, live

SEEDS = [int(seed) for seed in os.environ.get("LIFE_SEEDS", "11 12 13").split()]
"""``LIFE_SEEDS`` draws others."""
DAYS, SERVERS = 14, 16
SHOWN = (17, 30, 55)
"""Crawls whose site is rendered, too; the last is the end of the life."""


@pytest.fixture(scope="module", params=SEEDS)
def lived(request, tmp_path_factory):
    """A life, what came of it crawl by crawl, and the folder with its state."""
    world, life = {"seed": request.param, "servers": SERVERS}, {"seed": request.param, "days": DAYS, "eventful": 3.0}
    folder = tmp_path_factory.mktemp("life")
    return life_of(world, life), live(folder, world=world, life=life, shown=SHOWN), folder


def expectations(life, story):
    """Each crawl that was published with what is true of it, and the truth so far."""
    truth = Truth()
    for moment, crawl in zip(life.moments(), story, strict=True):
        assert crawl["at"] == moment.at
        expected = truth.crawl(moment)
        assert published(crawl) or moment.own_outage, (moment.number, crawl["stats"])
        if published(crawl):
            truth.publish(moment, expected, counts=not moment.own_outage)
            yield moment, crawl, expected, truth


def published(crawl):
    return crawl["stats"]["finish_reason"] == "finished"


def test_what_is_published_is_true_after_every_crawl(lived):
    life, story, folder = lived
    seen = Counter()
    for moment, crawl, expected, truth in expectations(life, story):
        listed = {(key, token): (reach, at) for key, token, _, reach, at in crawl["listed"]}
        assert len(listed) == len(crawl["listed"])
        missing, dead = expected.keys() - listed.keys(), listed.keys() - expected.keys()
        assert (missing, dead) == (set(), set()), moment.number
        assert listed == expected, moment.number
        seen.update(reach for reach, _ in listed.values())
        assert ("history/own_outage" in crawl["stats"]) == moment.own_outage, moment.number
        counted = {key: (one[4][1], one[4][0]) for key, one in crawl["availability"].items()}
        wanted = {key: (one.asked, one.reached) for key, one in truth.servers.items() if one.asked}
        assert counted == wanted, moment.number
        incidents = sorted((key, began, ended) for key, began, ended, _ in crawl["incidents"])
        told = sorted((key, *spell) for key, one in truth.servers.items() for spell in one.incidents)
        assert incidents == told, moment.number
    assert min(seen["now"], seen["lately"] + seen["away"]) > 0
    with State.open(f"sqlite:///{folder}/state.db") as state:
        events = sorted((event.at, event.kind.value, *event.facts.key) for event in state.events(100_000))
    assert events == sorted((at, kind, key, token.lower()) for at, kind, key, token in truth.events)
    assert {kind for _, kind, *_ in events} == {"new", "gone", "returned"}


def test_page_data_and_feed_say_the_same(lived):
    life, story, _ = lived
    compared = 0
    for _, crawl, expected, truth in expectations(life, story):
        if not (site := crawl["site"]):
            continue
        compared += 1
        told = json.loads(site["v1/communities.json"])["communities"]
        assert {(one["server"]["public_key"], one["token"]) for one in told} == expected.keys()
        assert len(told) == len(expected)
        rows = list(csv.DictReader(io.StringIO(site["communities.csv"])))
        assert sorted((row["public_key"], row["token"]) for row in rows) == sorted(expected)
        old = [room["token"] for server in json.loads(site["servers.json"]) for room in server["rooms"]]
        assert sorted(old) == sorted(token for _, token in expected)
        identifiers = {(one["server"]["public_key"], one["token"]): one["identifier"] for one in told}
        assert [one for one in identifiers.values() if one not in site["index.html"]] == []
        # Of a server that took another key the same tokens are there again.
        gone = {token for _, kind, _, token in truth.events if kind == "gone"} - {token for _, token in expected}
        assert [token for token in sorted(gone) if f"#{token}+" in site["index.html"]] == []
        latest = [
            identifiers[key, token]
            for _, kind, key, token in truth.events[-20:]
            if kind != "gone" and (key, token) in expected
        ]
        feed = unquote(site["feed/all.xml"]).lower()
        assert [one for one in latest if one.lower() not in feed] == []
    assert compared
