"""Whose picture is asked for next."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

import pytest

from sessioncrawler.model import Address, Room, Server
from sessioncrawler.pipelines._icon_rounds import Asked, Rounds


def asked(host, pictures=3, *, port=80, known=False, seconds=20.0):
    rooms = deque(Room(token=str(number), name="", image_id=1) for number in range(pictures))
    return Asked(Server(Address("http", host, port), "k"), rooms, seconds, known)


class Pictures:
    """Answers when it is let: ``order`` says what was asked, ``most`` how much at once, of all and of each place."""

    def __init__(self, drips=()):
        self.order = []
        self.drips = set(drips)
        self.most = Counter()
        self._now = Counter()

    async def ask(self, one, room):
        self.order.append(f"{one.server.address.netloc}/{room.token}")
        for name in ("all", one.place, f"server {one.server.address.netloc}"):
            self._now[name] += 1
            self.most[name] = max(self.most[name], self._now[name])
        try:
            if one.server.address.host in self.drips:
                await asyncio.Event().wait()
            await asyncio.sleep(0)
        finally:
            for name in ("all", one.place, f"server {one.server.address.netloc}"):
                self._now[name] -= 1


def run(pictures, servers, *, at_once=8, per_place=4, wait=None):
    """Line ``servers`` up at once; wait for those of ``wait``, by default for all, then stop."""

    async def whole():
        rounds = Rounds(pictures.ask, at_once, per_place)
        all_of_them = [make() for make in servers]
        tasks = {one.server.address.netloc: asyncio.create_task(rounds.ask_all(one)) for one in all_of_them}
        async with asyncio.timeout(20):
            await asyncio.gather(*(tasks[name] for name in wait or tasks))
            rounds.stop()
            await asyncio.gather(*tasks.values())
        return all_of_them

    return asyncio.run(whole())


def test_each_server_has_a_first_picture_before_any_has_a_second():
    pictures = Pictures()
    run(pictures, [lambda h=host: asked(f"{h}.example", 1 + 2 * (h == "a")) for host in "abcd"], at_once=1)
    assert pictures.order == ["a.example/0", "b.example/0", "c.example/0", "d.example/0", "a.example/1", "a.example/2"]


def test_places_take_turns_however_many_servers_they_have():
    """Three names of one domain, three ports of one host and two machines of one network are each one place."""
    pictures = Pictures()
    names = [lambda n=n: asked(f"{n}.many.example", 1) for n in "abc"]
    ports = [lambda n=n: asked("9.9.9.9", 1, port=n) for n in (81, 82, 83)]
    network = [lambda n=n: asked(f"8.8.8.{n}", 1) for n in (1, 2)]
    run(pictures, [lambda: asked("first.org", 1), *names, *ports, *network, lambda: asked("honest.test", 2)], at_once=1)
    assert pictures.order[1:] == [
        *("a.many.example/0", "9.9.9.9:81/0", "8.8.8.1/0", "honest.test/0"),
        *("b.many.example/0", "9.9.9.9:82/0", "8.8.8.2/0", "honest.test/1"),
        *("c.many.example/0", "9.9.9.9:83/0"),
    ]


def test_a_server_is_asked_for_one_at_a_time_and_a_place_for_few():
    pictures = Pictures()
    run(pictures, [lambda n=n: asked("127.0.0.9", 5, port=n) for n in range(1000, 1020)], at_once=50, per_place=3)
    assert pictures.most["all"] == pictures.most["127.0.0.9"] == 3
    assert pictures.most["server 127.0.0.9:1000"] == 1
    assert len(pictures.order) == 100


def test_one_place_that_drips_takes_no_more_than_its_share():
    drips = [lambda n=n: asked("127.0.0.9", 20, port=n) for n in range(1000, 1055)]
    pictures = Pictures(drips={"127.0.0.9"})
    run(pictures, [*drips, lambda: asked("honest.test", 9)], wait=["honest.test"])
    assert sum(one.startswith("127.0.0.9") for one in pictures.order) == 4


def test_strangers_everywhere_leave_places_to_those_who_are_known():
    drips = [lambda n=n: asked(f"9.9.{n}.9") for n in range(60)]
    pictures = Pictures(drips={f"9.9.{n}.9" for n in range(60)})
    known = [lambda n=n: asked(f"known{n}.org", 5, known=True) for n in range(20)]
    run(pictures, [*drips, *known], at_once=8, wait=[f"known{n}.org" for n in range(20)])
    assert pictures.most["all"] == 8
    assert sum(one.startswith("9.9.") for one in pictures.order) == 6


def test_strangers_are_asked_when_no_one_known_waits():
    pictures = Pictures()
    run(pictures, [lambda: asked("stranger.test", 2), lambda: asked("known.test", 2, known=True)], at_once=1)
    assert pictures.order == ["stranger.test/0", "known.test/0", "known.test/1", "stranger.test/1"]


@pytest.mark.parametrize("loses", ["seconds", "failures"])
def test_who_is_spent_is_asked_for_no_more(loses):
    class Losing(Pictures):
        async def ask(self, one, room):
            await super().ask(one, room)
            setattr(one, loses, getattr(one, loses) - 15)

    pictures = Losing()
    (one,) = run(pictures, [lambda: asked("a.test", 9, seconds=20)])
    assert len(pictures.order) == {"seconds": 2, "failures": 1}[loses]
    assert len(one.rooms) == 9 - len(pictures.order)


def test_the_clock_runs_only_while_it_is_held():
    async def whole():
        one = asked("a.test")
        with one.clock():
            await asyncio.sleep(0.05)
        left = one.seconds
        await asyncio.sleep(0.05)
        return left, one.seconds

    left, later = asyncio.run(whole())
    assert left == later < 20


def test_what_is_under_way_at_the_end_counts_as_not_asked():
    pictures = Pictures(drips={"a.test"})
    one, other = run(pictures, [lambda: asked("a.test"), lambda: asked("b.test")], wait=["b.test"])
    assert (len(one.rooms), len(other.rooms)) == (3, 0)


@pytest.mark.parametrize(("ends", "first"), [((0,), 0), ((9, 0.05), 1), ((0.05, 9), 1)])
def test_the_nearest_end_counts(ends, first):
    pictures = Pictures(drips={"a.test"})

    async def whole():
        rounds = Rounds(pictures.ask, 8, 4)
        for seconds in ends:
            rounds.end_in(seconds)
        async with asyncio.timeout(5):
            await rounds.ask_all(one := asked("a.test"))
        return len(one.rooms)

    assert asyncio.run(whole()) == 3
    assert len(pictures.order) == first


@pytest.mark.parametrize("fails", [False, True])
def test_at_the_end_nobody_waits_for_one_that_does_not_come(fails):
    """Pictures that come keep it going until the end; without one it is over after a fifth of that time."""

    class Slow(Pictures):
        async def ask(self, one, room):
            self.order.append(room.token)
            await asyncio.sleep(0.05 if one.server.address.host == "a.test" else 60)
            one.failures -= fails

    async def whole():
        rounds = Rounds(Slow().ask, 8, 4)
        loop = asyncio.get_running_loop()
        one, drips = asked("a.test", 15), asked("b.test")
        began = loop.time()
        rounds.hurry(1.5)
        async with asyncio.timeout(10):
            await asyncio.gather(rounds.ask_all(one), rounds.ask_all(drips))
        return len(one.rooms), len(drips.rooms), loop.time() - began

    left, dripping, seconds = asyncio.run(whole())
    assert dripping == 3
    assert left == (13 if fails else 0)
    assert seconds < (0.9 if fails else 1.6)


def test_a_mistake_of_ours_is_not_swallowed():
    class Wrong(Pictures):
        async def ask(self, one, room):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(Wrong(), [lambda: asked("a.test")])
