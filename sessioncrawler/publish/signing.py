"""With which key the open data are signed: what the setting ``SIGNING_KEY`` says."""

from __future__ import annotations

import re
from pathlib import Path

from scrapy.settings import BaseSettings

from sessioncrawler.opendata.signatures import SigningKey

_CONTENT = re.compile(r"untrusted comment:.*|RW[0-9A-Za-z+/]{58,}=*", re.DOTALL)
"""A key itself, where a machine has no files of its own; anything else is the path of one."""
_LONGEST = 4096
"""Bytes that are read: such a file has some 260."""


def signing_key(settings: BaseSettings) -> SigningKey | None:
    """The key; None where none is set. ValueError, as a sentence without the setting's value, where it cannot be used.

    Whoever sets a key wants signatures: a site is never published without them because the key is not there today.
    """
    told = str(settings.get("SIGNING_KEY") or "").strip()
    if not told:
        return None
    try:
        return SigningKey.parse(told if _CONTENT.fullmatch(told) else _read(Path(told).expanduser()))
    except ValueError as error:
        raise ValueError(f"SIGNING_KEY cannot be used, so nothing is published: {error}") from error


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            raise ValueError(
                "it names no file that is there. Give the path of a secret key of minisign, or its last line"
            )
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace")
    except OSError as error:
        raise ValueError(
            f"the file that it names cannot be read ({error.strerror}). Give this user the right to"
        ) from error
