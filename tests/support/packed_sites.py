"""Sites of a few files: packed as the exporter does it, and through a crawl."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from scrapy.exporters import BaseItemExporter

from sessioncrawler.publish.archive import pack
from sessioncrawler.publish.manifest import FILES, encode, fingerprint
from tests.support.publishing import Published, community, publish

OLD = {
    "data.json": b"old",
    "v1/rooms.json": b"old",
    "c/a/index.html": b"same",
    "c/b/index.html": b"old",
    "c/gone/index.html": b"old",
    "gone.txt": b"old",
    "index.html": b"old",
}
NEW = {
    "index.html": b"new",
    "c/a/index.html": b"same",
    "c/b/index.html": b"new",
    "c/come/index.html": b"new",
    "data.json": b"new",
    "v1/rooms.json": b"new!",
}


def archive(files: Mapping[str, bytes]) -> BytesIO:
    """A whole site."""
    packed = BytesIO()
    pack(packed, files.items())
    return packed


def manifest(files: Mapping[str, bytes]) -> bytes:
    return encode({path: fingerprint(content) for path, content in files.items()})


def whole(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What a place holds after the publication of ``files``."""
    return {**files, FILES: manifest(files)}


class PackedSite(BaseItemExporter):
    """Packs what it is given, whatever the crawl has found; a failure is logged."""

    def __init__(self, file: Any, *, files: Callable[[], Iterable[tuple[str, bytes]]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._file, self._files = file, files

    def export_item(self, item: Any) -> None:
        pass

    def finish_exporting(self) -> None:
        try:
            pack(self._file, self._files())
        except Exception:
            logging.getLogger(__name__).exception("The site could not be made:")


def site_feed(files: Mapping[str, bytes] | Callable[[], Iterable[tuple[str, bytes]]]) -> dict[str, Any]:
    """Options of a feed that is a site."""
    made = files if callable(files) else files.items
    return {"format": "site", "item_export_kwargs": {"files": made}}


def publish_site(files: Any, uri: str, folder: Path, **more: Any) -> Published:
    """A crawl that publishes ``files``, or what a function of that name yields."""
    more = {"FEED_EXPORTERS": {"site": PackedSite}, **more}
    return publish([community()], {uri: site_feed(files)}, folder, **more)
