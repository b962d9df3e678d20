"""What travels through Scrapy: plain dataclasses around the frozen values of :mod:`sessioncrawler.model`."""

from __future__ import annotations

from dataclasses import dataclass, field

from sessioncrawler.model import Poll, Presence, Reach, Room, Server, Sighting, Tag


@dataclass(slots=True)
class SightingItem:
    """A join link that was found at a source."""

    sighting: Sighting


@dataclass(slots=True)
class CommunityItem:
    """One room of one server; the pipelines fill in what the directory adds."""

    server: Server
    room: Room
    description: str = ""
    """The description as it is shown: without the block of tags. Raw text, to be escaped."""
    tags: list[Tag] = field(default_factory=list)
    string_tags: list[str] = field(default_factory=list)
    """The operator's tags as they were written, in the operator's order."""
    topics: tuple[str, ...] = ()
    """Ids of what it is about, in the order of ``[topics]`` of directory.toml."""
    language: str | None = None
    """BCP 47 code; ``mul`` for many languages, None where it is unknown."""
    language_from: str | None = None
    """Who says so: ``tag`` (the room's operator), ``table`` (directory.toml) or ``guess``; None without a language."""
    pinned: bool = False
    presence: Presence | None = None
    """How it stands with its server: it was reached now, or keeps its Communities for a while."""
    told: bool = True
    """Whether its server told of it in the last round: one whose list is broken keeps what it told before."""
    resembles: str = ""
    """Name of the official room for which it may be taken; empty where there is none."""
    beyond: str = ""
    """Why the page has no place for it, for a person, without a full stop; empty where it has."""
    nsfw_reason: str | None = None
    """Why it is marked as not safe for work: ``tag`` or ``word`` (in its name), ``curator``; None where it is not."""
    icon: str | None = None
    """Path of its icon, a WEBP, relative to the site; None where none is shown."""

    @property
    def reachable(self) -> bool:
        """Whether its server answered in the last round."""
        return self.presence is None or self.presence.reach is Reach.NOW

    @property
    def identifier(self) -> str:
        """``TOKEN+serverid``."""
        return self.server.identifier(self.room)


@dataclass(slots=True)
class AnswerItem:
    """What one address answered, as soon as it is known, whatever other addresses say: for the state."""

    poll: Poll
    early: bool = False
    """Whether it was asked before it was due."""
    loses: bool = False
    """Whether it answered though it had let earlier tries hang."""


@dataclass(slots=True)
class RobotsItem:
    """What the ``robots.txt`` of a server said that had proven its key, after its answer: for the state."""

    public_key: str
    netloc: str
    """``host[:port]`` of the address that proved it."""
    opts_out: bool | None = None
    """Whether it asks not to be listed; None where nothing was told."""


@dataclass(slots=True)
class PollItem:
    """What became of one address once all are known (:func:`sessioncrawler.protocol.servers.settle`): for feeds."""

    poll: Poll
