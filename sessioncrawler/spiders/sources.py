"""The further pages with join links that the operator names in ``directory.toml``."""

from __future__ import annotations

from collections.abc import Iterable

from sessioncrawler.spiders._directory import directory_of
from sessioncrawler.spiders._source import SourceSpider


class Sources(SourceSpider):
    """Join links of the pages under ``[[sources]]`` in ``directory.toml``, in whatever form they are written.

    Each page is a source of its own, named by its URL. Without any the crawl simply ends.
    """

    name = "sources"

    def pages(self) -> Iterable[str]:
        """URLs of ``-a url=…``, else of ``directory.toml``."""
        return self.urls or [source.url for source in directory_of(self.settings).sources]

    def source_of(self, url: str) -> str:
        """Name the source by its page."""
        return url
