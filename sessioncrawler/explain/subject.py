"""What ``scrapy explain`` can be asked about: a join link, a room, a server, a host, a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sessioncrawler.addresses import parse_address
from sessioncrawler.editorial.match import Pattern, PatternKind
from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.model import Address, JoinLink, Server
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.protocol.joinlinks import parse_join_link

_HOSTS = frozenset({PatternKind.HOST, PatternKind.HOST_PORT})


@dataclass(frozen=True, slots=True)
class Question:
    """``token`` is in lower case, empty where a whole server is meant; ``link`` is set where a join link was given."""

    pattern: Pattern
    token: str = ""
    link: JoinLink | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Understand a join link, the URL of a server, or any match pattern of ``directory.toml``.

        Raises ValueError with a sentence and its mend for anything else.
        """
        bare = text.strip()
        if link := parse_join_link(bare):
            return cls(_place(link.address), link.token.lower(), link)
        if address := parse_address(bare):
            return cls(_place(address))
        try:
            pattern = Pattern.parse(bare)
        except ValueError as error:
            raise ValueError(
                f"{bare[:200]!r} is nothing that can be explained: give a join link, TOKEN+ and 4 or more digits of "
                "the key or server id, a server id, a host, host:port, or a key"
            ) from error
        return cls(pattern, pattern.token)

    def about_server(self, facts: AddressFacts) -> bool:
        """Whether an address is asked for, be it only by a key that somebody claims for it."""
        keys = facts.keys or ({""} if self.pattern.kind in _HOSTS else set())
        return any(self.pattern.names_server(Server(address, key)) for key in keys for address in _spellings(facts))

    def about_room(self, token: str) -> bool:
        """Whether a room with this token is asked for."""
        return bool(self.token) and self.token == token.lower()


def _spellings(facts: AddressFacts) -> set[Address]:
    """The address by https and by http, as it was asked: ``host`` alone means port 443 as well as 80."""
    server = facts.poll.server if facts.poll else None
    return {*Candidate(facts.address).addresses(), server.address if server else facts.address}


def _place(address: Address) -> Pattern:
    return Pattern(PatternKind.HOST_PORT, address.host, port=address.port)
