"""The further pages with join links that the operator names in ``directory.toml``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scrapy.exceptions import CloseSpider

from sessioncrawler.editorial.config import DirectoryError, load_directory
from sessioncrawler.spiders._listing import ListingSpider


class Sources(ListingSpider):
    """Join links of the pages under ``[[sources]]`` in ``directory.toml``, in whatever form they are written.

    Each page is a source of its own, named by its URL. Without any the crawl simply ends; with mistakes in
    ``directory.toml`` it ends with the finish reason ``directory_invalid``.
    """

    name = "sources"

    def listings(self) -> Iterable[str]:
        """URLs of ``-a url=…``, else of ``directory.toml``."""
        if self.urls:
            return self.urls
        try:
            directory = load_directory(Path(self.settings["DIRECTORY_CONFIG"]))
        except DirectoryError as error:
            self.logger.error("%s", error)  # noqa: TRY400 - the sentences say it all
            raise CloseSpider("directory_invalid") from error
        return [source.url for source in directory.sources]

    def source(self, url: str) -> str:
        """Name the source by its page."""
        return url
