"""Feed format ``polls.json``: what became of every address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sessioncrawler.clock import crawl_time
from sessioncrawler.exporters._collecting import CollectingExporter
from sessioncrawler.items import PollItem
from sessioncrawler.opendata.v1 import polls_json


class PollsJsonItemExporter(CollectingExporter):
    """Writes ``{"generated_at": …, "polls": […]}`` (docs/polling.md, "polls.json"), UTF-8, compact or with ``indent``.

    Items other than polls are left aside.
    """

    @property
    def subject(self) -> str:
        """The file, for messages."""
        return "The feed polls.json"

    def write(self, items: Sequence[Any]) -> None:
        """Write the file in one piece: an address takes a line or two."""
        polls = (item.poll for item in items if isinstance(item, PollItem))
        body = polls_json(polls, crawl_time(self.crawler.settings))
        if self.indent != 0:
            separators = (",", ":") if self.indent is None else (",", ": ")
            text = json.dumps(json.loads(body), ensure_ascii=False, indent=self.indent, separators=separators)
            body = text.encode() + b"\n"
        self.file.write(body)
