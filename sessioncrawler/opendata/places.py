"""What files and pages of Communities and servers are called, below the site's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class CommunityPlace:
    """A Community that has files of its own. Times are Unix seconds."""

    public_key: str
    token: str
    identifier: str
    """``TOKEN+serverid``, which a stranger can forge."""
    name: str
    """The same where nobody else has it, otherwise with the whole key: what its files are called."""
    former: tuple[str, ...] = ()
    """Names that it had while its server was elsewhere, and that nobody else has now."""
    first_listed: int | None = None
    gone_at: int | None = None
    """None while it is listed."""

    @property
    def key(self) -> tuple[str, str]:
        """Public key and lower-case token."""
        return self.public_key, self.token.lower()

    @property
    def page(self) -> str:
        """The address of its page below that of the site."""
        return f"c/{quote(self.name, safe='')}/"


@dataclass(frozen=True, slots=True)
class ServerFolder:
    """A server that has files of its own."""

    public_key: str
    server_id: str
    name: str
    """The ``server_id`` where nobody else has it, otherwise the whole key."""
    host: str
    """``host[:port]`` of its best address."""
    former: tuple[str, ...] = ()
    """Names that it had at other addresses, and that nobody else has now."""
    gone_at: int | None = None
    """When its last Community went, in Unix seconds; None while one is listed."""

    @property
    def page(self) -> str:
        """The address of its page below that of the site; of the one about all servers where it is gone."""
        return f"s/{self.name}/" if self.gone_at is None else "status/"


@dataclass(frozen=True, slots=True)
class Places:
    """All that have files: what is listed, and for a while what is gone. Sorted by name."""

    communities: Mapping[tuple[str, str], CommunityPlace] = field(default_factory=dict)
    """By public key and lower-case token."""
    servers: Mapping[str, ServerFolder] = field(default_factory=dict)
    """By public key."""
