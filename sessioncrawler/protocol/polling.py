"""The decision that a server goes through, as a conversation without I/O (docs/polling.md draws it).

:func:`poll` is a generator: it yields what to ask, is sent what came of it, and returns the :class:`Poll`. Whoever
drives it decides how requests travel; here is only what they mean.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from sessioncrawler.addresses import parse_address
from sessioncrawler.model import Address, Outcome, Poll, Room, Server
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.http import redirect_target, same_server, seconds_to_wait
from sessioncrawler.protocol.key_claims import decide_key
from sessioncrawler.protocol.rooms import NotRoomsError, parse_room, parse_rooms
from sessioncrawler.protocol.server_pages import parse_home_page, parse_preview_page

MAX_REQUESTS = 8
"""HTTP requests to one candidate in one crawl; redirects and repetitions that a server asks for are bounded apart."""
MAX_HINTS = 4
MAX_HINT_MISSES = 2
MAX_PREVIEWS = 3
MAX_REDIRECTS = 3
MAX_WAITS = 3
MAX_RETRY_AFTER = 120.0
"""Seconds; a server that asks for more is given up until the next crawl."""
UPGRADE_TRIES = 1
"""Tries for https where every link says http: an upgrade is welcome, but not worth waiting for."""
HASTY_TRIES = 12
"""Tries for each of https and http where links say https: the other may answer at once."""

_OK, _NOT_FOUND = 200, 404
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 503})

# How far a request got: of two failures the one that got further tells more.
_DEPTH = {
    Outcome.DNS: 0,
    Outcome.FORBIDDEN_ADDRESS: 0,
    Outcome.FORBIDDEN_PORT: 0,
    Outcome.NO_SOCKS_PROXY: 0,
    Outcome.PROXY: 1,
    Outcome.REFUSED: 1,
    Outcome.CONNECT_TIMEOUT: 2,
    Outcome.TLS: 3,
    Outcome.RESET: 4,
    Outcome.STALLED: 5,
}
_DEEPEST = 6
_UNDECIDED = frozenset({Outcome.STALLED, Outcome.RESET})


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to make: GET ``url`` after ``wait`` seconds, with at most ``tries`` tries (None: as configured)."""

    url: str
    tries: int | None = None
    wait: float = 0.0


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


@dataclass(frozen=True, slots=True)
class _Found:
    """Rooms, and the address that answered."""

    address: Address
    rooms: tuple[Room, ...]
    legacy: bool = False
    repairs: int = 0


def poll(candidate: Candidate) -> Generator[Ask, Reply, Poll]:
    """Ask one server for its rooms and its key (docs/protocol.md, "Anonymous answers" and "Legacy servers").

    https comes first and counts wherever it answers; then http. The :class:`Poll` that is returned has no ``seconds``:
    the driver holds the clock.
    """
    return _Conversation(candidate).run()


class _Conversation:
    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.requests = 0
        self.tries = 0
        self.aliases: set[Address] = set()

    def run(self) -> Generator[Ask, Reply, Poll]:
        found = yield from self._reach()
        if isinstance(found, _Found):
            return (yield from self._conclude(found))
        return self._failed(found)

    def _reach(self) -> Generator[Ask, Reply, _Found | Failure]:
        """Rooms by https, else by http; with all tries only where few tries brought nothing by either."""
        https, http = self.candidate.addresses()
        wants_https = self.candidate.address.scheme == "https"
        first = yield from self._rooms(https, HASTY_TRIES if wants_https else UPGRADE_TRIES)
        if isinstance(first, _Found) or first.outcome is Outcome.REDIRECTED:
            return first
        second = yield from self._rooms(http, HASTY_TRIES if wants_https else None)
        if isinstance(second, _Found):
            return second
        again = _worth_patience(first, second, https, http) if wants_https else None
        third = (yield from self._rooms(again, None)) if again else None
        return third if isinstance(third, _Found) else _telling(first, second, wants_https=wants_https)

    def _rooms(self, address: Address, tries: int | None) -> Generator[Ask, Reply, _Found | Failure]:
        reply = yield from self._get(address, "/rooms?all=1", tries)
        if isinstance(reply, Failure):
            return reply
        address = _answering(reply, address)
        trouble = Failure(Outcome.HTTP_STATUS, f"answers {reply.status} when asked for its rooms")
        if reply.status == _OK:
            try:
                answer = parse_rooms(reply.body)
            except NotRoomsError as error:
                trouble = Failure(Outcome.NOT_JSON, str(error))
            else:
                if answer.rooms:
                    return _Found(address, answer.rooms, repairs=answer.left_out + answer.repaired)
                trouble = Failure(Outcome.NO_ROOMS, "lists no room")
                if not answer.left_out:
                    return trouble
                trouble = Failure(Outcome.NOT_JSON, "lists nothing that could be a room")
        hinted = yield from self._hinted(address)
        if hinted:
            return _Found(address, hinted)
        return (yield from self._home_page(address, trouble, missing=reply.status == _NOT_FOUND))

    def _hinted(self, address: Address) -> Generator[Ask, Reply, tuple[Room, ...]]:
        """The rooms that join links name, asked one by one; given up where none of the first is known."""
        rooms: dict[str, Room] = {}
        misses = 0
        for token in self.candidate.tokens[:MAX_HINTS]:
            reply = yield from self._get(address, f"/room/{token}")
            if isinstance(reply, Failure):
                break
            room = parse_room(reply.body) if reply.status == _OK else None
            if room is not None:
                rooms[room.token] = room
                continue
            misses += 1
            if misses == MAX_HINT_MISSES and not rooms:
                break
        return tuple(room for _, room in sorted(rooms.items()))

    def _home_page(
        self, address: Address, trouble: Failure, *, missing: bool
    ) -> Generator[Ask, Reply, _Found | Failure]:
        reply = yield from self._get(address, "/")
        if isinstance(reply, Failure) or reply.status != _OK:
            return trouble
        page = parse_home_page(reply.body, address)
        if page.rooms:
            return _Found(_answering(reply, address), page.rooms, legacy=page.legacy)
        if missing or trouble.outcome is Outcome.HTTP_STATUS:
            return Failure(Outcome.NO_ROOMS, "has a home page, but no list of rooms anywhere")
        return trouble

    def _conclude(self, found: _Found) -> Generator[Ask, Reply, Poll]:
        page_key, has_preview = yield from self._preview(found)
        verdict = decide_key(self.candidate.claims, page_key)
        server = None
        if verdict.key is not None:
            server = Server(found.address, verdict.key, legacy=found.legacy, has_preview=has_preview)
        return Poll(
            self.candidate.address,
            verdict.outcome,
            verdict.detail,
            server=server,
            rooms=found.rooms if server else (),
            key_proof=verdict.proof,
            claims=verdict.claims,
            aliases=tuple(sorted(self.aliases)),
            requests=self.requests,
            tries=self.tries,
            repairs=found.repairs,
        )

    def _preview(self, found: _Found) -> Generator[Ask, Reply, tuple[str | None, bool]]:
        """The key on the first preview page that shows one, and whether there are such pages at all."""
        readable = sorted((room for room in found.rooms if room.read is not False), key=lambda room: not room.read)
        path = "/view/room/{}" if found.legacy else "/r/{}/"
        for room in readable[:MAX_PREVIEWS]:
            reply = yield from self._get(found.address, path.format(room.token))
            if isinstance(reply, Failure):
                return None, True
            if reply.status == _NOT_FOUND:
                return None, False
            key = parse_preview_page(reply.body, room.token) if reply.status == _OK else None
            if key is not None:
                return key, True
        return None, True

    def _get(self, address: Address, path: str, tries: int | None = None) -> Generator[Ask, Reply, Reply]:
        """One request with what follows from it: redirects within the server, and waiting where it asks for that."""
        if self.requests >= MAX_REQUESTS:
            return Failure(Outcome.ABANDONED, f"was asked {MAX_REQUESTS} times without telling all", tries=0)
        self.requests += 1
        url, wait = address.base_url + path, 0.0
        redirects = waits = 0
        while True:
            reply = yield Ask(url, tries, wait)
            self.tries += reply.tries
            if isinstance(reply, Failure):
                return reply
            wait = 0.0
            if reply.status in _REDIRECTS and reply.location:
                redirects += 1
                url = redirect_target(url, reply.location)
                refused = self._redirect(address, url, redirects)
                if refused is not None:
                    return refused
            elif reply.status in _BUSY and waits < MAX_WAITS:
                waits += 1
                pause = seconds_to_wait(reply.retry_after, reply.date)
                if pause is None or pause > MAX_RETRY_AFTER:
                    return reply
                wait = pause
            else:
                return reply

    def _redirect(self, address: Address, url: str, redirects: int) -> Failure | None:
        """Why a redirect is not followed; None where it stays within the server."""
        leads_to = parse_address(url)
        if leads_to is None:
            return Failure(Outcome.HTTP_STATUS, "redirects to something that is no web address", tries=0)
        if not same_server(leads_to, address):
            self.aliases.add(leads_to)
            return Failure(Outcome.REDIRECTED, f"redirects to {leads_to}", tries=0)
        if redirects > MAX_REDIRECTS:
            return Failure(Outcome.HTTP_STATUS, "redirects in circles", tries=0)
        return None

    def _failed(self, failure: Failure) -> Poll:
        return Poll(
            self.candidate.address,
            failure.outcome,
            failure.detail,
            aliases=tuple(sorted(self.aliases)),
            requests=self.requests,
            tries=self.tries,
        )


def _answering(answer: Answer, asked: Address) -> Address:
    """The address that gave ``answer`` after redirects within the server."""
    return parse_address(answer.url) or asked


def _worth_patience(first: Failure, second: Failure, https: Address, http: Address) -> Address | None:
    """The address that might still answer after more tries; None where there is none."""
    if first.outcome in _UNDECIDED:
        return https
    return http if second.outcome is Outcome.STALLED else None


def _telling(first: Failure, second: Failure, *, wants_https: bool) -> Failure:
    """The failure that says most about a server of which neither https nor http told its rooms."""
    if second.outcome is Outcome.REDIRECTED:
        return second
    if wants_https and first.outcome is Outcome.TLS:
        return first
    depth_first, depth_second = (_DEPTH.get(failure.outcome, _DEEPEST) for failure in (first, second))
    if depth_first == depth_second:
        return first if wants_https else second
    return max((depth_first, 0, first), (depth_second, 1, second), key=lambda entry: entry[:2])[2]
