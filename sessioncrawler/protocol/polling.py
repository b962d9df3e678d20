"""How https and http of one server are asked side by side, as a conversation without I/O (docs/polling.md draws it)."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, replace

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.asking import (
    HANDSHAKES,
    HASTY_TRIES,
    MAX_REDIRECTS,
    MAX_REQUESTS,
    MAX_RETRY_AFTER,
    MAX_WAITS,
    UNDECIDED,
    Answer,
    Ask,
    Failure,
    Reply,
    Tally,
    answers,
    telling,
)
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.keys.claims import believed_keys
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.schemes.side import PARTIAL, Found, Side

__all__ = [
    "HTTP",
    "HTTPS",
    "MAX_REDIRECTS",
    "MAX_REQUESTS",
    "MAX_RETRY_AFTER",
    "MAX_WAITS",
    "PARTIAL",
    "Answer",
    "Ask",
    "Failure",
]
__all__ += ["Answer", "Ask", "Failure", "Race", "Reply", "Step", "poll"]

HTTPS, HTTP = "https", "http"
_Talk = Generator[Ask, Reply, Found | Failure] | Generator[Ask, Reply, Poll]


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done next: nothing, but to wait for what is under way, where all is as it is by default."""

    asks: tuple[tuple[str, Ask], ...] = ()
    """Scheme and question: one at most is under way by each scheme."""
    over: str = ""
    """The scheme whose question is called off, since the other has told all."""
    ahead: bool = False
    """Whether https has a head start: after that :meth:`Race.second` is to be called."""
    handshakes: int | None = None
    """Where http has answered: https is called off after so many handshakes that broke off."""
    grace: bool = False
    """Whether http has told the rooms: https is called off after a grace, too."""
    poll: Poll | None = None
    """What came of it all."""


class Race:
    """One server asked by https and http until one of both has told its rooms; https counts wherever it answers.

    ``now`` (Unix seconds) is the time of the crawl, ``pause`` are seconds before a server is asked again after an error
    that passes. The :class:`Poll` at the end has no ``seconds``: the driver holds the clock.
    """

    def __init__(
        self, candidate: Candidate, now: int = 0, pause: float = 0.5, limits: ServerLimits | None = None
    ) -> None:
        self._candidate = candidate
        self._addresses = dict(zip((HTTPS, HTTP), candidate.addresses(), strict=True))
        self._asked, keys, limits = Tally(), believed_keys(candidate), limits or ServerLimits()
        self._sides = {
            scheme: Side(candidate, keys, now=now, pause=pause, limits=limits, asked=self._asked)
            for scheme in (HTTPS, HTTP)
        }
        self._talks: dict[str, _Talk] = {}
        self._under_way: set[str] = set()
        """Schemes by which something is asked."""
        self._told: Poll | None = None
        """What came of it by http, which counts if nothing comes of it by https."""
        self._results: dict[str, Found | Failure] = {}
        self._alone = candidate.answered == HTTPS
        self._over = ""
        self._concludes = False

    def begin(self) -> Step:
        """The first questions: by https alone where that answered last, by both where http did."""
        if self._alone:
            return self._start(HTTPS, HASTY_TRIES)
        first = self._start(HTTPS)
        if self._candidate.answered == HTTP:
            return _both(first, self._start(HTTP))
        return Step(first.asks, ahead=True, poll=first.poll)

    def second(self) -> Step:
        """The head start of https is over."""
        if self._alone or self._concludes or HTTP in self._talks:
            return Step()
        return self._start(HTTP)

    def tell(self, scheme: str, reply: Reply) -> Step:
        """What is to be done after ``reply`` to the question by ``scheme``."""
        return Step() if scheme == self._over else self._go_on(scheme, reply)

    def _start(self, scheme: str, tries: int | None = None) -> Step:
        self._talks[scheme] = self._sides[scheme].reach(self._addresses[scheme], tries)
        return self._go_on(scheme, None)

    def _go_on(self, scheme: str, reply: Reply | None) -> Step:
        talk = self._talks[scheme]
        self._under_way.add(scheme)
        try:
            return Step(((scheme, next(talk) if reply is None else talk.send(reply)),))
        except StopIteration as end:
            self._under_way.discard(scheme)
            if isinstance(end.value, Poll):
                if scheme == HTTPS or HTTPS not in self._under_way:
                    return Step(poll=end.value)
                self._told = end.value
                return Step()
            self._results[scheme] = end.value
        return self._after_https() if scheme == HTTPS else self._after_http()

    def _after_https(self) -> Step:
        https, http = self._results[HTTPS], self._results.get(HTTP)
        if isinstance(https, Found):
            return self._conclude(HTTPS, https)
        if https.outcome is Outcome.REDIRECTED:
            return self._end(https)
        if isinstance(http, Failure):
            return self._fail(https, http)
        if HTTP in self._talks:
            return Step(poll=self._told and self._counted(self._told))
        if not self._alone or https.outcome not in UNDECIDED:
            return self._start(HTTP)
        self._alone = False
        del self._results[HTTPS]
        return _both(self._start(HTTPS), self._start(HTTP))

    def _after_http(self) -> Step:
        https, http = self._results.get(HTTPS), self._results[HTTP]
        handshakes = 1 if self._candidate.answered == HTTP else HANDSHAKES
        if isinstance(http, Failure):
            if isinstance(https, Failure):
                return self._fail(https, http)
            return Step(handshakes=handshakes if answers(http) else None)
        if https is None and http.address.scheme != HTTPS:
            # Whose the rooms are is asked meanwhile.
            return replace(self._ask_whose(HTTP, http), handshakes=handshakes, grace=True)
        return self._conclude(HTTP, http)

    def _conclude(self, scheme: str, found: Found) -> Step:
        self._call_off(HTTP if scheme == HTTPS else HTTPS)
        return replace(self._ask_whose(scheme, found), over=self._over)

    def _ask_whose(self, scheme: str, found: Found) -> Step:
        self._talks[scheme] = self._sides[scheme].conclude(found)
        return self._go_on(scheme, None)

    def _call_off(self, scheme: str) -> None:
        self._over = scheme if scheme in self._under_way else ""
        self._under_way.discard(scheme)
        self._concludes = True

    def _counted(self, told: Poll) -> Poll:
        """What came of it by http, with what was asked by https since."""
        return replace(told, requests=self._asked.requests, tries=self._asked.tries)

    def _fail(self, https: Failure, http: Failure) -> Step:
        return self._end(telling(https, http, wants_https=self._candidate.address.scheme == HTTPS))

    def _end(self, failure: Failure) -> Step:
        self._call_off(HTTP)
        return Step(over=self._over, poll=self._sides[HTTPS].ended(failure.outcome, failure.detail))


def poll(
    candidate: Candidate, now: int = 0, pause: float = 0.5, limits: ServerLimits | None = None
) -> Generator[Ask, Reply, Poll]:
    """The same race for who has no clock: one question after another, http once https has nothing more to ask."""
    race = Race(candidate, now, pause, limits)
    step, waiting = race.begin(), deque[tuple[str, Ask]]()
    while step.poll is None:
        waiting += step.asks
        if step.over:
            waiting = deque(one for one in waiting if one[0] != step.over)
        if waiting:
            scheme, ask = waiting.popleft()
            step = race.tell(scheme, (yield ask))
        else:
            step = race.second()
    return step.poll


def _both(first: Step, second: Step) -> Step:
    return Step((*first.asks, *second.asks), poll=first.poll or second.poll)
