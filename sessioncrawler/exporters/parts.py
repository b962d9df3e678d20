"""Feed format ``parts``: one file, made by a function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object

from sessioncrawler.exporters._collecting import CollectingExporter


class PartsItemExporter(CollectingExporter):
    """Writes what a callable makes of the feed's items, part by part.

    Option, in the feed's ``item_export_kwargs``: ``parts``, a callable ``(items, crawler) -> iterable of bytes`` or its
    dotted path.
    """

    def __init__(self, file: BinaryIO, *, crawler: Crawler, parts: Any, **kwargs: Any) -> None:
        super().__init__(file, crawler=crawler, **kwargs)
        self._parts = parts

    @property
    def subject(self) -> str:
        """The function, for messages."""
        return f"The file of {self._parts}"

    def write(self, items: Sequence[Any]) -> None:
        """Write the parts as they come."""
        for part in load_object(self._parts)(items, self.crawler):
            self.file.write(part)
