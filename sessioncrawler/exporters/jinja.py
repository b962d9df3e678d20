"""Feed format ``jinja``: any text file, rendered from a Jinja template, for feeds of one's own (docs/data.md)."""

from __future__ import annotations

import logging
from typing import Any, BinaryIO, Self

from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.utils.misc import load_object

from sessioncrawler.site.render.environment import build_environment

logger = logging.getLogger(__name__)

BUFFERED = 200
"""Template parts that are joined to one write: few writes, little memory."""
ENCODING = "utf-8"


class JinjaItemExporter(BaseItemExporter):
    """Renders a template with the items of its feed, sorted by their ``identifier``; those without one come last.

    Options, in the feed's ``item_export_kwargs``:

    - ``template``: name of the template, looked for in ``SITE_TEMPLATES``, then among the project's own;
    - ``context``: a callable ``(items, crawler) -> dict`` or its dotted path; it gets the sorted items and returns what
      the template shall see. Without it the template sees ``items``;
    - anything else is handed to the template under its own name.

    The file is UTF-8, whatever ``FEED_EXPORT_ENCODING`` says, unless the feed itself names an ``encoding``. Characters
    that it can't hold become question marks. Where the template fails, the log says so and nothing is stored.
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
        super().__init__(encoding=encoding, fields_to_export=fields_to_export, indent=indent)
        self.file = file
        self.crawler = crawler
        self.template = template
        self.options = options
        self._context = context
        self._items: list[Any] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: BinaryIO, **kwargs: Any) -> Self:
        """Make the exporter of one feed; ``kwargs`` are the feed's options and its ``item_export_kwargs``."""
        return cls(file, crawler=crawler, **kwargs)

    def export_item(self, item: Any) -> None:
        """Keep an item until the end."""
        self._items.append(item)

    def finish_exporting(self) -> None:
        """Render the template into the file, part by part; close the file where that fails, so that it is not stored.

        Scrapy runs this in a task whose exception nobody reads.
        """
        try:
            self._render(sorted(self._items, key=_order))
        except Exception as error:
            logger.error(  # noqa: TRY400 - a sentence; the traceback is below
                "The template %s failed: %s: %s.", self.template, type(error).__name__, error
            )
            logger.debug("The failure in full:", exc_info=error)
            self.file.close()

    def _render(self, items: list[Any]) -> None:
        context = load_object(self._context)(items, self.crawler) if self._context else {"items": items}
        environment = build_environment(self.crawler.settings.get("SITE_TEMPLATES"))
        stream = environment.get_template(self.template).stream({**self.options, **context})
        stream.enable_buffering(BUFFERED)
        stream.dump(self.file, encoding=self.encoding or ENCODING, errors="replace")


def _order(item: Any) -> tuple[bool, str]:
    identifier = getattr(item, "identifier", None)
    return (identifier is None, str(identifier or ""))
