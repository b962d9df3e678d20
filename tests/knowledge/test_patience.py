"""Whom a crawl leaves alone, over random histories on a frozen clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from sessioncrawler.knowledge.patience import SOONER, LearnedPatience, Rests
from sessioncrawler.knowledge.shares import line_up
from sessioncrawler.model import Address, JoinLink, Outcome, Poll, Sighting
from sessioncrawler.state import Fared
from sessioncrawler.state.memory.fared import MISSES, learnt
from tests.support.knowing import DAY, NOW, knowledge

HOUR = 3_600
HERE = Address("https", "sogs.example", 443)
PLACE = "sogs.example"
STEADY = Fared("steady.example", NOW, NOW)
"""Somebody who is always reached: this machine works."""
FAILURES = (Outcome.STALLED, Outcome.DNS, Outcome.HTTP_STATUS, Outcome.REFUSED, Outcome.NO_ROOMS)


def seen(first: int, last: int, token: str = "room") -> Sighting:
    return Sighting(JoinLink(HERE, token, "a" * 64), "one", (), first, last)


@dataclass
class Life:
    """One address, asked by crawls of one directory."""

    now: int = NOW
    links: list[Sighting] = field(default_factory=lambda: [seen(NOW, NOW + 10_000 * DAY)])
    configured: tuple[str, ...] = ()
    rests: Rests = field(default_factory=Rests)
    known: Fared | None = None
    asked: list[int] = field(default_factory=list)
    full: list[int] = field(default_factory=list)

    def patience(self, others: Sequence[Fared] | None = None) -> LearnedPatience:
        fared = [Fared("steady.example", self.now, self.now)] if others is None else [*others]
        return LearnedPatience(
            [*fared, *([self.known] if self.known else [])],
            {PLACE: [one for one in self.links if one.first_seen <= self.now]},
            self.configured,
            self.rests,
            self.now,
        )

    def crawl(self, outcome: Outcome, others: Sequence[Fared] | None = None) -> bool:
        """One crawl in which the address would end as ``outcome``; whether it was asked."""
        patience = self.patience(others)
        if patience.resting(PLACE):
            return False
        self.asked.append(self.now)
        if patience.is_full(PLACE):
            self.full.append(self.now)
        self.known = learnt(self.known, Poll(HERE, outcome), self.now)
        if self.known and PLACE in patience.early:
            self.known = Fared(**{**{n: getattr(self.known, n) for n in Fared.__slots__}, "early_at": self.now})
        return True

    def crawls(self, hours: int, outcome: Outcome = Outcome.STALLED) -> list[int]:
        """One crawl an hour; the hours from now in which it was asked."""
        began = self.now
        found = []
        for _ in range(hours):
            if self.crawl(outcome):
                found.append((self.now - began) // HOUR)
            self.now += HOUR
        return found


steps = st.lists(st.tuples(st.integers(60, 3 * DAY), st.sampled_from([Outcome.REACHED, *FAILURES])), max_size=60)


@given(steps)
@settings(max_examples=300, deadline=None)
def test_nobody_rests_before_a_week_nor_for_longer_than_is_said(history):
    """Whoever was reached within a week is asked in each crawl; nobody waits for more than a week and a crawl."""
    life = Life()
    reached_at, asked_at = NOW, None
    for seconds, outcome in history:
        life.now += seconds
        was = life.crawl(outcome)
        if asked_at is None or life.now - reached_at < 7 * DAY:
            assert was
        if not was:
            assert asked_at is not None
            assert life.now - asked_at < (7 * DAY if life.now - reached_at >= 30 * DAY else DAY)
        if was:
            asked_at = life.now
            reached_at = life.now if outcome is Outcome.REACHED else reached_at


@given(steps)
@settings(max_examples=200, deadline=None)
def test_a_success_brings_all_back_at_once(history):
    life = Life()
    for seconds, outcome in history:
        life.now += seconds
        life.crawl(outcome)
    life.now += 8 * DAY
    assert life.crawl(Outcome.REACHED)
    assert life.crawls(24 * 7) == list(range(24 * 7))


@given(steps, st.integers(60, 30 * DAY))
@settings(max_examples=200, deadline=None)
def test_a_new_link_is_asked_at_once_but_once_a_day(history, later):
    life = Life()
    for seconds, outcome in history:
        life.now += seconds
        life.crawl(outcome)
    life.now += later
    early = life.known.early_at if life.known else None
    life.links.append(seen(life.now, life.now, "new"))
    assert life.patience().resting(PLACE) is None or (early is not None and life.now - early < DAY)


def test_how_often_is_who_asked_that_never_answers():
    life = Life()
    week = life.crawls(24 * 7)
    assert week == list(range(24 * 7))
    daily = life.crawls(24 * 23)
    assert 22 <= len(daily) <= 24 / (1 - SOONER)
    life.crawls(24)
    weekly = life.crawls(24 * 70)
    assert 9 <= len(weekly) <= 10 / (1 - SOONER) + 1


def test_who_never_answered_has_all_tries_first_and_then_once_a_day():
    life = Life()
    life.crawls(24 * 3)
    assert [(at - NOW) // HOUR for at in life.full] == [0, 24, 48]


@given(st.integers(0, 4), st.integers(2, 5))
def test_one_in_five_keeps_all_it_needs(first, every):
    """Whoever answers in one crawl of five is given all tries in each."""
    life = Life()
    life.crawls(first)
    life.crawl(Outcome.REACHED)
    begins = len(life.asked)
    for number in range(100):
        life.now += HOUR
        life.crawl(Outcome.REACHED if number % every == every - 1 else Outcome.STALLED)
    assert life.full[-100:] == life.asked[begins:]


def test_one_who_answered_once_is_silent_after_some_crawls():
    life = Life()
    life.crawl(Outcome.REACHED)
    life.now += HOUR
    life.crawls(20)
    assert len([at for at in life.full if at <= NOW + 20 * HOUR]) == 1 + MISSES


def test_a_stranger_who_posts_each_hour_has_a_victim_asked_once_a_day_more_at_most():
    life = Life()
    life.crawls(24 * 40)
    life.asked.clear()
    for hour in range(24 * 30):
        life.links.append(seen(life.now, life.now, f"room{hour}"))
        life.crawls(1)
    assert len(life.asked) <= 30 + 30 / 7 + 2
    assert len(life.asked) >= 29


def test_posting_again_what_was_posted_before_has_nobody_asked_early():
    life = Life()
    life.crawls(24 * 40)
    early = [life.patience().early for _ in range(3)]
    assert early == [set(), set(), set()]


def test_a_link_that_nobody_shows_is_dropped_after_90_days_and_comes_back_with_a_new_one():
    life = Life(links=[seen(NOW, NOW + DAY)])
    life.crawls(24 * 92)
    rest = life.patience().resting(PLACE)
    assert (rest.every, rest.reached_at) == (0, None)
    assert life.crawls(24 * 30) == []
    life.links.append(seen(life.now, life.now, "new"))
    assert life.crawls(1) == [0]


def test_a_link_that_is_shown_is_never_dropped():
    life = Life()
    life.crawls(24 * 120)
    assert life.patience().rests[PLACE].every == 7 * DAY


def test_who_is_reached_is_never_dropped_though_nobody_shows_its_link():
    life = Life(links=[seen(NOW, NOW)])
    assert life.crawls(24 * 120, Outcome.REACHED) == list(range(24 * 120))


def test_a_link_that_was_never_asked_is_dropped_as_well():
    """It was one of a crowd, until its source stopped showing it."""
    life = Life(now=NOW + 91 * DAY, links=[seen(NOW, NOW)])
    assert life.patience().resting(PLACE).every == 0


def test_who_is_configured_is_always_asked():
    life = Life(links=[seen(NOW, NOW)], configured=(PLACE,))
    assert life.crawls(24 * 120) == list(range(24 * 120))


def test_where_nobody_at_all_was_reached_everybody_is_asked():
    """The network was away for two weeks, or nobody crawled: then time says nothing of anybody."""
    life = Life()
    life.crawls(24 * 40)
    away = [Fared("steady.example", life.now, life.now - DAY)]
    assert life.patience(others=away).rests == {}
    assert life.patience().rests != {}


def test_limits_of_0_are_none():
    life = Life(links=[seen(NOW, NOW)], rests=Rests(0, 0, 0))
    assert life.crawls(24 * 120) == list(range(24 * 120))


def test_a_clock_that_was_wrong_once_silences_nobody():
    life = Life()
    life.crawls(24 * 40)
    life.now -= 39 * DAY
    assert life.patience().resting(PLACE) is None


def test_those_that_fell_together_are_not_asked_together():
    places = [f"s{number}.example" for number in range(40)]
    fared = {one: Fared(one, NOW, None, NOW - 10 * DAY, MISSES, NOW) for one in places}
    shares = []
    for hour in range(26):
        now = NOW + hour * HOUR
        patience = LearnedPatience([Fared("steady.example", now, now), *fared.values()], {}, (), Rests(), now)
        asked = [one for one in places if not patience.resting(one)]
        shares.append(len(asked))
        for one in asked:
            fared[one] = learnt(fared[one], Poll(Address("https", one, 443), Outcome.STALLED), now)
    assert sum(shares) == 40
    assert max(shares) < 20


def test_who_rests_is_in_no_line_and_takes_no_share():
    rested = [Fared(PLACE, NOW - HOUR, None, NOW - 10 * DAY, MISSES, NOW - HOUR), STEADY]
    line = line_up(knowledge(links=[seen(NOW - 20 * DAY, NOW)], fared=tuple(rested)))
    assert (line.known, line.newcomers) == ((), ())
    assert [one.address for one in line.resting] == [HERE]
