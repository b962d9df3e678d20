"""Who is next where there are more who ask than places."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from sessioncrawler.downloadhandlers._lanes import Lane, Lanes, Way
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.visit import Visit
from tests.downloadhandlers.asking import never
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server


def newcomer(netloc: str) -> Visit:
    return Visit(netloc, 5, newcomer=True)


def served(places: int, waiting: list[tuple[str, bool]]) -> list[str]:
    """In which order those who wait for a lane whose places are taken get in: each leaves as the next comes."""

    async def main():
        lane, order = Lane(places), []
        holders = [await lane.enter("holder", newcomer=False) for _ in range(places)]

        async def wait(network, new):
            ticket = await lane.enter(network, newcomer=new)
            order.append(network)
            await asyncio.sleep(0)
            ticket.leave()

        tasks = [asyncio.ensure_future(wait(*one)) for one in waiting]
        await asyncio.sleep(0)
        holders[0].leave()
        await asyncio.gather(*tasks)
        return order

    return asyncio.run(main())


def test_networks_take_turns_however_many_wait_there():
    waiting = [("many", True)] * 4 + [("one", True), ("two", True), ("two", True)]
    assert served(1, waiting) == ["many", "one", "two", "many", "two", "many", "many"]


def test_those_who_are_known_go_first():
    assert served(1, [("new", True), ("new", True), ("known", False)]) == ["known", "new", "new"]


def test_newcomers_never_have_all_places():
    async def main():
        lane = Lane(4)
        had = [lane.enter_now(f"new{number}", newcomer=True) for number in range(4)]
        return [ticket is not None for ticket in had], lane.enter_now("known", newcomer=False) is not None

    assert asyncio.run(main()) == ([True, True, True, False], True)


def test_a_place_is_not_lost_with_who_waited_for_it():
    async def main():
        lane = Lane(1)
        first = await lane.enter("a", newcomer=False)
        second, third = (asyncio.ensure_future(lane.enter("b", newcomer=False)) for _ in range(2))
        await asyncio.sleep(0)
        first.leave()  # the second has it now, and does not know it
        second.cancel()
        await asyncio.wait([second])
        return await asyncio.wait_for(third, 1)

    assert asyncio.run(main()) is not None


def test_nobody_waits_for_a_lane_that_is_closed():
    async def main():
        lane = Lane(1)
        ticket = await lane.enter("a", newcomer=False)
        waiting = asyncio.ensure_future(lane.enter("b", newcomer=False))
        await asyncio.sleep(0)
        lane.close()
        with pytest.raises(TimeoutError):
            await waiting
        with pytest.raises(TimeoutError):
            await lane.enter("b", newcomer=False)
        ticket.leave()
        return await lane.enter("b", newcomer=False)

    assert asyncio.run(main()) is not None


def test_only_those_who_hurry_wait_no_more_for_a_lane_that_is_hurried():
    async def main():
        lane = Lane(1)
        ticket = await lane.enter("a", newcomer=False)
        hurries = asyncio.ensure_future(lane.enter("b", newcomer=True, hurries=True))
        waits = asyncio.ensure_future(lane.enter("c", newcomer=True))
        await asyncio.sleep(0)
        lane.hurry()
        with pytest.raises(TimeoutError):
            await hurries
        with pytest.raises(TimeoutError):
            await lane.enter("b", newcomer=False, hurries=True)
        ticket.leave()
        return await waits

    assert asyncio.run(main()) is not None


def test_patience_ends_for_those_who_hurry_and_have_it():
    async def main():
        lanes = Lanes(1, 2, sockets=96)
        stays, goes = Visit("stays", 1), Visit("goes", 1)
        goes.together.leaves_last = True
        ways = [Way(lanes, visit.netloc, visit) for visit in (stays, goes)]
        for way in ways:
            assert way.change()
        before = [way.over for way in ways]
        lanes.patience.hurry()
        return before, [way.over for way in ways]

    assert asyncio.run(main()) == ([False, False], [False, True])


def test_few_sockets_make_few_places():
    async def main():
        lanes = Lanes(100, 250, sockets=96)
        ways = [Way(lanes, str(number), Visit("", 1)) for number in range(100)]
        first = sum(way.enter_now() for way in ways)
        return first, sum(way.change() for way in ways[:first])

    assert asyncio.run(main()) == (48, 12)


def test_first_questions_wait_for_no_patience():
    """More servers stall than there are places of both lanes; who answers is asked within a moment all the same."""

    async def main():
        settings = {"CONCURRENT_WORK": 2, "CONCURRENT_PATIENCE": 2, "PATIENT_RETRY_TIMEOUT": 0.4}
        async with server(never) as dead, server(answer_ok) as fine, handler(**settings) as client:
            stalled = [
                asyncio.ensure_future(fetch(client, dead.url(f"/{n}"), download_slot=f"{n}", visit=newcomer(f"{n}")))
                for n in range(8)
            ]
            await asyncio.sleep(0.5)
            response = await asyncio.wait_for(fetch(client, fine.url()), 1)
            for task in stalled:
                task.cancel()
            await asyncio.gather(*stalled, return_exceptions=True)
            return response.body

    assert asyncio.run(main()) == b"ok"


def test_the_clock_of_a_server_stands_while_it_waits_for_a_place():
    async def main():
        settings = {"CONCURRENT_WORK": 1, "CONCURRENT_PATIENCE": 1, "PATIENT_RETRY_TIMES": 4, "SERVER_BUDGET": 2}
        async with server(never) as dead, handler(**settings) as client:
            visits = [Visit(f"{number}", 2) for number in range(6)]
            ends = await asyncio.gather(
                *(fetch(client, dead.url(), download_slot=visit.netloc, visit=visit) for visit in visits),
                return_exceptions=True,
            )
            return visits, ends, dead.connections

    visits, ends, connections = asyncio.run(main())
    assert Counter(end.outcome for end in ends) == {Outcome.STALLED: 6}
    assert connections >= 6 * 4
    assert all(visit.spent < 1 for visit in visits)


def test_patience_with_newcomers_has_an_end():
    async def main():
        async with server(never) as dead, handler(PATIENCE_BUDGET=0.3, PATIENT_RETRY_TIMES=1000) as client:
            with pytest.raises(TryError) as caught:
                await asyncio.wait_for(fetch(client, dead.url(), visit=newcomer("a")), 3)
            return caught.value.outcome

    assert asyncio.run(main()) is Outcome.STALLED
