"""Messages of the pages that stand in tables, before anybody knows in which language they are read."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - the name by which Babel's own extractor knows it
    """``message`` itself: ``make messages`` collects it, and whoever shows it translates it then."""
    return message
