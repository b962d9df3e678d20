"""Strings in the answers of strangers: which of them is a token, and how the others become fit for pages and feeds."""

from __future__ import annotations

import re
from typing import TypeGuard

TOKENS = "[0-9A-Za-z_-]{1,64}"
"""Regular expression of the tokens of rooms (docs/protocol.md, "Words")."""

_TOKEN = re.compile(TOKENS)
_NEWLINES = re.compile(r"\r\n?")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# UTF-8 cannot carry the surrogates, XML (feeds, the sitemap) cannot carry the two at the end.
_UNSENDABLE = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


def is_token(value: object) -> TypeGuard[str]:
    """Whether ``value`` is a string that may name a room."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def clean(text: str, longest: int) -> tuple[str, bool]:
    r"""``text`` fit to be encoded, at most ``longest`` code points; and whether anything had to be changed.

    Control characters other than ``\n`` and ``\t`` go, lone surrogates become U+FFFD. Other spellings of a newline
    become ``\n``, which does not count as a change.
    """
    lines = _NEWLINES.sub("\n", text)
    fit = _UNSENDABLE.sub("\ufffd", _CONTROLS.sub("", lines))[:longest]
    return fit, fit != lines
