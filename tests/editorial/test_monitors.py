"""Which figures are fit to be published after which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.monitors import (
    HOUR,
    Absence,
    Acquaintance,
    Figures,
    Limits,
    Verdict,
    by_place,
    judge,
    judge_age,
    passes_at,
    usual,
)
from sessioncrawler.model import Outcome

LAST = Figures(200, 40, 4, {"reached": 40, "dns": 10})
NUMBERS = st.integers(0, 10_000)
FIGURES = st.builds(Figures, NUMBERS, NUMBERS, NUMBERS, st.dictionaries(st.sampled_from(list(Outcome)), NUMBERS))
OFF = Limits(0, 0, 0, 0)


def failed(now, last=LAST, limits=None):
    return [verdict.name for verdict in judge(now, last, limits or Limits()) if not verdict.ok]


@pytest.mark.parametrize(
    ("now", "names"),
    [
        (LAST, []),
        (Figures(1000, 400, 9, {"reached": 400}), []),
        (Figures(100, 20, 2, {"reached": 25, "dns": 20}), []),  # exactly half of everything
        (Figures(99, 40, 4, {"reached": 50}), ["communities"]),
        (Figures(200, 19, 4, {"reached": 50}), ["servers"]),
        (Figures(200, 40, 1, {"reached": 50}), ["sources"]),
        (Figures(0, 0, 0, {"dns": 50}), ["servers", "communities", "sources", "failures"]),
        (Figures(200, 40, 4, {"reached": 26, "dns": 24}), ["failures"]),  # a fifth before, almost a half now
        (Figures(200, 40, 4, {"reached": 20, "dns": 10, "tls": 10, "refused": 10}), []),  # each a fifth of all
        (Figures(200, 40, 4), []),
    ],
)
def test_a_run_is_compared_with_the_last_good_one(now, names):
    assert failed(now) == names


def test_links_that_lead_nowhere_are_no_failure_of_ours():
    """Anybody may post a thousand of them."""
    assert failed(Figures(200, 40, 4, {"reached": 40, "dns": 1_010})) == []
    assert failed(Figures(200, 40, 4, {"reached": 39, "dns": 1_010})) == []
    assert failed(Figures(200, 40, 4, {"reached": 20, "dns": 1_010})) == ["failures"]
    flooded = Figures(200, 40, 4, {"reached": 40, "dns": 1_010})
    assert failed(Figures(200, 40, 4, {"reached": 5, "dns": 1_045}), last=flooded) == ["failures"]


def test_what_comes_for_an_hour_and_goes_is_no_loss():
    flood = Figures(9_000, 300, 9, {"reached": 300, "dns": 10})
    assert usual([]) is None
    assert usual([LAST]) == LAST
    assert usual([flood, *[LAST] * 9]) == LAST
    assert failed(LAST, last=usual([flood, flood, *[LAST] * 9])) == []
    assert failed(LAST, last=usual([*[flood] * 9, LAST])) == ["servers", "communities", "sources"]
    assert failed(Figures(200, 40, 4, {"reached": 40, "dns": 270}), last=usual([flood, LAST, LAST])) == []


def test_servers_that_are_known_for_a_week_are_missed_whoever_comes():
    """As are those that became smaller, however large another one has become."""
    places = by_place((Acquaintance(f"{n}.org", 5, 5 if n < 19 else 0) for n in range(40)), 0.5)
    assert [one.name for one in judge(Figures(9_000, 879, 4), LAST, Limits(), places) if not one.ok] == [
        "servers",
        "communities",
    ]
    less = by_place((Acquaintance(f"{n}.org", 5, 2 if n else 900) for n in range(40)), 0.5)
    assert [one.name for one in judge(LAST, LAST, Limits(), less) if not one.ok] == ["communities"]


def test_failures_of_known_servers_count_and_no_others():
    def names(many, how=Outcome.DNS, figures=LAST):
        servers = (Acquaintance(f"{n}.org", 5, 0 if n < many else 5, 9, how if n < many else None) for n in range(40))
        return [one.name for one in judge(figures, LAST, Limits(), by_place(servers, 0.5)) if not one.ok]

    assert names(10, figures=Figures(200, 40, 4, {"dns": 9_000})) == []
    assert names(11) == ["failures"]
    assert names(11, Outcome.REACHED) == []  # that is another key's place now


def test_the_sentences_tell_what_is_missed_and_until_when():
    servers = [Acquaintance(f"{n}.org", 4, 4 if n < 4 else 1 if n < 5 else 0, 99, Outcome.TLS) for n in range(10)]
    places = by_place(servers, 0.5)
    absences = [Absence(f"{n}.org", n * HOUR, 100 * HOUR) for n in range(4, 10)]
    servers_, communities, _, failures = judge(LAST, LAST, Limits(0.7, 0.5, 0.5, 0.25), places, absences)
    force = "if the others go on answering; if the numbers are right, publish them with -s FORCE_PUBLISH=1."
    known = "10 places (domains or networks) that have been listed for a week"
    assert servers_.sentence == (
        f"Servers: 5 of {known} have any Community left, and 70% are wanted. Check the connection of this machine; "
        f"it passes by itself after 5 January 1970, 21:00 UTC, {force}"
    )
    assert communities.sentence == (
        f"Communities: 4 of {known} still list 50% of theirs, and 50% are wanted. Check whether a rule of "
        f"directory.toml hides too many; it passes by itself after 5 January 1970, 20:00 UTC, {force}"
    )
    assert failures.sentence == (
        f"Polls that ended as tls: those of 5 of {known}. Check the clock of this machine, its certificates and "
        f"TLS_CA_FILE; it passes by itself after 5 January 1970, 21:00 UTC, {force}"
    )
    times = [one.passes_at for one in (servers_, communities, failures)]
    assert times == [117 * HOUR, 116 * HOUR, 117 * HOUR]
    assert passes_at((servers_, communities, failures)) == 117 * HOUR
    assert passes_at((servers_, Verdict("sources", "Lost."))) is None
    assert passes_at((Verdict("sources"),)) is None


def test_what_was_published_last_counts_where_it_is_less():
    """As after a publication that was forced."""
    less = Figures(50, 10, 1, {"reached": 10, "dns": 40})
    assert usual([less, *[LAST] * 9]) == less


@given(st.lists(FIGURES, min_size=1, max_size=9))
def test_the_same_run_again_is_always_fit(runs):
    assert failed(runs[0], last=usual(runs)) == []


def test_the_sentences_tell_figures_and_mend():
    verdicts = judge(Figures(50, 12, 1, {"reached": 5, "dns": 35, "http-status": 15}), LAST, Limits())
    wanted = "of them are wanted"
    force = "; if the numbers are right, publish them with -s FORCE_PUBLISH=1."
    servers, communities, sources, failures = (verdict.sentence for verdict in verdicts)
    assert servers == (
        f"Servers: 12, where the last good runs had 40 and 50% {wanted}. Check the connection of this machine{force}"
    )
    assert communities == (
        f"Communities: 50, where the last good runs had 200 and 50% {wanted}. "
        f"Check whether a rule of directory.toml hides too many{force}"
    )
    assert sources == (
        f"Sources: 1, where the last good runs had 4 and 50% {wanted}. Run the source spiders, or mend them{force}"
    )
    assert failures == (
        f"Polls that ended as dns: 35 of 55, in the last good run 10 of 50. Check the name resolver of this "
        f"machine{force} Polls that ended as http-status: 15 of 55, in the last good run 0 of 50. "
        f"Look at the outcomes in the log{force}"
    )


@pytest.mark.parametrize(
    ("last", "now"),
    [
        (Figures(3, 3, 3, {"reached": 3}), Figures(1, 2, 1, {"reached": 1, "dns": 2})),
        (Figures(2, 1, 2, {"reached": 1}), Figures(0, 0, 0, {"tls": 1})),
        (Figures(0, 0, 0, {}), Figures(0, 0, 0, {"dns": 9})),
    ],
)
def test_small_numbers_trip_nothing(last, now):
    assert failed(now, last) == []


def test_three_of_three_servers_are_no_small_number():
    assert failed(Figures(9, 0, 3), Figures(9, 3, 3)) == ["servers"]


def test_a_share_can_be_set():
    now = Figures(150, 30, 3, {"reached": 35, "dns": 15})
    assert failed(now) == []
    assert failed(now, limits=Limits(0.8, 0.8, 0.8, 0.05)) == ["servers", "communities", "failures"]


@given(FIGURES)
def test_without_a_good_run_nothing_fails(now):
    assert failed(now, None) == []
    assert [verdict.name for verdict in judge(now, None, Limits())] == ["servers", "communities", "sources", "failures"]


@given(FIGURES, FIGURES)
def test_monitors_that_are_off_find_nothing(now, last):
    assert failed(now, last, OFF) == []


@given(FIGURES)
def test_the_same_figures_pass_however_strict_one_is(figures):
    assert failed(figures, figures, Limits(1, 1, 1, 0.0001)) == []


@given(FIGURES, FIGURES, st.integers(0, 100))
def test_more_is_never_worse(now, last, more):
    richer = Figures(now.communities + more, now.servers + more, now.sources + more, now.polls)
    assert set(failed(richer, last)) <= set(failed(now, last))


@pytest.mark.parametrize(
    ("at", "most", "sentence"),
    [
        (100_000, 6, ""),
        (100_000 - 6 * HOUR, 6, ""),
        (100_000 - 6 * HOUR - 1, 0, ""),
        (200_000, 6, ""),  # a clock that went backwards
        (
            100_000 - 7 * HOUR,
            6,
            "The site is 7.0 hours old, and 6 are allowed (MONITOR_MAX_AGE). Look at the log of the last refresh.",
        ),
        (None, 0, "Nothing was published yet. Run 'scrapy refresh' and look at its log."),
    ],
)
def test_the_age_of_the_site(at, most, sentence):
    assert judge_age(100_000, at, most) == Verdict("age", sentence)
