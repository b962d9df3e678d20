"""Texts of strangers on a terminal."""

from __future__ import annotations

from typing import TextIO

from sessioncrawler.text.secrets import redacted

_JOINERS = "\u200c\u200d"
"""Not printable in Python's eyes, but Persian words and many emoji need them."""


def printable(text: str) -> str:
    """Return a text in which control characters other than line breaks stand as escapes."""
    return "".join(
        letter
        if letter.isprintable() or letter == "\n" or letter in _JOINERS
        else letter.encode("unicode_escape").decode()
        for letter in text
    )


def say(text: str, stream: TextIO) -> None:
    """Print a text without secrets, with escapes for what the stream's encoding cannot hold."""
    encoding = stream.encoding or "utf-8"
    print(printable(redacted(text)).encode(encoding, "backslashreplace").decode(encoding), file=stream)
