"""What ``robots.txt`` says to this crawler (RFC 9309), and how a server is asked for it; no I/O."""

from __future__ import annotations

import re
from collections.abc import Generator

from protego import Protego

from sessioncrawler.addresses import parse_address
from sessioncrawler.model import Address
from sessioncrawler.protocol.asking import (
    MAX_REDIRECTS,
    REDIRECTS,
    Ask,
    Failure,
    Reply,
    redirect_target,
    same_server,
)

TRIES = 2
"""Tries for a ``robots.txt``: one connection may get lost; nobody has more of them than two at a time."""
AGENT = "sessioncrawler"
"""The product token by which we are named."""
ROBOTS = "/robots.txt"
ASKED = "/rooms"
"""What a crawl wants of a server: who forbids that, does not want to be listed."""
_OTHER = "User-agent: another"
_AGENT_LINE = re.compile(r"^\s*user[\s-]?agent\b[\s:]*([^\s/#]*).*$", re.IGNORECASE)
_DOWNGRADE = "https", "http"
_OK = 200
_MISSING = range(400, 500)
_BUSY = frozenset({408, 425, 429})
"""What says of a moment only that nothing is told in it."""


def opts_out(text: str) -> bool:
    """Whether a ``robots.txt`` forbids :data:`AGENT`, by this very name, what a server is asked.

    What it forbids to all (``*``) is meant for search engines, before pages: it says nothing of the rooms that the
    server's own program tells to every app.
    """
    lines = (_AGENT_LINE.sub(_named, line) for line in text.splitlines())
    return not Protego.parse("\n".join(lines)).can_fetch(ASKED, AGENT)


def _named(line: re.Match[str]) -> str:
    # To Protego, "*" and any beginning of our name would be ours as well.
    return f"User-agent: {AGENT}" if line[1].lower() == AGENT else _OTHER


def ask_robots(address: Address) -> Generator[Ask, Reply, bool | None]:
    """Whether the server at ``address`` opts out; None where it does not tell, so that what it said last counts.

    A redirect is followed within the server, never from https to http: whoever stands between could answer there.
    """
    url = address.base_url + ROBOTS
    for _ in range(1 + MAX_REDIRECTS):
        reply = yield Ask(url, TRIES)
        if isinstance(reply, Failure):
            return None
        if reply.status not in REDIRECTS:
            if reply.status == _OK:
                return opts_out(reply.body.decode("utf-8", "replace"))
            return False if reply.status in _MISSING and reply.status not in _BUSY else None
        url = redirect_target(url, reply.location)
        leads_to = parse_address(url)
        if leads_to is None or not same_server(leads_to, address) or (address.scheme, leads_to.scheme) == _DOWNGRADE:
            return None
    return None
