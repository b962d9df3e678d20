"""Conversations with servers, played without a network: by a table of answers, or with servers that hold keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from sessioncrawler.model import Address, KeyClaim, Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.polling import Answer, Ask, Failure, Reply, poll
from tests.support.onion_server import OnionServer, server_of

HOLDER, STRANGER = server_of("holder"), server_of("stranger")
KEY, OTHER = HOLDER.key, STRANGER.key
HTTPS, HTTP = Address("https", "sogs.example", 443), Address("http", "sogs.example", 80)
CLAIM = (KeyClaim(KEY, ("somewhere",)),)
REFUSED = Failure(Outcome.REFUSED, "refuses connections")
NOT_FOUND = Answer("", 404)
V4 = "/oxen/v4/lsrpc"
NOW = 1_769_083_200


def room(token: str = "lobby", **fields) -> dict:
    return {
        "token": token,
        "name": token.title(),
        "active_users": 7,
        "active_users_cutoff": 604800,
        "created": 1.5,
        "read": True,
        "write": True,
        "upload": True,
    } | fields


def rooms(*found: dict) -> Answer:
    return Answer("", 200, json.dumps(found or [room()]).encode())


def preview(key: str = KEY, token: str = "lobby", host: str = "http://example.net") -> Answer:
    return Answer("", 200, f"<html><pre>{host}/{token}?public_key={key}</pre></html>".encode())


def candidate(address: Address = HTTPS, claims: tuple[KeyClaim, ...] = CLAIM, tokens=("lobby",), **known) -> Candidate:
    return Candidate(address, claims, tokens, **known)


def converse(candidate: Candidate, answer: Callable[[Ask], Reply], now: int = NOW) -> tuple[Poll, list[Ask]]:
    """Answer each question by ``answer``; answers have the URL that was asked."""
    asked: list[Ask] = []
    talk = poll(candidate, now)
    reply = None
    while True:
        try:
            ask = talk.send(reply)
        except StopIteration as end:
            return end.value, asked
        asked.append(ask)
        reply = answer(ask)
        if isinstance(reply, Answer):
            reply = replace(reply, url=ask.url)


def play(candidate: Candidate, answers: Mapping[str, Reply | list[Reply]]) -> tuple[Poll, list[Ask]]:
    """Answer by URL; what is not in ``answers`` is not found, as POST is. A list is used up in order."""

    def answer(ask: Ask) -> Reply:
        found = answers.get(ask.url, NOT_FOUND)
        return found.pop(0) if isinstance(found, list) else found

    return converse(candidate, answer)


def gets(asked: list[Ask]) -> list[Ask]:
    return [ask for ask in asked if ask.method == "GET"]


def urls(asked: list[Ask]) -> list[str]:
    """What was asked by GET."""
    return [ask.url for ask in gets(asked)]


def posts(asked: list[Ask]) -> list[str]:
    return [ask.url for ask in asked if ask.method == "POST"]


@dataclass
class Sogs:
    """A server that holds a key and answers as ``program`` does: pysogs, bunsogs, old (pysogs 0.2.0), rust."""

    program: str = "pysogs"
    holder: OnionServer = HOLDER
    pages: dict[str, Answer] = field(default_factory=lambda: {"/rooms?all=1": rooms(), "/r/lobby/": preview()})
    hosts: tuple[str, ...] = ("https://sogs.example",)
    inside: list[str] = field(default_factory=list)
    """What was asked in onion requests that opened."""

    def __call__(self, ask: Ask) -> Reply:
        host, path = _split(ask.url)
        if host not in self.hosts:
            return REFUSED
        if ask.method == "POST":
            return self._post(path, ask.body)
        rust = self.program == "rust" and path != "/"
        return self.pages.get(path, Answer("", 500, b"Unhandled rejection: MethodNotAllowed") if rust else NOT_FOUND)

    def _post(self, path: str, body: bytes) -> Reply:
        if path == V4 and self.program in {"pysogs", "bunsogs"}:
            reply = self.holder.reply_v4(body, self.route)
            if self.inside[-1:] == ["bare"]:
                return NOT_FOUND
            refusal = 400 if self.program == "pysogs" else 500
            return Answer("", refusal) if reply is None else Answer("", 200, reply)
        if path in {"/loki/v3/lsrpc", "/oxen/v3/lsrpc"} and self.program != "bunsogs":
            reply = self.holder.reply_v3(body, self.route)
            return Answer("", 500) if reply is None else Answer("", 200, reply)
        return Answer("", 500 if self.program == "rust" else 404)

    def route(self, endpoint: str) -> tuple[int, bytes]:
        self.inside.append(endpoint)
        if endpoint == "rooms":
            endpoint = "/legacy/rooms"
        found = self.pages.get(endpoint)
        if found is None and self.program == "bunsogs":
            self.inside.append("bare")
        return (found.status, found.body) if found else (404, b"not found")


def _split(url: str) -> tuple[str, str]:
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme}://{host}", f"/{path}"
