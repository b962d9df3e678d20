"""What is in a zip of open data."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

BUNDLE = "v1/open-data.zip"


def members(content: bytes) -> dict[str, bytes]:
    """Path → content of each file in a zip."""
    with ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}
