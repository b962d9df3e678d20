"""The least time in which a world can be polled, computed from its specification alone, never by the crawler's code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sessioncrawler.model import Outcome
from simnet.faults import FEW, Opening, opening
from simnet.specs import Certificate, Flavour, Hello, ServerSpec, Socket, World


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a crawler is by default (docs/cost.md); seconds but for the numbers of tries."""

    tries: int = 120
    """A request, once nothing hastier is left."""
    hasty_tries: int = 12
    """A request by each of https and http where links say https."""
    upgrade_tries: int = 1
    """A request by https where no link says so."""
    stall: float = 0.75
    """What a try that hangs costs: 3 s, of which four overlap. Nobody can know sooner that no answer comes."""
    pause: float = 2.0
    """Between a try that broke off and the next."""
    connect: float = 2.0
    """Until a connection that hangs is given up."""
    answer: float = 30.0
    """Until an answer that drips is given up."""


class _End(StrEnum):
    """What became of a request."""

    ANSWERED = "answered"
    HUNG = "hung"
    BROKEN = "broken"
    FINAL = "final"
    """No further try would help."""


def floor_seconds(world: World, limits: Limits | None = None) -> float:
    """Seconds of the slowest chain of requests to one server of ``world`` that no order of work makes shorter.

    All servers are polled at the same time, and each is asked one thing after the other: https, then http where that
    brought nothing, then the better of the two with all patience, and a preview page where there are rooms. Counted
    are latencies, stalls and pauses of the tries that the world's faults make necessary, and what servers ask a
    client to wait; everything else (sockets, TLS, parsing, further requests after broken lists) counts as nothing. So
    a crawl may be slower than its floor, and one that is faster was less patient.
    """
    posted = {index for posts in world.posts.values() for index, _ in posts}
    known = (spec for spec in world.servers if spec.configured or spec.index in posted)
    return round(max((chain_seconds(spec, limits or Limits()) for spec in known), default=0.0), 3)


def chain_seconds(spec: ServerSpec, limits: Limits) -> float:
    """Seconds of the necessary requests to one server, one after the other."""
    if spec.socket is Socket.BACKLOG_FULL:
        return 2 * limits.connect
    if spec.socket is not Socket.LISTEN:
        return 0.0
    walk = _Walk(spec, limits)
    if walk.reach() is _End.ANSWERED and spec.outcome is Outcome.REACHED and spec.flavour is not Flavour.BUNSOGS:
        walk.ask(spec.scheme, limits.tries)
    return walk.seconds + spec.waits


class _Walk:
    """One server being asked, connection by connection."""

    def __init__(self, spec: ServerSpec, limits: Limits) -> None:
        self.seconds = 0.0
        self._spec = spec
        self._limits = limits
        self._connections = 0
        self._broken = {"reset": limits.tries * 2, "short-body": limits.tries * 2, "short-body-twice": FEW}.get(
            spec.fault, 0
        )

    def reach(self) -> _End:
        """Ask for the rooms in every way that is needed."""
        limits = self._limits
        wants_https = any(link.scheme == "https" for link in self._spec.links)
        by_https = self.ask("https", limits.hasty_tries if wants_https else limits.upgrade_tries)
        if by_https is _End.ANSWERED:
            return by_https
        by_http = self.ask("http", limits.hasty_tries if wants_https else limits.tries)
        if by_http is _End.ANSWERED or not wants_https:
            return by_http
        if by_https is not _End.FINAL:
            return self.ask("https", limits.tries)
        return self.ask("http", limits.tries) if by_http is _End.HUNG else by_http

    def ask(self, scheme: str, tries: int) -> _End:
        """One request with at most ``tries`` tries."""
        end = _End.FINAL
        for number in range(tries):
            if number and end is _End.BROKEN:
                self.seconds += self._limits.pause
            end = self._try(scheme)
            if end in (_End.ANSWERED, _End.FINAL):
                break
        return end

    def _try(self, scheme: str) -> _End:
        spec = self._spec
        welcome = opening(spec, self._connections)
        self._connections += 1
        if welcome is Opening.RESET:
            return _End.BROKEN
        clear = scheme == "https" and spec.certificate is Certificate.NONE
        if welcome is Opening.HANG or (clear and spec.hello is Hello.HANG):
            self.seconds += self._limits.stall
            return _End.HUNG
        if scheme == "https" and spec.certificate is not Certificate.GOOD:
            return _End.FINAL
        if spec.fault == "drip":
            self.seconds += self._limits.answer
            return _End.FINAL
        self.seconds += spec.latency
        if self._broken:
            self._broken -= 1
            return _End.BROKEN
        return _End.ANSWERED
