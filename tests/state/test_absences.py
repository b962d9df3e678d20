"""What the monitors remember: places that are missing, and why the last run was withheld."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from sessioncrawler.editorial.monitors import Absence, Verdict
from sessioncrawler.state import State, Withheld

MISSING = [Absence("a.org", 5, 7), Absence("b.org", 2**40, 9, away=False, paused=True, forced=True)]
WITHHELD = Withheld(9, (Verdict("servers", "Lost: \ud800.", 2**40), Verdict("failures", "Failed.")))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/state.db"


def comes_back(url):
    with State.open(url) as state:
        assert (state.absences(), state.withheld()) == ([], None)
        state.record_judgement(reversed(MISSING), WITHHELD)
    with State.open(url) as state:
        assert (state.absences(), state.withheld()) == (MISSING, WITHHELD)
        state.record_judgement(MISSING[:1], None)
        assert (state.absences(), state.withheld()) == (MISSING[:1], None)


def test_the_last_judgement_is_remembered(url):
    comes_back(url)


def test_on_postgresql(database):
    comes_back(database)


def test_what_is_no_longer_understood_is_left_out(url):
    with State.open(url) as state:
        state.record_judgement([], WITHHELD)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE withheld SET run = '{'"))
    engine.dispose()
    with State.open(url) as state:
        assert state.withheld() is None
