"""Numbers as pages show them."""

from __future__ import annotations

UNKNOWN = "\N{EN DASH}"
"""Shown for a number that nobody told us: it is not zero."""


def grouped(number: int | None) -> str:
    """``12,345``; a dash where the number is unknown."""
    return UNKNOWN if number is None else f"{number:,}"


def counted(number: int, one: str, many: str) -> str:
    """``1 server``, ``1,200 servers``."""
    return f"{grouped(number)} {one if number == 1 else many}"
