"""How tries follow each other, on a clock that jumps: what bad routing swallows, and what a slow server needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from sessioncrawler.downloadhandlers._lanes import Lanes, Way
from sessioncrawler.downloadhandlers._pace import GROWN, OVERLAP, Patience
from sessioncrawler.downloadhandlers._patience import LATER, Patiently
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.protocol.visit import Visit

REAL = Patience(
    times=120, together=120, timeout=3.0, pause=0.5, most_pause=4.0, connect_timeout=2.0, answer_timeout=30.0
)
Answers = Callable[[int], float]
"""The number of a try, counted from 1 → seconds until it is answered."""
NEVER = 10_000.0


class JumpingLoop(asyncio.SelectorEventLoop):
    """Where nothing is ready, the clock jumps to what is next."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        select = self._selector.select

        def jump(timeout):
            ready = select(0)
            if not ready and timeout:
                self._now += timeout
            return ready

        self._selector.select = jump

    def time(self):
        return self._now


def run(main):
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


class Asking:
    """Asks one server whose tries are answered as ``answers`` says; notes when each began, and how many there were."""

    def __init__(self, answers: Answers, visit: Visit | None = None, lanes: Lanes | None = None) -> None:
        self.answers = answers
        self.visit = visit or Visit("sogs.example", 600)
        self.lanes = lanes or Lanes(10, 10, sockets=100)
        self.began: list[float] = []
        self.connects, self.breaks_off = True, False
        self.open = self.most_open = 0

    async def _try(self, attempt):
        self.began.append(round(asyncio.get_running_loop().time() - self._start, 3))
        self.visit.start()
        attempt.reused = self.connects
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            await asyncio.sleep(self.answers(len(self.began)))
            if self.breaks_off:
                raise TryError(Outcome.RESET, "breaks off", again=True)
        finally:
            self.open -= 1
        return len(self.began)

    async def __call__(self, patience: Patience = REAL) -> float:
        """Seconds until it was answered; TryError where it was not."""
        self.began.clear()
        loop = asyncio.get_running_loop()
        self._start = loop.time()
        await Patiently(self._try, patience, Way(self.lanes, "net", self.visit)).run()
        return loop.time() - self._start


def swallowing(*lost: int, seconds: float = 0.2) -> Answers:
    return lambda number: NEVER if number in lost else seconds


def test_the_first_try_has_all_its_time_and_the_next_ones_have_little():
    asking = Asking(lambda _: NEVER)
    with pytest.raises(TryError) as caught:
        run(asking())
    assert caught.value.outcome is Outcome.STALLED
    assert asking.began[:7] == [0.0, 1.0, 1.25, 1.5, 2.0, 2.312, 2.688]
    assert [round(b - a, 3) for a, b in zip(asking.began[20:], asking.began[21:40], strict=False)] == [0.75] * 19
    assert len(asking.began) == 120
    assert 85 <= asking.began[-1] <= 90
    assert asking.most_open == OVERLAP


def test_a_slow_server_is_asked_with_one_connection_beside_the_first():
    asking = Asking(lambda _: 1.2)
    assert run(asking()) == pytest.approx(1.2)
    assert asking.began == [0.0, 1.0]
    assert not asking.visit.loses


@pytest.mark.parametrize("seconds", [0.02, 0.3, 0.9, 1.4, 2.0, 2.9])
@pytest.mark.parametrize("lost", [(1,), (1, 2, 3), tuple(range(1, 12))])
def test_whatever_a_server_takes_it_is_heard_where_some_tries_are_lost(seconds, lost):
    asking = Asking(swallowing(*lost, seconds=seconds))
    took = run(asking())
    assert took < 12
    if seconds <= 0.9:  # as soon as the first try comes through
        assert len(asking.began) <= len(lost) + OVERLAP
    assert asking.visit.loses


def test_who_loses_tries_is_asked_again_sooner():
    async def main():
        lanes = Lanes(10, 10, sockets=100)
        first = Asking(swallowing(1, 2), lanes=lanes)
        again = Asking(swallowing(1), Visit("sogs.example", 600), lanes)
        other = Asking(swallowing(1), Visit("other.example", 600), lanes)
        return [await first(), await again(), await other()], again.began, other.began

    took, again, other = run(main())
    assert [round(one, 2) for one in took] == [1.45, 0.6, 1.2]
    assert again == [0.0, 0.4]
    assert other == [0.0, 1.0]


def test_who_lost_tries_in_an_earlier_crawl_is_asked_so_from_the_beginning():
    asking = Asking(swallowing(1))
    asking.visit.together.loses = True
    asking.visit.patient = True
    assert run(asking()) == pytest.approx(0.45)
    assert asking.visit.together.lost


def test_the_time_of_the_first_try_is_short_only_where_answers_were_quick():
    assert REAL.time_of(1) == REAL.timeout
    assert REAL.time_of(1, 0.1) == 1.0
    assert REAL.time_of(1, 0.5) == 2.0
    assert REAL.time_of(1, 5.0) == REAL.timeout
    assert REAL.time_of(2) == REAL.time_of(4) == 1.0 < REAL.time_of(6) < REAL.time_of(GROWN) == REAL.timeout


@pytest.mark.parametrize(("silent", "seconds"), [(False, 2.0), (True, 1.0)])
def test_who_gave_no_answer_lately_has_half_the_time_to_connect(silent, seconds):
    asking = Asking(lambda _: NEVER)
    asking.connects = False
    asking.visit.together.silent = silent
    loop_seconds = []

    async def main():
        with pytest.raises(TryError) as caught:
            await asking()
        loop_seconds.append(asyncio.get_running_loop().time())
        return caught.value.outcome

    assert run(main()) is Outcome.CONNECT_TIMEOUT
    assert loop_seconds == [pytest.approx(seconds)]
    assert len(asking.began) == 1


def test_a_scheme_takes_the_places_of_the_other_one_when_that_has_ended():
    https = Visit("sogs.example", 600)
    lanes = Lanes(10, 10, sockets=100)
    one, other = Asking(lambda _: NEVER, https, lanes), Asking(swallowing(1), https.beside(), lanes)

    async def main():
        waiting = asyncio.create_task(one(REAL))
        ended = await other(REAL)
        await asyncio.sleep(2.5)
        waiting.cancel()
        return ended

    ended = run(main())
    assert one.most_open == OVERLAP
    assert any(ended < began <= ended + REAL.pace(2) + 2 * LATER for began in one.began)


def test_what_this_process_is_too_busy_to_see_is_no_fault_of_a_server():
    """Every 0.3 seconds something holds it up for one; so it has looked for 0.7 s when an answer of 2.5 s is there."""
    asking = Asking(lambda _: 2.5)

    async def busy():
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(0.3)
            loop._now += 1.0

    async def main():
        holding_up = asyncio.create_task(busy())
        try:
            await asking()
        finally:
            holding_up.cancel()

    run(main())
    assert asking.began == [0.0]


def test_while_a_scheme_pauses_the_other_one_has_all_places_but_one():
    http = Visit("sogs.example", 600)
    lanes = Lanes(10, 10, sockets=100)
    asking = Asking(lambda _: NEVER, http, lanes)

    async def main():
        # The other one is asked, and no try of it is under way.
        with http.beside().asking(()), pytest.raises(TryError):
            await asking(replace(REAL, times=12, together=12))

    run(main())
    assert asking.most_open == OVERLAP - 1


@pytest.mark.parametrize(("lost", "known"), [((1,), True), ((), False)])
def test_a_try_that_breaks_off_was_heard(lost, known):
    """A server that speaks http alone hangs up on https at once; where it does not, its routing loses tries."""
    asking = Asking(swallowing(*lost, seconds=0.05))
    asking.breaks_off = True
    with pytest.raises(TryError):
        run(asking(replace(REAL, times=3, together=3)))
    assert asking.visit.loses is known


def test_where_http_has_answered_tries_by_https_are_short():
    """Eleven in three seconds of grace, never more than four at a time."""
    asking = Asking(lambda _: NEVER)
    asking.visit.most_handshakes = 3
    asking.visit.patient = True

    async def main():
        waiting = asyncio.create_task(asking())
        await asyncio.sleep(4.0)
        waiting.cancel()

    run(main())
    assert len([began for began in asking.began if began >= 1.0]) >= 11
    assert asking.most_open == OVERLAP


def test_in_its_grace_https_has_all_places_but_one():
    https = Visit("sogs.example", 600)
    https.most_handshakes, https.together.grace = 3, True
    lanes = Lanes(10, 10, sockets=100)
    one, other = Asking(lambda _: NEVER, https, lanes), Asking(lambda _: NEVER, https.beside(), lanes)

    async def main():
        waiting = [asyncio.create_task(each()) for each in (other, one)]
        await asyncio.sleep(2.9)
        for each in waiting:
            each.cancel()

    run(main())
    assert (one.most_open, other.most_open) == (OVERLAP - 1, 1)
