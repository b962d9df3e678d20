"""One candidate while it is asked: what all its requests share."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class _Together:
    """What all visits to one server share."""

    timer: Callable[[], float]
    spent: float = 0.0
    since: float | None = None
    running: set[Visit] = field(default_factory=set)
    """Visits whose clock runs."""
    asking: list[Collection[object]] = field(default_factory=list)
    """The tries under way of each request under way."""
    tries: int = 0
    """Tries that were begun and count."""
    answered_at: int = 0
    """How many of them there had been when one was answered last."""
    patient: bool = False
    """Whether any request of any scheme had to be waited for."""
    leaves_last: bool = False
    """Whether patience with the server ends when only those are left that stall."""
    loses: bool = False
    """Whether the server is known to let some tries hang and to answer others."""
    lost: bool = False
    """Whether it did that now."""
    grace: bool = False
    """Whether http has told the rooms, and https has some seconds more."""
    silent: bool = False
    """Whether it gave no answer in its last crawls, so that others wait for it less."""


SLOW = 5.0
"""Seconds of its clock after which a server stalls, however it spends them: it may ask us to wait."""


class Visit:
    """One server asked by one scheme: the clock, which stands while we let it wait, and how it is treated.

    ``budget`` are seconds for all that it is asked. A ``newcomer`` is an address that was not reached lately: most
    bounds of docs/attacks.md are for these. What :meth:`beside` makes shares clock, tries and connections.
    """

    def __init__(
        self, netloc: str, budget: float, *, newcomer: bool = False, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self.netloc = netloc
        self.budget = budget
        self.newcomer = newcomer
        self._patient = False
        self.over = False
        """Whether it was called off."""
        self.handshakes = 0
        """TLS handshakes that broke off in a row."""
        self.paused = 0.0
        """Seconds of pauses after tries that broke off, since one was answered last."""
        self.most_handshakes: int | None = None
        """After how many of them it is given up; None: not for that."""
        self.together = _Together(timer)
        self._begun: Callable[[], None] | None = None
        self._when_over: set[Callable[[], None]] = set()

    def beside(self) -> Visit:
        """A visit to the same server by the other scheme."""
        other = Visit(self.netloc, self.budget, newcomer=self.newcomer)
        other.together = self.together
        return other

    @property
    def spent(self) -> float:
        """Seconds that the clock has run."""
        since = self.together.since
        return self.together.spent + (0.0 if since is None else self.together.timer() - since)

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return self.budget - self.spent

    @property
    def stalls(self) -> bool:
        """Whether it holds us up: nobody waits for it longer than for the others."""
        return self.together.patient or self.spent > SLOW

    @property
    def patient(self) -> bool:
        """Whether one of its requests had to be waited for: the others are no first questions any more."""
        return self._patient

    @patient.setter
    def patient(self, patient: bool) -> None:
        self._patient = patient
        self.together.patient |= patient

    @property
    def leaves_last(self) -> bool:
        """Whether patience with the server ends when only those are left that stall."""
        return self.together.leaves_last

    @property
    def loses(self) -> bool:
        """Whether the server is known to let some tries hang and to answer others."""
        return self.together.loses

    def loses_tries(self) -> None:
        """Note that the server answered though it had let earlier tries hang."""
        self.together.loses = self.together.lost = True

    def start(self) -> None:
        """Let the clock run, if it does not yet."""
        together = self.together
        together.running.add(self)
        if together.since is None:
            together.since = together.timer()
        begun, self._begun = self._begun, None
        if begun is not None:
            begun()

    def stop(self) -> None:
        """Let the clock stand, if it does not yet, where no other visit needs it."""
        together = self.together
        together.running.discard(self)
        if not together.running:
            together.spent, together.since = self.spent, None

    def spend(self, seconds: float) -> None:
        """Count a pause that the server asked for."""
        self.together.spent += seconds

    def answered(self) -> None:
        """Something was answered: patience begins anew."""
        self.handshakes, self.paused = 0, 0.0
        self.together.answered_at = self.together.tries

    def when_begun(self, call: Callable[[], None]) -> None:
        """Have ``call`` called when the clock runs for the first time from now on."""
        self._begun = call

    @contextmanager
    def ending(self, call: Callable[[], None]) -> Iterator[None]:
        """Have ``call`` called when it is called off while the context lasts; at once where it was before."""
        if self.over:
            call()
        self._when_over.add(call)
        try:
            yield
        finally:
            self._when_over.discard(call)

    def at_call_off(self, call: Callable[[], None]) -> None:
        """Have ``call`` called when it is called off."""
        self._when_over.add(call)

    def call_off(self) -> None:
        """Let whatever is under way end."""
        self.over = True
        for call in tuple(self._when_over):
            call()

    @contextmanager
    def asking(self, tries: Collection[object]) -> Iterator[None]:
        """Note that a request is under way, whose ``tries`` under way count for the server while the context lasts."""
        asking = self.together.asking
        asking.append(tries)
        try:
            yield
        finally:
            asking[:] = [one for one in asking if one is not tries]

    @property
    def sides(self) -> int:
        """Requests under way, this one at least: one by each scheme."""
        return max(1, len(self.together.asking))

    @property
    def under_way(self) -> int:
        """Tries under way of all of these."""
        return sum(map(len, self.together.asking))

    @property
    def hurried(self) -> bool:
        """Whether the other scheme has answered, so that there is little time."""
        return self.most_handshakes is not None

    @property
    def lost(self) -> bool:
        """Whether so many handshakes broke off that no further try is worth making."""
        return self.most_handshakes is not None and self.handshakes >= self.most_handshakes
