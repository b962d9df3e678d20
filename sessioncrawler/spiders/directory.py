"""The site from the state alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sessioncrawler.spiders._publishing import PublishingSpider


class DirectorySpider(PublishingSpider):
    """Publishes what the state holds of the last round of polls, and makes no request.

    It joins what the shards of ``sogs`` learned, and renders the site anew after a change of ``directory.toml`` or of a
    template.
    """

    name = "directory"

    async def start(self) -> AsyncIterator[Any]:
        """Emit everything."""
        for item in self.publication():
            yield item
