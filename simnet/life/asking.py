"""The conversations of one crawl, held in this process: what simnet's servers answer, without a socket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

from sessioncrawler.addresses import parse_bare_address
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate, plain
from sessioncrawler.protocol.polling import Answer, Ask, Failure, Reply, poll
from simnet.exchange import After, Request
from simnet.faults import Opening, Visit, opening, respond
from simnet.life.lives import Moment, Place
from simnet.services import clear_text
from simnet.specs import Certificate, Clear, Socket

TRIES = 8
"""Tries for what does not answer at once."""
LARGEST = 5_000_000
"""Bytes of an answer that are read."""
BAD_GATEWAY = 502
FURTHER = 2
"""How many servers may lead on to another."""


def ask_all(moment: Moment, candidates: Iterable[Candidate]) -> list[Poll]:
    """Ask every candidate in the network of ``moment``, and where they lead, as the spider ``sogs`` does."""
    asking = _Asking(moment)
    waiting = [(candidate, 0) for candidate in candidates]
    known = {candidate.address.netloc for candidate, _ in waiting}
    found: list[Poll] = []
    for candidate, depth in waiting:
        ended = asking.poll(candidate)
        found.append(ended)
        for alias in map(plain, ended.aliases):
            if alias.netloc not in known and depth < FURTHER:
                known.add(alias.netloc)
                waiting.append((Candidate(alias, candidate.claims, candidate.tokens), depth + 1))
    return found


class _Asking:
    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._rng = Random(f"seconds/{moment.number}")
        self._connections: Counter[tuple[str, str]] = Counter()
        self._asked: dict[str, Counter[str]] = {netloc: Counter() for netloc in moment.places}

    def poll(self, candidate: Candidate) -> Poll:
        """What becomes of one candidate."""
        talk: Generator[Ask, Reply, Poll] = poll(candidate, self._moment.at)
        try:
            ask = next(talk)
            while True:
                ask = talk.send(self._reply(ask))
        except StopIteration as end:
            ended: Poll = end.value
            return replace(ended, seconds=round(self._rng.uniform(0.1, 1.5), 3))

    def _reply(self, ask: Ask) -> Reply:
        url, netloc = urlsplit(ask.url), _plain_netloc(ask.url)
        place = self._moment.places.get(netloc)
        if place is None:
            return Failure(_of_nobody(url.hostname or ""))
        if netloc in self._moment.unreached:
            return Failure(Outcome.CONNECT_TIMEOUT, "could not be reached")
        if trouble := _trouble(place, url.scheme):
            return Answer(ask.url, BAD_GATEWAY) if trouble is Outcome.HTTP_STATUS else Failure(trouble)
        for number in range(1, (ask.tries or TRIES) + 1):
            self._connections[netloc, url.scheme] += 1
            made, hello = self._connections[netloc, url.scheme], url.scheme == "https"
            if opening(place.spec, made - 1, hello=hello) is Opening.SERVE:
                return self._served(place, ask, netloc, number)
        return Failure(Outcome.RESET if place.spec.fault.startswith("reset") else Outcome.STALLED)

    def _served(self, place: Place, ask: Ask, netloc: str, tries: int) -> Reply:
        url, spec = urlsplit(ask.url), place.spec
        headers = {"host": url.netloc, "content-type": "application/octet-stream"}
        target = url.path + (f"?{url.query}" if url.query else "")
        request = Request(ask.method, target or "/", headers, url.scheme, ask.body)
        if url.scheme == "http" and spec.certificate is not Certificate.NONE and spec.clear is not Clear.SERVE:
            reply = clear_text(request, spec.clear)
        else:
            asked = self._asked[netloc]
            nth = asked[target]
            asked[target] += 1
            peer = next((one.base for one in self._moment.places.values() if one.spec.index == spec.peer), "")
            reply = respond(Visit(spec, request, place.base, nth, peer, now=self._moment.at, asked=asked))
        if reply.after is After.DRIP:
            return Failure(Outcome.STALLED)
        response = reply.response()
        if response is None:
            packed = b"\r\ncontent-encoding: gzip" in reply.raw[:2_000].lower()
            return Failure(Outcome.TOO_LARGE if packed else Outcome.RESET, tries=tries)
        if len(response.body) > LARGEST:
            return Failure(Outcome.TOO_LARGE, tries=tries)
        named = {name.lower(): value for name, value in response.headers}
        return Answer(ask.url, response.status, response.body, named.get("location", ""), tries=tries)


def _plain_netloc(url: str) -> str:
    parts = urlsplit(url)
    address = parse_bare_address(f"{parts.scheme}://{parts.netloc}")
    return plain(address).netloc if address else parts.netloc


def _of_nobody(host: str) -> Outcome:
    return Outcome.FORBIDDEN_ADDRESS if host.replace(".", "").isdigit() else Outcome.DNS


def _trouble(place: Place, scheme: str) -> Outcome | None:
    """Why a place answers nobody; HTTP_STATUS where that is a proxy whose server is gone."""
    if place.fall is not None:
        return place.fall.how
    if place.spec.socket is not Socket.LISTEN:
        return place.spec.outcome
    if scheme == "https" and place.spec.certificate is not Certificate.GOOD:
        return Outcome.TLS
    return None
