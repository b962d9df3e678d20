"""Feed format ``tree``: many files at once, as an archive that a storage unpacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from scrapy.crawler import Crawler
from scrapy.utils.misc import load_object

from sessioncrawler.exporters._collecting import CollectingExporter
from sessioncrawler.publish.archive import pack


class TreeItemExporter(CollectingExporter):
    """Packs what a callable makes of the feed's items.

    Options, in the feed's ``item_export_kwargs``: ``files``, a callable ``(items, crawler) -> iterable of (path,
    bytes)`` or its dotted path, and ``options``, what else it is called with. The feed also wants ``"unpack": True``,
    and a folder of its own as its URI: what is there and not in the tree is removed.
    """

    def __init__(
        self, file: BinaryIO, *, crawler: Crawler, files: Any, options: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(file, crawler=crawler, **kwargs)
        self._files = files
        self._options = options or {}

    @property
    def subject(self) -> str:
        """The tree, for messages."""
        return f"The tree of {self._files}"

    def write(self, items: Sequence[Any]) -> None:
        """Make the files and pack them."""
        pack(self.file, load_object(self._files)(items, self.crawler, **self._options))
