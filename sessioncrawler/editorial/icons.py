"""Whose icons are shown: ``[icons]`` of ``directory.toml``."""

from __future__ import annotations

from enum import StrEnum

from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.match import ProvenIndex
from sessioncrawler.model import Room, Server


class IconVerdict(StrEnum):
    """Whether the icon of a room may be shown. Each value but SHOWN is also the tail of a stat."""

    SHOWN = "shown"
    BLOCKED = "blocked"
    UNREADABLE = "unreadable"
    """Only members see the room, and its server gives the picture to nobody else."""
    NSFW = "nsfw"


class IconRules:
    """The rules of one directory. ``allow`` goes before nsfw; of ``allow`` and ``block`` the more specific decides."""

    def __init__(self, directory: Directory) -> None:
        allowed = [(pattern, True) for pattern in directory.icons.allow]
        blocked = [(pattern, False) for pattern in directory.icons.block]
        self._index = ProvenIndex(allowed + blocked, harms=lambda allows: not allows)

    def verdict(self, server: Server, room: Room, *, nsfw: bool) -> IconVerdict:
        """Judge a room; ``nsfw`` is whether the directory marks it as not safe for work."""
        allowed = self._index.find(server, room)
        if allowed is False:
            return IconVerdict.BLOCKED
        if room.read is False:
            return IconVerdict.UNREADABLE
        return IconVerdict.NSFW if nsfw and not allowed else IconVerdict.SHOWN
