"""The least time in which a world can be polled, computed from its specification alone, never by the crawler's code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from sessioncrawler.model import Outcome
from simnet.faults import FEW, Opening, opening
from simnet.specs import Certificate, Flavour, Hello, ServerSpec, Socket, World


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a crawler is by default (docs/cost.md); seconds but for the numbers of tries."""

    tries: int = 120
    """A request, of both schemes together."""
    stall: float = 0.75
    """What a try that hangs costs: 3 s, of which four overlap. Nobody can know sooner of a slow server."""
    quick: float = 0.25
    """What the second try costs that hangs, and those up to the fourth; then they cost more, until the twelfth."""
    look: float = 1.0
    """What the first try costs that hangs, where nobody knows that the server loses some."""
    pause: float = 0.5
    """After a try that broke off; then twice as long each time."""
    most_pause: float = 4.0
    connect: float = 2.0
    """Until a connection that hangs is given up."""
    answer: float = 30.0
    """Until an answer that drips is given up."""
    grace: float = 4.0
    """For https, once http has told the rooms."""
    handshakes: int = 3
    """By https that may break off, once http has told the rooms."""

    def hang(self, number: int) -> float:
        """What the try of that number costs where it hangs."""
        return self.look if number == 1 else min(self.stall, max(self.quick, self.stall * number / 12))


class _End(StrEnum):
    """What became of a request."""

    ANSWERED = "answered"
    HUNG = "hung"
    BROKEN = "broken"
    FINAL = "final"
    """No further try would help."""


def floor_seconds(world: World, limits: Limits | None = None, *, silent: bool = True, known: bool = False) -> float:
    """Seconds of the slowest chain of requests to one server of ``world`` that no order of work makes shorter.

    All servers are polled at the same time, each by https and http side by side until one of both tells its rooms;
    https has a grace where http was first. Then a preview page is asked for where there are rooms. Counted are
    latencies, stalls and pauses of the tries that the world's faults make necessary, and what servers ask a client to
    wait; everything else (sockets, TLS, parsing, further requests after broken lists) counts as nothing. So a crawl may
    be slower than its floor, and one that is faster was less patient. Servers that never answer are left out where not
    ``silent``: nothing but patience is due to them.

    Of servers that are ``known`` from a crawl on the same day, whose faults that pass have passed, the rooms are all
    that is asked, by https alone where that answered.
    """
    posted = {index for posts in world.posts.values() for index, _ in posts}
    asked = (spec for spec in world.servers if spec.configured or spec.index in posted)
    counted = (spec for spec in asked if silent or not never_answers(spec))
    return round(max((chain_seconds(spec, limits or Limits(), known=known) for spec in counted), default=0.0), 3)


LASTING = frozenset({"fifth", "badly-routed", "reset-sometimes"})
"""Faults of servers that are reached, which make them slower in every crawl."""


def never_answers(spec: ServerSpec) -> bool:
    """Whether every connection to it hangs or breaks off, so that it takes all patience."""
    return spec.outcome is not Outcome.REACHED and spec.fault in {"silent", "reset", "short-body"}


def chain_seconds(spec: ServerSpec, limits: Limits, *, known: bool = False) -> float:
    """Seconds of the necessary requests to one server."""
    if known and spec.outcome is Outcome.REACHED:
        well = replace(spec, fault=spec.fault if spec.fault in LASTING else "", waits=0.0)
        race = _Race(well, replace(limits, handshakes=1, look=limits.quick))
        if spec.certificate is Certificate.GOOD:
            race.ask("https")
        else:
            race.reach()
        return race.seconds
    if spec.socket is Socket.BACKLOG_FULL:
        return limits.connect / 2 if known else limits.connect
    if spec.socket is not Socket.LISTEN:
        return 0.0
    race = _Race(spec, limits)
    found = race.reach()
    if found and spec.outcome is Outcome.REACHED and spec.flavour is not Flavour.BUNSOGS:
        race.ask(found)
    return race.seconds + spec.waits


@dataclass(slots=True)
class _Lane:
    """One scheme: when its last try ended and its next may begin, and what became of the last."""

    next_try: float = 0.0
    ended: float = 0.0
    tries: int = 0
    end: _End = _End.HUNG
    broken: int = 0
    paused: float = 0.0

    @property
    def over(self) -> bool:
        return self.end in (_End.ANSWERED, _End.FINAL)


class _Race:
    """One server being asked, connection by connection."""

    def __init__(self, spec: ServerSpec, limits: Limits) -> None:
        self.seconds = 0.0
        self._spec = spec
        self._limits = limits
        self._connections: Counter[str] = Counter()
        self._troubles = 0
        self._broken = {"reset": limits.tries * 2, "short-body": limits.tries * 2, "short-body-twice": FEW}.get(
            spec.fault, 0
        )

    def reach(self) -> str:
        """Ask for the rooms by both schemes; the one that counts, empty where none tells them."""
        lanes = {scheme: _Lane() for scheme in ("https", "http")}
        https, http = lanes["https"], lanes["http"]
        deadline = inf
        for _ in range(self._limits.tries):
            waiting = {scheme: lane for scheme, lane in lanes.items() if not lane.over and lane.next_try <= deadline}
            if not waiting:
                break
            scheme = min(waiting, key=lambda one: (waiting[one].next_try, one == "http"))
            self._go_on(waiting[scheme], scheme, len(waiting))
            if https.end is _End.ANSWERED:
                self.seconds = https.ended
                return "https"
            if http.end is _End.ANSWERED and deadline == inf:
                deadline = http.ended + self._limits.grace
            if http.over and self._clear and https.broken >= self._limits.handshakes:
                https.end = _End.FINAL
        told = http.end is _End.ANSWERED
        self.seconds = max(lane.ended for lane in lanes.values()) if https.over or not told else deadline
        return "http" if told else ""

    def ask(self, scheme: str) -> None:
        """One more request by the scheme that answered."""
        lane = _Lane(self.seconds)
        for _ in range(self._limits.tries):
            self._go_on(lane, scheme, 1)
            if lane.over:
                break
        self.seconds = lane.ended

    @property
    def _clear(self) -> bool:
        """Whether it closes a connection that begins with a TLS handshake."""
        return self._spec.certificate is Certificate.NONE and self._spec.hello is Hello.CLOSE

    def _go_on(self, lane: _Lane, scheme: str, lanes: int) -> None:
        lane.end, took = self._try(scheme)
        lane.tries += 1
        took = self._limits.hang(lane.tries) if lane.end is _End.HUNG else took
        lane.ended = lane.next_try = lane.next_try + took * (lanes if lane.end is _End.HUNG else 1)
        if lane.end is _End.BROKEN:
            pause = min(self._limits.pause * 2.0**lane.broken, self._limits.most_pause)
            lane.broken += 1
            lane.paused += pause
            if lane.paused > self._limits.tries * self._limits.stall:
                lane.end = _End.FINAL
            else:
                lane.next_try += pause

    def _try(self, scheme: str) -> tuple[_End, float]:
        """What becomes of one try, and the seconds that takes."""
        spec = self._spec
        welcome = opening(spec, self._connections[scheme], hello=scheme == "https")
        self._connections[scheme] += 1
        clear = scheme == "https" and spec.certificate is Certificate.NONE
        if welcome is Opening.HANG or (welcome is Opening.SERVE and clear and spec.hello is Hello.HANG):
            return _End.HUNG, 0.0
        if welcome is Opening.RESET or clear:
            return _End.BROKEN, 0.0
        if scheme == "https" and spec.certificate is not Certificate.GOOD:
            return _End.FINAL, 0.0
        return self._served(scheme)

    def _served(self, scheme: str) -> tuple[_End, float]:
        spec = self._spec
        if spec.fault == "drip":
            return _End.FINAL, self._limits.answer
        broken = self._broken > 0
        self._broken -= broken
        if spec.fault in {"500-twice-by-https", "reset-twice-by-https"} and scheme == "https":
            self._troubles += 1
            broken = self._troubles <= FEW
        return _End.BROKEN if broken else _End.ANSWERED, spec.latency
