"""Feed format ``servers.json``: the shape in which the 2026 directory gives its data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.exporters._collecting import CollectingExporter
from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.opendata.servers_2026 import server_shapes


class ServersJsonItemExporter(CollectingExporter):
    """Writes one JSON array of servers with their rooms (SOGS.md, "Identifiers and rules"), UTF-8.

    The feed's ``indent`` is taken: None (the default) makes it compact; Scrapy's 0 means one line break an element.
    """

    @property
    def subject(self) -> str:
        """The file, for messages."""
        return "The feed servers.json"

    def write(self, items: Sequence[Any]) -> None:
        """Write the array."""
        separators = (",", ":") if self.indent is None else (",", ": ")
        flag = LanguageTable(Crawl.of(self.crawler).directory).flag
        # At once: Python writes JSON in C only where it may write all of it.
        text = json.dumps(
            server_shapes(items, flag),
            ensure_ascii=False,
            allow_nan=False,
            indent=self.indent,
            separators=separators,
        )
        self.file.write(text.encode() + b"\n")
