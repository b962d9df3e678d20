"""Reading tables of ``directory.toml`` key by key, so that no key and no mistake goes unnoticed."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import date, time
from typing import Any, TypeVar

from sessioncrawler.editorial.config.problems import Path, Problems

T = TypeVar("T")
Check = Callable[[Any], T]
"""Turns a TOML value into ours; raises :class:`Misfit`."""

_SHOWN = 60


class Misfit(ValueError):  # noqa: N818 - it is caught here and never seen as an error
    """A value does not fit: what was expected, and what the operator can do about it."""

    def __init__(self, expected: str, mend: str) -> None:
        super().__init__(f"expected {expected}; {mend}")
        self.expected = expected
        self.mend = mend


class Table:
    """One table of the file. Every ``take`` marks its key as known; :meth:`close` reports the others."""

    def __init__(self, values: dict[str, Any], path: Path, problems: Problems) -> None:
        self._values = values
        self._path = path
        self._problems = problems
        self._known: list[str] = []

    def take(self, key: str, check: Check[T], default: T) -> T:
        """Return the checked value; ``default`` where the key is absent or its value is wrong (then reported)."""
        self._known.append(key)
        return self.checked(key, check, default) if key in self._values else default

    def need(self, key: str, check: Check[T], stand_in: T) -> T:
        """Return the checked value of a key that must be there; ``stand_in`` only goes with a reported mistake."""
        self._known.append(key)
        if key in self._values:
            return self.checked(key, check, stand_in)
        self._problems.add((*self._path, key), f"expected a value, found none; add {key} = … to this table")
        return stand_in

    def checked(self, key: str, check: Check[T], default: T) -> T:
        """Return the checked value of a key that is there; ``default`` only goes with a reported mistake."""
        value = self._values[key]
        try:
            return check(value)
        except Misfit as unfit:
            self.report(key, f"expected {unfit.expected}, found {shorten(value)}; {unfit.mend}")
        return default

    def report(self, key: str, sentence: str) -> None:
        """Report a mistake at ``key``."""
        self._problems.add((*self._path, key), sentence)

    def keys(self) -> list[str]:
        """Return the keys of a table whose keys are free, in the order of the file."""
        return list(self._values)

    def table(self, key: str) -> Table:
        """Return the table ``[key]``; an empty one where the file has none."""
        self._known.append(key)
        values = self._values.get(key, {})
        if not isinstance(values, dict):
            self.report(key, f"expected a table, found {shorten(values)}; write [{key}] on a line of its own")
            values = {}
        return Table(values, (*self._path, key), self._problems)

    def rows(self, key: str) -> list[Table]:
        """Return the tables ``[[key]]`` in the order of the file."""
        self._known.append(key)
        rows = self._values.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.report(key, f"expected tables, found {shorten(rows)}; write [[{key}]] before each of them")
            rows = []
        return [Table(row, (*self._path, key, index), self._problems) for index, row in enumerate(rows)]

    def close(self) -> None:
        """Report every key that nobody asked for, with the nearest known one."""
        known = ", ".join(self._known)
        for key in self._values:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, n=1)
                mend = f"did you mean {near[0]}?" if near else "remove it"
                self.report(key, f"expected one of the keys {known}, found {shorten(key)}; {mend}")


def shorten(value: object) -> str:
    """Return a value as one short line for a message."""
    try:
        text = _written(value)
    except (RecursionError, ValueError):  # tables within thousands of tables, or thousands of digits
        return "something very large"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _written(value: object) -> str:
    """Return a value much as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | time) else repr(value)
