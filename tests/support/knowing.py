"""Knowledge of a few servers, put together by hand."""

from __future__ import annotations

from typing import Any

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.explain.story import tell
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, JoinLink, KeyClaim, KeyProof, Outcome, Poll, Room, Server, Sighting
from sessioncrawler.state import KnownPoll, SourceSummary

NOW = 1_769_083_200  # 2026-01-22 12:00 UTC
DAY = 86_400
KEY = "118df8c6c471ed0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855ff0d0a04c"
OTHER = "ab" * 32
HOST = Address("https", "sogs.example", 443)
LOBBY = f"lobby+{Server(HOST, KEY).server_id}"
"""What ``room`` is called at HOST."""
ADVICE = "What its operator can do: "
SITE = '[site]\nname = "Rooms & more"\nurl = "https://example.org/"\ncontact = "crew@example.org"\n'


def http(host: str = "sogs.example", port: int = 80) -> Address:
    return Address("http", host, port)


def link(token: str = "lobby", address: Address = HOST, key: str = KEY) -> JoinLink:
    return JoinLink(address, token, key)


def sighting(one: JoinLink, source: str = "lokilocker", first: int = NOW - DAY, last: int = NOW) -> Sighting:
    return Sighting(one, source, (), first, last)


def reached(*rooms: Room, address: Address = HOST, key: str = KEY, asked: Address | None = None, **more: Any) -> Poll:
    more = {"key_proof": KeyProof.ONION, **more}
    return Poll(
        asked or address, Outcome.REACHED, server=Server(address, key), rooms=rooms, requests=2, tries=2, **more
    )


def failed(outcome: Outcome, detail: str = "", address: Address = HOST, **more: Any) -> Poll:
    return Poll(address, outcome, detail, requests=1, tries=3, **more)


def knew(poll: Poll, at: int = NOW, reached_at: int | None = None, since: int | None = None) -> KnownPoll:
    if poll.outcome is Outcome.REACHED:
        return KnownPoll(poll, at, at, None)
    return KnownPoll(poll, at, reached_at, at if since is None else since)


def knowledge(*polls: Poll | KnownPoll, links: Any = (), directory: str = "", **more: Any) -> Knowledge:
    """``links`` are join links of ``lokilocker``, or whole sightings."""
    sightings = tuple(one if isinstance(one, Sighting) else sighting(one) for one in links)
    more.setdefault("sources", summaries(sightings))
    return Knowledge(
        directory=parse_directory(SITE + directory, "directory.toml"),
        now=NOW,
        sightings=sightings,
        polls=tuple(knew(one) if isinstance(one, Poll) else one for one in polls),
        **more,
    )


def summaries(sightings: tuple[Sighting, ...]) -> tuple[SourceSummary, ...]:
    found = []
    for source in sorted({one.source for one in sightings}):
        own = [one for one in sightings if one.source == source]
        last = max(one.last_seen for one in own)
        current = sum(one.last_seen == last for one in own)
        found.append(SourceSummary(source, len(own), current, min(one.first_seen for one in own), last))
    return tuple(found)


def claim(key: str, *by: str) -> KeyClaim:
    return KeyClaim(key, by)


def room(token: str = "lobby", name: str = "Lobby", **facts: Any) -> Room:
    return Room(token, name, **{"read": True, "write": True, "upload": True, "active_users": 271, **facts})


def sentences(what: str, known: Knowledge, *icons: Any) -> list[str]:
    """All that ``scrapy explain`` says of something."""
    return [sentence for part in tell(what, known, *icons).parts for sentence in part.sentences]


def titles(what: str, known: Knowledge) -> list[str]:
    """What its parts are about."""
    return [part.title for part in tell(what, known).parts]
