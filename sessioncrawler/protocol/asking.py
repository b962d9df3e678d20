"""One question to a server and what came of it, without I/O: redirects within the server, waiting, and all bounds."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from random import Random
from urllib.parse import urljoin

from sessioncrawler.addresses import parse_address
from sessioncrawler.model import DEFAULT_PORTS, Address, Outcome

MAX_REQUESTS = 56
"""HTTP requests to one candidate in one crawl; redirects and repetitions that a server asks for are bounded apart.

A healthy server takes 1 or 2. The rest is for wrong links and bad hours: with eight wrong keys (``proving.MAX_KEYS``)
at each of https and http, what an old server takes (8) must still fit twice, and four times two keys and the rooms
again after errors that pass.
"""
MAX_REDIRECTS = 3
MAX_WAITS = 3
MAX_RETRY_AFTER = 120.0
"""Seconds; a server that asks for more is given up until the next crawl."""
MAX_AGAIN = 3
"""How often a POST is made again that a proxy answered with 502: some lose it on a kept connection."""
AGAIN_PAUSE = 0.1
"""Seconds before that."""

HASTY_TRIES = 12
"""Tries for https alone, where it answered last time: then http may answer at once. And for a POST: then a GET may."""
HANDSHAKES = 3
"""TLS handshakes that may break off where http has answered: most servers that speak http alone do that."""
BESIDE_TRIES = 3
"""Tries by https alone for a GET after a POST that hung or broke off: a proxy may swallow the one and not the other."""

PAUSES = 4
"""How often a server is asked again after an error that passes, each time after twice the pause of before."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})
_BAD_GATEWAY = 502
_RUST = b"Unhandled rejection"
"""What the Rust server says, with 500, to whatever it does not know."""
_PASSING = frozenset({429, 500, _BAD_GATEWAY, 503, 504})
# How far a request got: of two failures the one that got further tells more.
_DEPTH = {
    Outcome.DNS: 0,
    Outcome.FORBIDDEN_ADDRESS: 0,
    Outcome.FORBIDDEN_PORT: 0,
    Outcome.NO_SOCKS_PROXY: 0,
    Outcome.CROWDED: 0,
    Outcome.ABANDONED: 0,
    Outcome.PROXY: 1,
    Outcome.REFUSED: 1,
    Outcome.CONNECT_TIMEOUT: 2,
    Outcome.TLS: 3,
    Outcome.RESET: 4,
    Outcome.STALLED: 5,
}
_DEEPEST = 6
UNDECIDED = frozenset({Outcome.STALLED, Outcome.RESET})
"""Failures of what may answer after more tries."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to make: ``url`` after ``wait`` seconds, with at most ``tries`` tries (None: as configured)."""

    url: str
    tries: int | None = None
    wait: float = 0.0
    method: str = "GET"
    body: bytes = b""
    """Of a POST, whose content type is ``application/octet-stream``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer, with the headers that matter here."""

    url: str
    status: int
    body: bytes = b""
    location: str = ""
    retry_after: str = ""
    date: str = ""
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer, and why."""

    outcome: Outcome
    detail: str = ""
    tries: int = 1


Reply = Answer | Failure


@dataclass(slots=True)
class Tally:
    """What one candidate was asked by both schemes together."""

    requests: int = 0
    tries: int = 0
    aliases: set[Address] = field(default_factory=set)
    """The other server that a GET was redirected to first, by https or http: one poll leads to one more."""


class Asking:
    """Asks one candidate one thing after another by one scheme, and counts in ``asked``."""

    def __init__(self, asked: Tally | None = None) -> None:
        self.asked = asked or Tally()
        self._rest = 0.0

    def rest(self, seconds: float) -> None:
        """Let whatever is asked next wait for so long."""
        self._rest = seconds

    def get(self, address: Address, path: str, tries: int | None = None) -> Generator[Ask, Reply, Reply]:
        """GET ``path``, with what follows from it."""
        return (yield from self._ask(address, Ask(address.base_url + path, tries)))

    def post(self, address: Address, path: str, body: bytes, tries: int | None = None) -> Generator[Ask, Reply, Reply]:
        """POST ``body``, to the last address where it is redirected within the server."""
        return (yield from self._ask(address, Ask(address.base_url + path, tries, method="POST", body=body)))

    def _ask(self, address: Address, ask: Ask) -> Generator[Ask, Reply, Reply]:
        if self.asked.requests >= MAX_REQUESTS:
            return Failure(Outcome.ABANDONED, f"was asked {MAX_REQUESTS} times without telling all", tries=0)
        self.asked.requests += 1
        url, wait, self._rest = ask.url, self._rest, 0.0
        redirects = waits = 0
        again = MAX_AGAIN if wait else 0
        while True:
            reply = yield Ask(url, ask.tries, wait, ask.method, ask.body)
            self.asked.tries += reply.tries
            if isinstance(reply, Failure):
                return reply
            wait = 0.0
            if reply.status in REDIRECTS and reply.location:
                redirects += 1
                url = redirect_target(url, reply.location)
                refused = self._redirect(address, url, redirects, ask.method)
                if refused is not None:
                    return refused
            elif reply.status in _BUSY and waits < MAX_WAITS:
                waits += 1
                pause = seconds_to_wait(reply.retry_after, reply.date)
                if pause is None or pause > MAX_RETRY_AFTER:
                    return reply
                wait = pause
            elif reply.status == _BAD_GATEWAY and ask.method == "POST" and again < MAX_AGAIN:
                again += 1
                wait = AGAIN_PAUSE
            else:
                return reply

    def _redirect(self, address: Address, url: str, redirects: int, method: str) -> Failure | None:
        """Why a redirect is not followed; None where it stays within the server."""
        leads_to = parse_address(url)
        if leads_to is None:
            return Failure(Outcome.HTTP_STATUS, "redirects to something that is no web address", tries=0)
        if not same_server(leads_to, address):
            # A proxy that knows no POST may send it anywhere: whether the server has moved is for a GET to say.
            aliases = self.asked.aliases
            if method == "GET" and (not aliases or any(same_server(leads_to, one) for one in aliases)):
                aliases.add(leads_to)
            return Failure(Outcome.REDIRECTED, f"redirects to {leads_to}", tries=0)
        if redirects > MAX_REDIRECTS:
            return Failure(Outcome.HTTP_STATUS, "redirects in circles", tries=0)
        return None


def answering(answer: Answer, asked: Address) -> Address:
    """The address that gave ``answer`` after redirects within the server."""
    return parse_address(answer.url) or asked


def tries_after_answer(tries: int | None) -> int | None:
    """Tries for what is asked next where something answered, which may have closed the connection since."""
    return tries if tries is None else max(tries, HASTY_TRIES)


def tries_beside(failure: Failure, tries: int | None) -> int | None:
    """Tries for a GET where the POST failed; 0 where it would fail as well."""
    if failure.outcome in {Outcome.REDIRECTED, Outcome.HTTP_STATUS, Outcome.PROXY}:
        return tries
    if failure.outcome in UNDECIDED:
        return tries if tries is None else min(tries, BESIDE_TRIES)
    return 0


def passes(answer: Answer) -> bool:
    """Whether an answer may be better in a moment: an overloaded or restarting server, an answer that is cut short."""
    body = answer.body.strip()
    if body.startswith(_RUST):
        return False
    cut = not body or (body[:1] in b"[{" and body[-1:] not in b"]}")
    return answer.status in _PASSING or (answer.status == HTTPStatus.OK and cut)


def pause_of(address: Address, first: float, number: int) -> float:
    """Seconds before ``address`` is asked again after ``number`` other times: about ``first``, then twice as long.

    Some of it is chance, so that servers behind one proxy are not asked all at once; each address has its own.
    """
    chance = Random(f"{address} {number}")  # noqa: S311 - nothing depends on who could guess it
    return grown(first, number, chance)


def grown(first: float, number: int, chance: Random, most: float = math.inf) -> float:
    """Seconds of a pause after ``number`` others: ``first`` at first, then twice as long each time, up to ``most``."""
    return min(first * 2.0**number, most) * chance.uniform(0.75, 1.25)


def answers(failure: Failure) -> bool:
    """Whether something listens and speaks there, or at least does not break off."""
    return _DEPTH.get(failure.outcome, _DEEPEST) >= _DEPTH[Outcome.STALLED]


def telling(first: Failure, second: Failure, *, wants_https: bool) -> Failure:
    """The failure that says most about a server of which neither https nor http told its rooms."""
    if second.outcome is Outcome.REDIRECTED:
        return second
    if wants_https and first.outcome is Outcome.TLS:
        return first
    depth_first, depth_second = (_DEPTH.get(failure.outcome, _DEEPEST) for failure in (first, second))
    # Who speaks one scheme hangs or breaks off by the other one, whatever its own trouble is: what links say counts.
    if depth_first == depth_second or {first.outcome, second.outcome} <= UNDECIDED:
        return first if wants_https else second
    return max((depth_first, 0, first), (depth_second, 1, second), key=lambda entry: entry[:2])[2]


def redirect_target(url: str, location: str) -> str:
    """The URL that the header ``Location`` means at ``url`` (RFC 9110, section 10.2.2); empty where it is none."""
    try:
        return urljoin(url, location)
    except ValueError:  # "http://[" for one
        return ""


def same_server(one: Address, other: Address) -> bool:
    """Same host, and the same port or each its scheme's own: http may redirect to https."""
    if one.host != other.host:
        return False
    return one.port == other.port or all(DEFAULT_PORTS[a.scheme] == a.port for a in (one, other))


def seconds_to_wait(retry_after: str, date: str) -> float | None:
    """Seconds that ``Retry-After`` asks for (RFC 9110, section 10.2.3); None where it is absent or says nothing.

    An HTTP date counts from the answer's own ``Date``, so that no clock has to be right.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(date)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
