"""Public keys as pages show them."""

from __future__ import annotations

GROUP = 4
COLOURS = 12
"""Hues in the style sheet, ``.hue-0`` to ``.hue-11``."""


def fingerprint(key: str) -> str:
    """A key in groups of four digits, which people can compare: ``a03c 383c f63c …``."""
    return " ".join(key[start : start + GROUP] for start in range(0, len(key), GROUP))


def hue(key: str) -> int:
    """The colour of a server, 0 to 11, by its key: all rooms of one server look alike. 0 for what is no key."""
    try:
        return int(key[-GROUP:], 16) % COLOURS
    except ValueError:
        return 0
