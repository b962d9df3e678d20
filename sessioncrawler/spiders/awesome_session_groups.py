"""The Awesome Session Group List."""

from __future__ import annotations

from sessioncrawler.protocol.sources import Posted, read_awesome_list
from sessioncrawler.spiders._source import SourceSpider


class AwesomeSessionGroups(SourceSpider):
    """Join links and tags of the Awesome Session Group List, a Markdown file on GitHub."""

    name = "awesome_session_groups"
    title = "Awesome Session Group List"
    home = "https://github.com/GNU-Linux-libre/Awesome-Session-Group-List"
    page = "https://raw.githubusercontent.com/GNU-Linux-libre/Awesome-Session-Group-List/main/README.md"

    def read(self, text: str) -> list[Posted]:
        """Read the Markdown, with the tags that stand after each link."""
        return read_awesome_list(text)
