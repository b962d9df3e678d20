"""Feed format ``jinja``: any text file, rendered from a Jinja template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object

from sessioncrawler.exporters._collecting import CollectingExporter
from sessioncrawler.exporters._crawl import Crawl

BUFFERED = 200
"""Template parts that are joined to one write: few writes, little memory."""
ENCODING = "utf-8"


class JinjaItemExporter(CollectingExporter):
    """Renders a template with the items of its feed.

    Options, in the feed's ``item_export_kwargs``:

    - ``template``: name of the template, looked for in ``SITE_TEMPLATES``, then among the project's own;
    - ``context``: a callable ``(items, crawler) -> dict`` or its dotted path; it gets the sorted items and returns what
      the template shall see. Without it the template sees ``items``;
    - anything else is handed to the template under its own name.

    The file is UTF-8, whatever ``FEED_EXPORT_ENCODING`` says, unless the feed itself names an ``encoding``. Characters
    that it can't hold become question marks.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        crawler: Crawler,
        template: str,
        context: Any = None,
        encoding: str | None = None,
        fields_to_export: Any = None,
        indent: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(file, crawler=crawler, encoding=encoding, fields_to_export=fields_to_export, indent=indent)
        self.template = template
        self.options = options
        self._context = context

    @property
    def subject(self) -> str:
        """The template, for messages."""
        return f"The template {self.template}"

    def write(self, items: Sequence[Any]) -> None:
        """Render the template into the file, part by part."""
        context = load_object(self._context)(items, self.crawler) if self._context else {"items": items}
        stream = Crawl.of(self.crawler).environment().get_template(self.template).stream({**self.options, **context})
        stream.enable_buffering(BUFFERED)
        stream.dump(self.file, encoding=self.encoding or ENCODING, errors="replace")
