"""When a crawl waits no more for those that stall: on a clock of its own where seconds count."""

from __future__ import annotations

import asyncio

import pytest

from sessioncrawler.protocol.visit import SLOW, Visit
from sessioncrawler.spiders import _grace
from sessioncrawler.spiders._grace import LastGrace


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(_grace, "LOOK", 0.001)


def told_after(act, awaited=("one", "two"), seconds: float = 0.001, newcomers=()) -> list[str]:
    """What was told after ``act`` was done to the visits of two known servers and a newcomer."""

    async def main():
        told: list[str] = []
        grace = LastGrace(seconds, awaited, lambda: told.append("over"), newcomers=newcomers)
        visits = {name: Visit(name, 600) for name in ("one", "two", "new")}
        for name, visit in visits.items():
            visit.together.silent = name not in newcomers
            grace.begins(visit, newcomer=name == "new", remembered=name == "one")
        act(grace, visits)
        await asyncio.sleep(0.1)
        grace.close()
        return told, [name for name, visit in visits.items() if grace.ends(visit)]

    told, ends = asyncio.run(main())
    return told + ends


def stall(visit: Visit, spent: float = 1.0) -> None:
    visit.patient = True
    visit.spend(spent)


def test_it_waits_for_every_known_server():
    assert told_after(lambda grace, visits: stall(visits["one"])) == []
    assert told_after(lambda grace, visits: grace.ended(visits["one"])) == []


def test_it_ends_for_those_that_stall_and_are_remembered_or_new():
    def act(grace, visits):
        for visit in visits.values():
            stall(visit)

    assert told_after(act) == ["over", "one", "new"]


def test_it_does_not_wait_for_newcomers():
    def act(grace, visits):
        grace.ended(visits["one"])
        grace.ended(visits["two"])

    assert told_after(act) == ["over"]


def test_a_known_server_is_not_waited_for_that_takes_its_time_in_other_ways():
    def act(grace, visits):
        grace.ended(visits["two"])
        visits["one"].spend(SLOW + 1)

    assert told_after(act) == ["over", "one"]


def test_it_waits_for_who_was_not_asked_yet():
    def act(grace, visits):
        for visit in visits.values():
            stall(visit)

    assert told_after(act, awaited=("one", "two", "later")) == []


def test_without_a_grace_all_have_their_time():
    def act(grace, visits):
        for visit in visits.values():
            stall(visit)

    assert told_after(act, seconds=0) == []


def test_who_waits_for_a_place_has_some_more_time_for_it(monkeypatch):
    def act(grace, visits):
        stall(visits["one"], 0.0)
        stall(visits["two"])

    assert told_after(act) == ["over", "one"]
    monkeypatch.setattr(_grace, "MOST_TIMES", 1_000_000)
    assert told_after(act) == []


def answered(grace, visits):
    """All that are waited for answer; the newcomer stalls."""
    grace.ended(visits["one"])
    grace.ended(visits["two"])
    stall(visits["new"])


def test_there_is_no_grace_for_who_was_silent_before():
    assert told_after(answered, seconds=600) == ["over", "new"]
    assert told_after(answered, seconds=600, newcomers=["new"]) == []
    assert told_after(answered, newcomers=["new"]) == ["over", "new"]


def test_the_grace_ends_with_the_last_one_that_it_is_for():
    def act(grace, visits):
        answered(grace, visits)
        grace.ended(visits["new"])

    assert told_after(act, seconds=600, newcomers=["new"]) == ["over", "new"]


def test_who_another_one_leads_to_has_the_grace():
    def act(grace, visits):
        answered(grace, visits)
        grace.begins(Visit("led", 600), newcomer=True, remembered=False)

    assert told_after(act, seconds=600) == []


def test_answers_that_are_still_being_read_are_called_off_but_those_of_known_servers():
    called_off = []

    def act(grace, visits):
        for name, visit in visits.items():
            visit.start()
            visit.beside().start()
            visit.patient = True
            visit.at_call_off(lambda name=name: called_off.append(name))

    told_after(act)
    assert called_off == ["new"]


def test_nobody_is_called_off_who_has_ended():
    called_off = []

    def act(grace, visits):
        answered(grace, visits)
        visits["new"].at_call_off(lambda: called_off.append("new"))
        grace.ended(visits["new"])

    told_after(act)
    assert called_off == []
