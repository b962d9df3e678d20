"""What is in a zip of open data, and pages that tell its size."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

BUNDLE = "v1/open-data.zip"
ABOUT = "about/index.html"
"""Such a page, in each language: how many seconds each poll took is in the zip, so sizes differ from run to run."""
_SIZE = re.compile(rb"[^(<>]* kB</span>")


def members(content: bytes) -> dict[str, bytes]:
    """Path → content of each file in a zip."""
    with ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def without_size(page: bytes) -> bytes:
    """A page without the size of the zip."""
    return _SIZE.sub(b"", page)
