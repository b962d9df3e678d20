from __future__ import annotations

from dataclasses import replace

import pytest

from sessioncrawler.protocol.keys.log import NOTHING, KeyChange, KeyEvent, broken_at, chained

FIRST = KeyEvent(100, KeyChange.FIRST, "https://sogs.example", "a" * 64)
EVENTS = [FIRST, replace(FIRST, at=200, change=KeyChange.CHANGED, public_key="b" * 64, former_key="a" * 64)]


@pytest.fixture
def entries():
    found = []
    for event in [*EVENTS, replace(EVENTS[1], at=300, change=KeyChange.LOST, how="dns")]:
        found.append(chained(event, found[-1] if found else None))
    return found


def test_entries_are_chained_and_what_is_hashed_never_changes(entries):
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries] == [NOTHING, *(entry.sha256 for entry in entries[:2])]
    assert entries[0].sha256 == "3528e07d0eafed7b62e6d355a014590891f21f75b00dd1cdb16bb348ff6412a2"
    assert broken_at(entries) is None
    assert broken_at([]) is None


@pytest.mark.parametrize(
    "change",
    [{"at": 201}, {"address": "http://sogs.example"}, {"public_key": "c" * 64}, {"former_key": None}, {"how": "x"}],
)
def test_a_changed_entry_breaks_the_chain(entries, change):
    entries[1] = replace(entries[1], event=replace(entries[1].event, **change))
    assert broken_at(entries) == 2
    # Written anew with a hash that fits, it is the next one that gives it away.
    entries[1] = chained(entries[1].event, entries[0])
    assert broken_at(entries) == 3


def test_a_removed_entry_breaks_the_chain(entries):
    assert broken_at(entries[1:]) == 1
    assert broken_at([entries[0], entries[2]]) == 2


def test_a_log_that_is_full_begins_anywhere_and_a_shorter_one_does_not(entries, monkeypatch):
    entries.append(chained(replace(EVENTS[1], at=400), entries[-1]))
    monkeypatch.setattr("sessioncrawler.protocol.keys.log.KEPT", 3)
    assert broken_at(entries[1:]) is None
    assert broken_at(entries[2:]) == 1
    assert broken_at([entries[1], entries[3], entries[3]]) == 3
