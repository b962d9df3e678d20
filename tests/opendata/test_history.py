"""Histories: what was, day by day."""

from __future__ import annotations

import csv
import gzip
import json
from io import StringIO

import msgspec
import pytest
from jsonschema import Draft202012Validator

from sessioncrawler.opendata import history
from sessioncrawler.opendata.history import BATCH, COLUMNS, history_files, stats_json
from sessioncrawler.opendata.places import CommunityPlace, Places, ServerFolder
from sessioncrawler.opendata.records import CommunityHistoryFile, ServerHistoryFile
from sessioncrawler.opendata.schemas import schema_files
from sessioncrawler.state import Checks, Incident, Sample, ServerHistory, Span, State, Told, Total
from tests.support.knowing import DAY, KEY, NOW

TODAY = NOW // DAY  # 22 January 2026, a Thursday
CATS = CommunityPlace(KEY, "Cats", "Cats+118d404b", "Cats+118d404b", first_listed=NOW - 9 * DAY)
HOME = ServerFolder(KEY, "118d404b", "118d404b", "sogs.example")
PLACES = Places({CATS.key: CATS}, {KEY: HOME})
HOUR, DAYS, WEEK, MONTH = Span.HOUR, Span.DAY, Span.WEEK, Span.MONTH


def sample(span, start, users=None, events=None, days=1.0):
    return Sample(span, start, users, events, days, 7)


def rendered(samples=(), checks=(), incidents=(), places=PLACES):
    told, past = {CATS.key: tuple(samples)}, {KEY: ServerHistory(tuple(checks), tuple(incidents))}
    return dict(history_files(places, lambda _: told, lambda _: past, NOW))


def community(*samples):
    return json.loads(rendered(samples)["v1/history/communities/Cats+118d404b.json"])


def server(*checks, incidents=()):
    return json.loads(rendered(checks=checks, incidents=incidents)["v1/history/servers/118d404b.json"])


def table(files):
    return list(csv.DictReader(StringIO(gzip.decompress(files["history.csv.gz"]).decode(), newline="")))


def test_days_are_arrays_and_what_is_unknown_is_null():
    told = community(
        sample(MONTH, TODAY - 21 - 31, 3.14159, 31.0, 31.0),
        sample(WEEK, TODAY - 3 - 14, 2.5, 7.25, 6.0),
        sample(WEEK, TODAY - 3, 2.0, 0.0, 7.0),
        sample(DAYS, TODAY - 5, 12.0, 3.3333),
        sample(DAYS, TODAY - 2, None, None, 0.0),
        sample(DAYS, TODAY - 1, 0.0, 0.0),
        sample(DAYS, TODAY, 99.0, 99.0),
    )
    days = {"users": [12, None, None, None, 0], "events": [3.3, None, None, None, 0], "known_days": [1, 0, 0, 0, 1]}
    assert told["days"] == {"first": "2026-01-17", **days}
    weeks = {"users": [2.5, None, 2], "events": [7.2, None, 0], "known_days": [6, 0, 7]}
    assert told["weeks"] == {"first": "2026-01-05", **weeks}
    assert told["months"] == {"first": "2025-12-01", "users": [3.1], "events": [31], "known_days": [31]}
    assert (told["identifier"], told["token"], told["public_key"]) == ("Cats+118d404b", "Cats", KEY)
    assert (told["first_listed"], told["gone_at"]) == ("2026-01-13T12:00:00Z", None)


def test_months_follow_each_other_whatever_their_length():
    first = TODAY - 21  # 1 January
    told = community(*(sample(MONTH, start, 1.0) for start in (first - 92, first - 61)), sample(MONTH, first, 2.0))
    assert (told["months"]["first"], told["months"]["users"]) == ("2025-10-01", [1, 1, None, 2])


def test_how_a_server_was_reached():
    told = server(
        Checks(HOUR, NOW // 3600 - 1, 1, 1, 0.5),
        Checks(DAYS, TODAY - 3, 24, 20, 9.0),
        Checks(DAYS, TODAY - 1, 24, 24, 9.0),
        Checks(DAYS, TODAY, 12, 12, 9.0),
        incidents=[Incident(KEY, NOW - DAY, NOW, "refused", replaced=True), Incident(KEY, NOW, None, "dns")],
    )
    assert told["days"] == {"first": "2026-01-19", "asked": [24, None, 24], "reached": [20, None, 24]}
    assert told["weeks"] == told["months"] == {"first": None, "asked": [], "reached": []}
    assert told["incidents"] == [
        {"began": "2026-01-21T12:00:00Z", "ended": "2026-01-22T12:00:00Z", "outcome": "refused", "replaced": True},
        {"began": "2026-01-22T12:00:00Z", "ended": None, "outcome": "dns", "replaced": False},
    ]


def test_files_do_not_change_with_each_crawl_of_a_day():
    before = rendered([sample(DAYS, TODAY - 1, 5.0)], [Checks(DAYS, TODAY - 1, 1, 1, 0.1)])
    after = rendered(
        [sample(DAYS, TODAY - 1, 5.0), sample(DAYS, TODAY, 6.0)],
        [Checks(HOUR, NOW // 3600, 1, 0, 0.1), Checks(DAYS, TODAY - 1, 1, 1, 0.1), Checks(DAYS, TODAY, 1, 0, 0.1)],
    )
    assert before == after
    assert after["history.csv.gz"][4:8] == bytes(4)  # no time is in it (RFC 1952, 2.3.1)


def test_all_of_it_is_one_table():
    told = [sample(WEEK, TODAY - 10, 2.5, None, 0.0), sample(DAYS, TODAY - 1, 5.0, 1.0), sample(DAYS, TODAY, 9.0)]
    checks = [Checks(HOUR, 1, 1, 1, 0.1), Checks(DAYS, TODAY - 1, 24, 23, 0.1), Checks(DAYS, TODAY, 1, 1, 0.1)]
    files = rendered(told, checks)
    assert gzip.decompress(files["history.csv.gz"]).count(b"\r\n") == 4
    rows = table(files)
    assert tuple(rows[0]) == COLUMNS
    assert [tuple(row.values()) for row in rows] == [
        ("server", "118d404b", KEY, "day", "2026-01-21", "", "", "", "24", "23"),
        ("community", "Cats+118d404b", KEY, "week", "2026-01-12", "2.5", "", "0", "", ""),
        ("community", "Cats+118d404b", KEY, "day", "2026-01-21", "5", "1", "1", "", ""),
    ]


def test_a_token_that_a_spreadsheet_might_compute():
    minus = CommunityPlace(KEY, "-1", "-1+118d404b", "-1+118d404b")
    files = dict(
        history_files(Places({minus.key: minus}), lambda keys: {keys[0]: [sample(DAYS, 1)]}, lambda _: {}, NOW)
    )
    assert table(files)[0]["identifier"] == "'-1+118d404b"


def test_not_all_of_it_is_in_memory_at_once():
    many = [CommunityPlace(KEY, f"t{number}", f"t{number}+118d404b", f"t{number}+118d404b") for number in range(450)]
    asked = []

    def read(keys):
        asked.append(len(keys))
        return {}

    places = Places({one.key: one for one in many})
    assert len(list(history_files(places, read, lambda _: {}, NOW))) == 451
    assert asked == [BATCH, BATCH, 50]


@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("communities/Cats+118d404b.json", "communities", CommunityHistoryFile),
        ("servers/118d404b.json", "servers", ServerHistoryFile),
    ],
)
def test_they_fit_their_schemas(path, name, kind, empty):
    schema = json.loads(dict(schema_files())[f"history/{name}.schema.json"])
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    samples = [sample(DAYS, TODAY - 9, 1.5, None, 0.0), sample(DAYS, TODAY - 7, 0.0, 2.0)]
    checks = [Checks(DAYS, TODAY - 9, 1, 0, 0.0), Checks(DAYS, TODAY - 7, 1, 1, 0.0)]
    incidents = [Incident(KEY, NOW - DAY, None, "refused")]
    body = (rendered() if empty else rendered(samples, checks, incidents))[history.FOLDER + path]
    assert list(check.iter_errors(json.loads(body))) == []
    assert not check.is_valid({**json.loads(body), "surprise": 1})
    msgspec.json.decode(body, type=kind)


def test_what_a_state_remembers_is_told(tmp_path):
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        for day, sequence in ((3, 10), (2, 14), (1, 20)):
            told = [Told(KEY, "Cats", 7 * day, sequence)]
            state.record_memory([], told, Total(TODAY - day, 1, 1, 1, 7), NOW - day * DAY)
        files = dict(history_files(PLACES, state.histories, state.server_histories, NOW))
        again = dict(history_files(PLACES, state.histories, state.server_histories, NOW))
    assert files == again
    told = json.loads(files["v1/history/communities/Cats+118d404b.json"])["days"]
    assert told == {"first": "2026-01-19", "users": [21, 14, 7], "events": [2, 5, 3], "known_days": [0.5, 1, 0.5]}


def test_the_network_day_by_day():
    told = json.loads(
        stats_json(
            [
                Total(TODAY - 3, 90, 12, 11, 900, 50, {"de": 3, "": 87}),
                Total(TODAY - 1, 91, 12, 12, 901, 51, {"en": 91}),
                Total(TODAY, 92, 13, 12, 902, 1, {"en": 92}),
            ],
            NOW,
        )
    )
    assert (told["first"], told["generated_at"]) == ("2026-01-19", "2026-01-22T12:00:00Z")
    assert told["communities"] == [90, None, 91, 92]
    assert (told["servers"], told["reachable"]) == ([12, None, 12, 13], [11, None, 12, 12])
    assert (told["weekly_active_users"], told["events"]) == ([900, None, 901, 902], [50, None, 51, 1])
    assert told["languages"] == [
        {"code": "", "communities": [87, None, 0, 0]},
        {"code": "de", "communities": [3, None, 0, 0]},
        {"code": "en", "communities": [0, None, 91, 92]},
    ]


def test_the_first_day_of_all():
    told = json.loads(stats_json([], NOW))
    assert (told["first"], told["communities"], told["languages"]) == (None, [], [])
