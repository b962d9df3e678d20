"""Runs that were published, as the state remembers them."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from sqlalchemy import create_engine, text

from sessioncrawler.editorial.monitors import Figures
from sessioncrawler.state import Run, State, runs


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/state.db"


def run(at, communities=1):
    return Run(at, Figures(communities, 2, 3, {"reached": 4, "dns": 5}))


def test_the_last_run_is_the_one_that_was_recorded_last(url):
    with State.open(url) as state:
        assert state.last_run() is None
        for one in (run(100), run(300, 7), run(200, 8)):
            state.record_run(one)
    with State.open(url) as state:
        assert state.last_run() == run(200, 8)
        assert state.runs() == [run(200, 8), run(300, 7), run(100)]
        assert state.runs(2) == [run(200, 8), run(300, 7)]


def test_polls_may_be_any_mapping(url):
    with State.open(url) as state:
        state.record_run(Run(1, Figures(1, 1, 1, MappingProxyType({"tls": 2}))))
        assert state.last_run() == Run(1, Figures(1, 1, 1, {"tls": 2}))


def test_old_runs_are_forgotten(url, monkeypatch):
    monkeypatch.setattr(runs, "KEPT", 3)
    with State.open(url) as state:
        for at in range(5):
            state.record_run(run(at))
        assert [one.at for one in state.runs()] == [4, 3, 2]


def test_on_postgresql(database, monkeypatch):
    monkeypatch.setattr(runs, "KEPT", 2)
    with State.open(database) as state:
        for at in (3, 1, 2):
            state.record_run(run(at))
        assert state.runs() == [run(2), run(1)]


@pytest.mark.parametrize("figures", ["{", '{"unknown": 1}', "[]"])
def test_figures_that_are_not_understood_are_left_out(url, figures):
    with State.open(url) as state:
        state.record_run(run(1))
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO runs (at, figures) VALUES (2, :figures)"), {"figures": figures})
    engine.dispose()
    with State.open(url) as state:
        assert state.runs() == [run(1)]
