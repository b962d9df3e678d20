"""What a page or a data file needs to know of a Community, whatever carries it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sessioncrawler.model import Room, Server, Tag


class Listed(Protocol):
    """A Community that is listed; ``items.CommunityItem`` fits, and so does anything else with these attributes."""

    @property
    def server(self) -> Server:
        """The server that holds the room."""

    @property
    def room(self) -> Room:
        """The room as its server describes it."""

    @property
    def description(self) -> str:
        """The description without its block of tags; raw text."""

    @property
    def tags(self) -> Sequence[Tag]:
        """The tags that are shown, in their order."""

    @property
    def string_tags(self) -> Sequence[str]:
        """The operator's tags as they were written."""

    @property
    def language(self) -> str | None:
        """BCP 47 code; ``mul`` for many languages, None where nobody said."""

    @property
    def language_from(self) -> str | None:
        """Who says so: ``tag``, ``table`` or ``guess``; None without a language."""

    @property
    def nsfw_reason(self) -> str | None:
        """Why it is marked as not safe for work: ``tag``, ``word`` or ``curator``; None where it is not."""

    @property
    def icon(self) -> str | None:
        """Path of its icon below the root of the site; None where there is none to show."""

    @property
    def pinned(self) -> bool:
        """Whether the directory's operator put it at the top."""

    @property
    def identifier(self) -> str:
        """``TOKEN+serverid``."""
