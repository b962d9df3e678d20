"""session.directory, a site where people enter Communities by hand."""

from __future__ import annotations

from sessioncrawler.protocol.sources import Posted, read_session_directory, session_directory_pages
from sessioncrawler.spiders._source import SourceSpider


class SessionDirectory(SourceSpider):
    """Join links and tags of session.directory: an index, and a page for each Community.

    Its JSON array is understood as well: ``-a url=https://…/file.json``.
    """

    name = "session_directory"
    title = "session.directory"
    home = "https://session.directory/?all=groups"

    def read(self, text: str) -> list[Posted]:
        """Read a Community's page, or the JSON array."""
        return read_session_directory(text)

    def follow(self, text: str, url: str) -> list[str]:
        """Find the Communities' pages on the index."""
        return session_directory_pages(text, url)
