"""The icons beside the page, for a feed of the format ``tree``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.items import CommunityItem
from sessioncrawler.state import State


def icon_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """Name and WEBP of every icon that a Community shows; its name is the last part of ``icon``.

    Icons come from the state, so one that was fetched long ago is published with the page of today. What no Community
    shows any longer is removed by the feed. Raises StateError where the state cannot be used.
    """
    shown = sorted({item.icon for item in items if isinstance(item, CommunityItem) and item.icon})
    if not shown:
        return
    with State.open(crawler.settings["STATE_URL"]) as state:
        contents = state.icon_contents()
    for path in shown:
        if path in contents:  # else another crawl has forgotten it meanwhile
            yield PurePosixPath(path).name, contents[path]
