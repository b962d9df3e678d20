"""``health.json`` and the metrics, against the schema and the parser of those who read them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from sessioncrawler.editorial.monitors import Figures, Verdict
from sessioncrawler.model import Outcome
from sessioncrawler.publish.health import health_json, health_schema
from sessioncrawler.publish.metrics import metrics
from sessioncrawler.state import Run

NOW = 1_769_083_200  # 2026-01-22 12:00 UTC
FIGURES = Figures(20, 4, 3, {"reached": 4, "dns": 1})
RUN = Run(NOW - 7200, FIGURES)
GOOD = tuple(
    Verdict(name) for name in ("servers", "communities", "sources", "failures", "growth", "publication", "age")
)
NUMBERS = st.integers(0, 2**60)
POLLS = st.dictionaries(st.sampled_from([outcome.value for outcome in Outcome]), NUMBERS)
ANY_FIGURES = st.none() | st.builds(Figures, NUMBERS, NUMBERS, NUMBERS, POLLS)
VERDICTS = st.lists(st.builds(Verdict, st.sampled_from([one.name for one in GOOD]), st.text())).map(tuple)
RUNS = st.none() | st.builds(Run, st.integers(0, NOW * 2), st.builds(Figures, NUMBERS, NUMBERS, NUMBERS, POLLS))


@pytest.fixture(scope="module")
def validator():
    document = json.loads(health_schema())
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def health(*known, **more):
    return json.loads(health_json(*known, **more))


def samples(text):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_after_a_good_run():
    told = health(NOW, GOOD, FIGURES, Run(NOW, FIGURES))
    assert (told["status"], told["age"], told["published_at"]) == ("ok", 0, "2026-01-22T12:00:00Z")
    assert told["figures"] == {"communities": 20, "servers": 4, "sources": 3, "polls": {"dns": 1, "reached": 4}}
    assert told["last_good"] == {"at": "2026-01-22T12:00:00Z", "figures": told["figures"]}


@pytest.mark.parametrize(
    ("name", "status"),
    [("publication", "failing"), ("age", "failing"), ("servers", "ok"), ("failures", "ok"), ("growth", "ok")],
)
def test_what_was_overridden_does_not_make_the_status(name, status):
    verdicts = tuple(Verdict(one.name, "Bad." if one.name == name else "") for one in GOOD)
    told = health(NOW, verdicts, FIGURES, RUN, forced=True)
    assert (told["status"], told["age"], told["forced"]) == (status, 7200, True)
    assert [one["name"] for one in told["monitors"] if not one["ok"]] == [name]


def test_before_anything_was_published():
    told = health(NOW, GOOD[4:], None, None)
    assert (told["published_at"], told["age"], told["figures"], told["last_good"]) == (None, None, None, None)


@given(VERDICTS, ANY_FIGURES, RUNS, st.booleans())
def test_the_schema_holds_for_all(validator, verdicts, figures, last, forced):
    validator.validate(health(NOW, verdicts, figures, last, forced=forced))


TOLD = {
    "version": 1,
    "generated_at": "2026-01-22T12:00:00Z",
    "status": "ok",
    "published_at": "2026-01-22T10:00:00Z",
    "age": 7200,
    "forced": False,
    "monitors": [{"name": "age", "ok": True, "sentence": ""}],
    "figures": {"communities": 20, "servers": 4, "sources": 3, "polls": {"dns": 1, "reached": 4}},
}
TOLD["last_good"] = {"at": TOLD["published_at"], "figures": TOLD["figures"]}


def test_the_keys_have_their_order():
    told = health_json(NOW, (Verdict("age"),), FIGURES, RUN)
    assert told == json.dumps(TOLD, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("version", [2, None]),
        ("generated_at", [None, "2026"]),
        ("status", ["good"]),
        ("published_at", ["yesterday"]),
        ("age", [-1, 1.5]),
        ("forced", [None]),
        ("monitors", [None, [{"name": "odd", "ok": True, "sentence": ""}], [{"name": "age", "ok": True}]]),
        ("figures", [{}, {**TOLD["figures"], "servers": -1}, {**TOLD["figures"], "polls": {"dns": "1"}}]),
        ("last_good", [{"at": TOLD["published_at"]}, {**TOLD["last_good"], "more": 1}]),
    ],
)
def test_what_the_schema_refuses(validator, field, bad):
    assert validator.is_valid(TOLD)
    assert not validator.is_valid({key: value for key, value in TOLD.items() if key != field})
    assert not validator.is_valid({**TOLD, "surprise": 1})
    for value in bad:
        assert not validator.is_valid({**TOLD, field: value}), value


def test_the_metrics_of_a_good_run():
    found = samples(metrics(NOW, GOOD, FIGURES, RUN, published=True, seconds=12.5))
    assert (
        found.items()
        >= {
            ("sessioncrawler_run_timestamp_seconds",): NOW,
            ("sessioncrawler_run_success",): 1,
            ("sessioncrawler_run_duration_seconds",): 12.5,
            ("sessioncrawler_published_timestamp_seconds",): NOW - 7200,
            ("sessioncrawler_communities",): 20,
            ("sessioncrawler_servers",): 4,
            ("sessioncrawler_sources",): 3,
            ("sessioncrawler_polls", "dns"): 1,
            ("sessioncrawler_polls", "tls"): 0,
            ("sessioncrawler_monitor_ok", "servers"): 1,
        }.items()
    )
    assert sum(name == "sessioncrawler_polls" for name, *_ in found) == len(Outcome)


def test_what_is_unknown_has_no_sample():
    verdicts = (Verdict("publication", "Nothing."), Verdict("age", "Never."))
    assert samples(metrics(NOW, verdicts, None, None, published=False, seconds=None)) == {
        ("sessioncrawler_run_timestamp_seconds",): NOW,
        ("sessioncrawler_run_success",): 0,
        ("sessioncrawler_monitor_ok", "publication"): 0,
        ("sessioncrawler_monitor_ok", "age"): 0,
    }


@given(VERDICTS, ANY_FIGURES, RUNS)
def test_every_metric_has_help_type_and_one_sample_a_label(verdicts, figures, last):
    text = metrics(NOW, verdicts, figures, last, published=True, seconds=1)
    for family in text_string_to_metric_families(text):
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        labels = [tuple(sample.labels.items()) for sample in family.samples]
        assert len(set(labels)) == len(labels) > 0


def test_labels_are_escaped():
    text = metrics(NOW, (Verdict('a"b\\c\nd'),), None, None, published=True, seconds=None)
    assert samples(text)["sessioncrawler_monitor_ok", 'a"b\\c\nd'] == 1
