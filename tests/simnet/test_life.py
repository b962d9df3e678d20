"""Simulated lives: the same seed gives the same life, and it ends in the world as it is."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.candidates import group
from sessioncrawler.protocol.joinlinks import parse_join_link
from simnet.life import STEP, Life, ask_all, make_living_world
from simnet.life.habits import LOST
from simnet.world import make_world

END, DAY = 1_769_083_200, 86_400


def life(seed=5, days=20, **more):
    return Life(make_living_world(seed, 12), END, days, seed=seed, **{"eventful": 3.0, **more})


def ask(moment):
    return ask_all(moment, group((parse_join_link(text), source) for source, text in moment.links))


def test_the_same_seed_gives_the_same_life():
    assert list(life().moments()) == list(life().moments())
    assert list(life(5).moments()) != list(life(6).moments())


def test_its_clock_goes_on_to_its_end():
    times = life(days=3).times
    assert len(times) == 12
    assert times[-1] == END
    assert all(STEP - 900 <= after - before <= STEP + 900 for before, after in pairwise(times))


def test_whoever_answers_is_reached_and_proven_and_nobody_else():
    ends = Counter()
    for moment in list(life().moments())[::6]:
        polls = ask(moment)
        reached = {poll.server.public_key: poll for poll in polls if poll.outcome is Outcome.REACHED}
        assert reached.keys() == moment.answering.keys()
        for key, poll in reached.items():
            told, there = ({room.token for room in rooms} for rooms in (poll.rooms, moment.answering[key].rooms))
            assert told == there if poll.whole else told and told < there
        ends.update(poll.outcome for poll in polls)
    assert len(ends) > 3


def test_all_happens_that_may():
    fates = [fate for seed in range(4) for fate in life(seed, 40).fates.values()]
    for name in ("born", "moved", "new_key", "reset"):
        assert any(getattr(fate, name) > 0 for fate in fates), name
    lasting = [fall.ended - fall.began for fate in fates for fall in fate.falls]
    assert min(lasting) < 2 * 3_600
    assert max(lasting) == float("inf")
    assert any(DAY / 2 < each < 2 * DAY for each in lasting)
    assert any(3 * DAY - 1 < each < 5 * DAY for each in lasting)
    assert any(fate.rooms_born for fate in fates)
    assert any(fate.rooms_gone for fate in fates)
    shares = {share for seed in range(4) for share in life(seed, 40).outages.reached.values()}
    assert shares == {0.0, 0.3}


def test_sequences_only_grow_but_for_a_database_that_is_lost():
    for one in (life(seed, 30) for seed in range(3)):
        before = {}
        for moment in one.moments():
            for place in moment.places.values():
                for room in place.spec.rooms:
                    last = before.get((place.spec.index, room.token), 0)
                    grown = room.message_sequence - last
                    assert grown >= 0 or grown > -LOST - 10_000, room
                    assert grown >= 0 or one.fates[place.spec.index].reset > 0
                    before[place.spec.index, room.token] = room.message_sequence


@pytest.mark.parametrize("seed", [1, 2])
def test_a_life_that_is_crawled_afterwards_ends_in_its_world(seed):
    world = make_world(seed)
    ports = {spec.index: 20_000 + spec.index for spec in world.servers}
    *_, last = Life(world, END, 8, ports=ports, mortal=False, seed=seed).moments()
    for place in last.places.values():
        assert place.spec == world.servers[place.spec.index]
    assert {place.spec.index for place in last.places.values()} == {spec.index for spec in world.servers if spec.links}
