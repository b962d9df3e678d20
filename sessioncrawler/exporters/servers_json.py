"""Feed format ``servers.json``: the shape in which the 2026 directory gives its data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.exporters._collecting import CollectingExporter
from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.opendata.directory_2026 import servers_json_2026


class ServersJsonItemExporter(CollectingExporter):
    """Writes one JSON array of servers with their rooms (docs/protocol.md, "Identifiers and rules"), UTF-8.

    The feed's ``indent`` is taken: None (the default) makes it compact; Scrapy's 0 means one line break an element.
    """

    @property
    def subject(self) -> str:
        """The file, for messages."""
        return "The feed servers.json"

    def write(self, items: Sequence[Any]) -> None:
        """Write the array."""
        flag = LanguageTable(Crawl.of(self.crawler).directory).flag
        body = servers_json_2026(items, flag)
        if self.indent != 0:
            separators = (",", ":") if self.indent is None else (",", ": ")
            text = json.dumps(json.loads(body), ensure_ascii=False, indent=self.indent, separators=separators)
            body = text.encode() + b"\n"
        self.file.write(body)
