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
from tests.support.lived_numbers import DAY, Numbers, by_day, day_number, server_days, shares
from tests.support.living import Truth, life_of, live

SEEDS = [int(seed) for seed in os.environ.get("LIFE_SEEDS", "11 12").split()]
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
            truth.publish(moment, expected)
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
        assert ("history/own_outage" in crawl["stats"]) == truth.outage, moment.number
        counted = {key: one[2:] for key, one in crawl["availability"].items()}
        wanted = {key: shares(one, moment.at) for key, one in truth.servers.items() if one.checks}
        assert counted == wanted, moment.number
        incidents = {(key, began): (ended, how) for key, began, ended, how, *_ in crawl["incidents"]}
        told = {(key, spell[0]): spell[1:] for key, one in truth.servers.items() for spell in one.incidents}
        assert {place: ended for place, (ended, _) in incidents.items()} == {one: each[0] for one, each in told.items()}
        assert [(one, how) for one, (_, how) in incidents.items() if how not in told[one][1]] == [], moment.number
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


def test_histories_badges_and_totals_are_true(lived):
    life, story, _ = lived
    numbers, compared = Numbers(life), Counter()
    for moment, crawl, expected, truth in expectations(life, story):
        numbers.publish(moment, expected, truth.servers)
        if not (site := crawl["site"]):
            continue
        today = moment.at // DAY
        servers = {one["public_key"]: one for one in files(site, "v1/history/servers/")}
        for key in {key for key, _ in expected}:
            days = {day: tuple(counts) for day, counts in server_days(truth.servers[key]).items() if day < today}
            assert by_day(servers[key]["days"], "asked", "reached") == days, moment.number
            compared["servers"] += len(days)
        for one in files(site, "v1/history/communities/"):
            if (place := (one["public_key"], one["token"])) not in expected:
                continue
            wanted = {day: each for day, each in numbers.days(place).items() if day < today}
            told = by_day(one["days"], "users", "events", "known_days")
            told = {day: row for day, row in told.items() if row != (None, None, 0)}
            assert told.keys() == {day for day, each in wanted.items() if (each.users, each.events) != (None, None)}
            for day, (users, events, known) in told.items():
                assert users == wanted[day].users, (moment.number, place, day)
                assert events == pytest.approx(wanted[day].events, abs=0.06), (moment.number, place, day)
                assert known == pytest.approx(wanted[day].known, abs=0.06), (moment.number, place, day)
            compared["communities"] += len(told)
        compared["badges"] += badges_are_true(site, moment, expected, truth, numbers)
        stats = json.loads(site["v1/stats.json"])
        first = day_number(stats["first"])
        columns = zip(*(stats[name] for name in TOTALS), strict=True)
        assert {first + n: row for n, row in enumerate(columns) if row[0] is not None} == numbers.totals
    assert min(compared[name] for name in ("servers", "communities", "badges")) > 100


TOTALS = ("communities", "servers", "reachable", "weekly_active_users")


def files(site, folder):
    return [json.loads(text) for path, text in site.items() if path.startswith(folder)]


def badges_are_true(site, moment, expected, truth, numbers):
    told = json.loads(site["v1/communities.json"])["communities"]
    for one in told:
        place = key, _ = one["server"]["public_key"], one["token"]
        away = expected[place][0] == "away"
        (reached, asked), users = shares(truth.servers[key], moment.at)[2], numbers.shown[place]
        tenths = reached * 1000 // asked if asked else 0
        share = "unknown" if not asked else "100%" if tenths == 1000 else f"{tenths // 10}.{tenths % 10}%"
        badge = json.loads(site[f"badge/{one['identifier'].rpartition('+')[2]}.json"])
        assert badge["message"] == ("away" if away else share), (moment.number, place)
        badge = json.loads(site[f"badge/c/{one['identifier']}.json"])
        shown = "unknown" if users is None else f"{users:,} a week"
        assert badge["message"] == ("away" if away else shown), (moment.number, place)
    return len(told)
