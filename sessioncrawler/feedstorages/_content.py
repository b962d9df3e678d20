"""How files are announced to browsers by storages that serve them as they were stored."""

from __future__ import annotations

import mimetypes
import re

_TYPES = mimetypes.MimeTypes()
# The library's own table and no file of the machine's: the same name gives the same type everywhere.
for _ending, _type in {
    ".webp": "image/webp",
    ".webmanifest": "application/manifest+json",
    ".md": "text/markdown",
    ".js": "text/javascript",
    ".jsonl": "application/x-ndjson",
    ".minisig": "text/plain",
    ".opml": "text/x-opml",
    ".zip": "application/zip",
}.items():
    _TYPES.add_type(_type, _ending)

_TEXTUAL = {
    "application/atom+xml",
    "application/json",
    "application/manifest+json",
    "application/rss+xml",
    "application/x-ndjson",
    "application/xml",
    "image/svg+xml",
}

_BY_PLACE = (
    (re.compile(r"(?:.*/)?(?:listings|listing/[a-z0-9_-]+)"), "application/json"),  # the names that programs ask for
    (re.compile(r"(?:.*/)?feed/.*\.xml"), "application/atom+xml"),
)
"""Files whose names do not tell what they are."""


def content_type(name: str) -> str:
    """The ``Content-Type`` of a file by its name; text is said to be UTF-8, the unknown is a stream of bytes."""
    for place, known in _BY_PLACE:
        if place.fullmatch(name):
            return f"{known}; charset=utf-8"
    kind, encoding = _TYPES.guess_type(name)
    if kind is None or encoding is not None:
        return "application/gzip" if encoding == "gzip" else "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind in _TEXTUAL else kind
