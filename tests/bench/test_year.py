"""The state that the benchmark of a year fills is the one that a year of crawls leaves."""

import pytest

from bench import year
from bench.scale import polls
from sessioncrawler.state import Check, Span, State, Told, Total

KEPT = 3
"""Days whose hours are crawled: those before are crawled once a day, which leaves the same rows."""


@pytest.fixture(scope="module")
def found():
    return list(polls(1, 1))


@pytest.fixture(scope="module")
def states(found, tmp_path_factory):
    """The filled one, and the one that was written crawl by crawl."""
    folder = tmp_path_factory.mktemp("years")
    urls = [f"sqlite:///{folder}/{name}.db" for name in ("filled", "written")]
    year.fill(urls[0], found)
    with State.open(urls[1]) as state:
        for at in times():
            write(state, found[0], at)
    return urls


def times():
    for day in range(year.START, year.TODAY):
        many = year.CRAWLS if day >= year.TODAY - KEPT else 1
        yield from range(day * year.DAY, (day + 1) * year.DAY, year.DAY // many)


def write(state, poll, at):
    key = poll.server.public_key
    told = [Told(key, room.token, 40, at // 1_000) for room in poll.rooms]
    state.record_memory([Check(key, at, reached=True)], told, Total(at // year.DAY, 1, 1, 1, 1), at)


def rows(url, poll):
    """Span and start of all that is known of the server and of its first Community."""
    key, token = poll.server.public_key, poll.rooms[0].token.lower()
    with State.open(url) as state:
        checks = state.server_histories([key])[key].checks
        samples = state.histories([(key, token)])[key, token]
    return [{(one.span, one.start) for one in each} for each in (checks, samples)]


def test_the_same_stretches_are_there(states, found):
    filled, written = (rows(url, found[0]) for url in states)
    assert filled[0] == {one for one in written[0] if one[0] is not Span.HOUR or one[1] > last_hours(written[0])}
    assert filled[1] == written[1]


def last_hours(checks):
    """Hours that are older go with the first crawl of a day."""
    return max(start for span, start in checks if span is Span.HOUR) - year.HOURS_KEPT + 1


def test_the_crawl_that_is_measured_makes_one_more_week(states, found):
    before = [rows(url, found[0]) for url in states]
    for url in states:
        with State.open(url) as state:
            assert year._crawl(state, found, year.MEASURED[0]) >= 0
    after = [rows(url, found[0]) for url in states]
    for kind in (0, 1):
        weeks = [{one for one in rows[kind] if one[0] is Span.WEEK} for rows in (*before, *after)]
        assert weeks[0] == weeks[1] != weeks[2] == weeks[3]
        assert len(weeks[2]) == len(weeks[0]) + 1


def test_a_small_year_is_measured(capsys):
    assert year.main(["--servers", "3"]) == 0
    told = capsys.readouterr().out
    assert "3 servers" in told
    assert "publishing: CPU, s" in told
