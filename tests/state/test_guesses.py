"""Guesses of languages in the state, on SQLite and PostgreSQL."""

from __future__ import annotations

from sessioncrawler.editorial.guess import Guess
from sessioncrawler.state.memory import guesses
from sessioncrawler.state.memory.spans import DAY

NOW = 1_769_083_200
GERMAN = Guess("de", 0.98)


def test_guesses_are_remembered_and_so_is_that_none_was_sure(state):
    state.record_guesses({"a": GERMAN, "b": None}, [], NOW)
    state.record_guesses({"a": Guess("en", 0.9), "c": GERMAN}, [], NOW)
    assert state.guesses() == {"a": GERMAN, "b": None, "c": GERMAN}


def test_what_nobody_needs_for_30_days_is_forgotten(state):
    state.record_guesses({"a": GERMAN, "b": None}, [], NOW)
    state.record_guesses({}, ["a", "of nobody"], NOW + 20 * DAY)
    state.record_guesses({}, [], NOW + 31 * DAY)
    assert set(state.guesses()) == {"a"}
    state.record_guesses({}, [], NOW + 51 * DAY)
    assert state.guesses() == {}


def test_a_flood_of_texts_takes_no_more_room(state, monkeypatch):
    monkeypatch.setattr(guesses, "MOST", 10)
    for day in range(5):
        flood = {f"{day}-{number}": None for number in range(8)}
        state.record_guesses(flood, ["mine"] if day else [], NOW + 2 * day * DAY)
        if not day:
            state.record_guesses({"mine": GERMAN}, [], NOW)
    assert len(state.guesses()) == 10
    assert state.guesses()["mine"] == GERMAN
