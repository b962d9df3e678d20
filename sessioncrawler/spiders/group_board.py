"""A board on which people post Communities, one a line."""

from __future__ import annotations

from sessioncrawler.protocol.joinlinks import find_join_links
from sessioncrawler.protocol.sources import Posted
from sessioncrawler.spiders._source import SourceSpider


class GroupBoard(SourceSpider):
    """Join links and tags of a board whose lines are ``TITLE | LINK | TAG, TAG``."""

    name = "group_board"
    title = "Group board"
    home = "https://board.example.org/groups.txt"

    def read(self, text: str) -> list[Posted]:
        """Read the lines; tags stand behind the last bar."""
        found = []
        for line in text.splitlines():
            tags = tuple(tag.strip() for tag in line.rpartition("|")[2].split(",") if tag.strip())
            found += [Posted(link, tags) for link in find_join_links(line)]
        return found
