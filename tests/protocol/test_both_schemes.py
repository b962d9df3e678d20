"""https and http of one server side by side: who is asked when, whose answer counts, and who is called off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.polling import Answer, Failure, Race, Reply, Step
from tests.protocol.conversations import HTTP, HTTPS, KEY, NOW, REFUSED, Sogs, candidate, rooms

STALLED, RESET = Failure(Outcome.STALLED, "connects, but does not answer"), Failure(Outcome.RESET, "breaks off")
BOTH = ("https://sogs.example", "http://sogs.example")
KNOWN = {"proven": (KEY,), "named": (None, NOW - 3600)}


class Game:
    """A race, and the questions that are under way."""

    def __init__(self, address=HTTP, **known) -> None:
        self.race = Race(candidate(address, **KNOWN | known), NOW)
        self.under_way = {}
        self.over = set()
        self.server = Sogs(hosts=BOTH)
        self.take(self.race.begin())

    def take(self, step: Step) -> Step:
        self.last = step
        for scheme, ask in step.asks:
            assert scheme not in self.under_way
            self.under_way[scheme] = ask
        if step.over:
            self.over.add(step.over)
            del self.under_way[step.over]
        return step

    def second(self) -> Step:
        return self.take(self.race.second())

    def tell(self, scheme: str, reply: Reply | None = None) -> Step:
        """Answer by ``scheme``: ``reply``, or what a healthy server says."""
        ask = self.under_way.pop(scheme)
        reply = self.server(ask) if reply is None else reply
        return self.take(self.race.tell(scheme, replace(reply, url=ask.url) if isinstance(reply, Answer) else reply))

    def fail(self, scheme: str, failure: Failure) -> Step:
        """Answer all questions by ``scheme`` with a failure until there is none."""
        while scheme in self.under_way:
            step = self.tell(scheme, failure)
        return step

    @property
    def poll(self) -> Poll:
        assert self.last.poll is not None
        assert not self.under_way
        return self.last.poll


def test_https_has_a_head_start_and_http_follows():
    game = Game(proven=())
    assert game.last.ahead
    assert set(game.under_way) == {"https"}
    game.second()
    assert set(game.under_way) == {"https", "http"}
    assert {ask.url.partition(":")[0] for ask in game.under_way.values()} == {"https", "http"}


def test_http_follows_at_once_where_https_fails():
    game = Game()
    game.fail("https", REFUSED)
    assert set(game.under_way) == {"http"}
    assert game.second() == Step()
    game.tell("http")
    assert game.poll.server.address == HTTP


@pytest.mark.parametrize("address", [HTTP, HTTPS])
def test_https_that_tells_first_calls_http_off(address):
    game = Game(address)
    game.second()
    game.tell("https")
    assert game.over == {"http"}
    assert (game.poll.server.address, game.poll.outcome) == (HTTPS, Outcome.REACHED)
    assert game.race.tell("http", REFUSED) == Step()


def test_http_that_tells_first_leaves_https_its_grace():
    game = Game()
    game.second()
    game.tell("http")
    assert (game.last.handshakes, game.last.grace) == (3, True)
    assert set(game.under_way) == {"https"}
    game.tell("https")
    assert game.poll.server.address == HTTPS


@pytest.mark.parametrize(
    ("failure", "handshakes"), [(Answer("", 404), 3), (STALLED, 3), (RESET, None), (REFUSED, None)]
)
def test_http_that_fails_leaves_https_its_patience_but_for_broken_handshakes(failure, handshakes):
    game = Game()
    game.second()
    game.fail("http", failure)
    assert (game.last.handshakes, game.last.grace) == (handshakes, False)
    assert set(game.under_way) == {"https"}


def test_http_counts_where_the_grace_is_over():
    game = Game()
    game.second()
    game.tell("http")
    game.fail("https", Failure(Outcome.ABANDONED, "was not waited for", tries=0))
    assert game.poll.server.address == HTTP


def test_two_errors_that_pass_do_not_cost_https():
    game = Game()
    game.tell("https", Answer("", 500))  # the proof
    game.tell("https", Answer("", 500))  # the rooms
    game.second()
    assert game.under_way["https"].wait
    game.tell("http")
    assert game.last.poll is None
    game.tell("https")
    assert game.poll.server.address == HTTPS


@pytest.mark.parametrize("trouble", [STALLED, RESET])
def test_both_have_the_same_patience(trouble):
    game = Game()
    game.second()
    tries = {scheme: [] for scheme in ("https", "http")}
    while game.under_way:
        scheme = min(game.under_way)
        tries[scheme].append(game.under_way[scheme].tries)
        game.tell(scheme, trouble)
    assert tries["https"] == tries["http"] == [12, None]
    assert game.poll.outcome is trouble.outcome


def test_https_that_answered_last_time_is_asked_alone():
    game = Game(answered="https")
    assert not game.last.ahead
    assert game.second() == Step()
    game.tell("https")
    assert (game.poll.server.address, game.poll.requests) == (HTTPS, 1)


def test_where_it_hangs_both_are_asked():
    game = Game(answered="https")
    game.tell("https", STALLED)
    game.tell("https", STALLED)
    assert set(game.under_way) == {"https", "http"}
    game.tell("https")
    assert game.poll.server.address == HTTPS


def test_where_its_certificate_is_bad_http_is_asked():
    game = Game(answered="https")
    game.fail("https", Failure(Outcome.TLS, "its TLS cannot be trusted"))
    assert set(game.under_way) == {"http"}
    game.tell("http")
    assert game.poll.server.address == HTTP


def test_where_http_answered_last_time_both_are_asked_at_once():
    game = Game(answered="http")
    assert set(game.under_way) == {"https", "http"}
    game.tell("http")
    assert (game.last.handshakes, game.last.grace) == (1, True)
    game.tell("https")
    assert game.poll.server.address == HTTPS


def test_http_that_leads_to_https_is_https():
    game = Game()
    game.second()
    game.tell("http", Answer("", 308, location="https://sogs.example/oxen/v4/lsrpc"))
    game.under_way["http"] = replace(game.under_way["http"], url="https://sogs.example/oxen/v4/lsrpc")
    game.tell("http")
    assert game.over == {"https"}
    assert game.poll.server.address == HTTPS


def test_https_that_leads_elsewhere_ends_it():
    game = Game(proven=(), claims=())
    game.second()
    game.tell("https", Answer("", 302, location="https://other.example/rooms?all=1"))
    assert game.over == {"http"}
    assert game.poll.outcome is Outcome.REDIRECTED


def test_requests_of_both_are_counted_together():
    game = Game(proven=(), claims=(), tokens=())
    game.second()
    game.fail("https", Answer("", 404))
    game.fail("http", Answer("", 404))
    assert game.poll.requests == game.poll.tries == 4  # the rooms and the home page, by each


def test_rooms_count_for_whose_they_are():
    """What http told is concluded by http: its proof says nothing of what https told."""
    game = Game(claims=(), proven=(), named=None)
    game.second()
    game.tell("http", rooms())
    game.fail("https", REFUSED)
    assert game.under_way["http"].url.endswith("/r/lobby/")


NEW = {"proven": (), "named": None}


def told_by_http() -> Game:
    """A new server whose rooms were told by http, of which it is asked meanwhile who runs it."""
    game = Game(**NEW)
    game.second()
    game.tell("http")
    assert game.last.grace
    assert set(game.under_way) == {"https", "http"}
    return game


def test_whose_the_rooms_are_is_asked_while_https_has_its_grace():
    game = told_by_http()
    game.tell("http")
    assert game.last == Step()
    assert set(game.under_way) == {"https"}
    game.fail("https", STALLED)
    assert game.poll.server.address == HTTP
    assert game.poll.named_at == NOW
    assert game.poll.requests > 3


def test_an_answer_by_https_calls_that_question_off():
    game = told_by_http()
    game.tell("https")
    assert game.over == {"http"}
    game.tell("https")
    assert game.poll.server.address == HTTPS


def test_https_that_tells_after_all_was_told_by_http_counts():
    game = told_by_http()
    game.tell("http")
    game.tell("https")
    assert game.over == set()
    game.tell("https")
    assert game.poll.server.address == HTTPS


def test_that_question_may_end_after_the_grace():
    game = told_by_http()
    game.fail("https", RESET)
    assert game.last == Step()
    game.tell("http")
    assert game.poll.server.address == HTTP
    assert game.poll.outcome is Outcome.REACHED
