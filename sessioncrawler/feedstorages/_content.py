"""How files are announced to browsers by storages that serve them as they were stored."""

from __future__ import annotations

import mimetypes

_TYPES = mimetypes.MimeTypes()
# The library's own table and no file of the machine's: the same name gives the same type everywhere.
for _ending, _type in {
    ".webp": "image/webp",
    ".webmanifest": "application/manifest+json",
    ".md": "text/markdown",
}.items():
    _TYPES.add_type(_type, _ending)

_TEXTUAL = {
    "application/atom+xml",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "application/rss+xml",
    "application/xml",
    "image/svg+xml",
}


def content_type(name: str) -> str:
    """The ``Content-Type`` of a file by its name; text is said to be UTF-8, the unknown is a stream of bytes."""
    kind, encoding = _TYPES.guess_type(name)
    if kind is None or encoding is not None:
        return "application/gzip" if encoding == "gzip" else "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind in _TEXTUAL else kind
