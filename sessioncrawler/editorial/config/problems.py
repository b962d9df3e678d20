"""Mistakes in ``directory.toml``: where each one is, what was expected, and the mend."""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from typing import Any

Path = tuple[str | int, ...]
"""Where a value is: keys, and the index within an array of tables, from 0."""


_MAX_KEY = 80
"""Characters of a key that are shown."""

_DEPTH = 8
"""Tables within tables that are located; the file has two, and a mistake further down is reported at its table."""


class DirectoryError(ValueError):
    """``directory.toml`` has mistakes: one sentence a line, each with file, line, key, what was expected, the mend."""


class Problems:
    """Collects every mistake of one file, so that the operator sees all of them at once."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._found: list[tuple[int, str]] = []

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return locate(self._text)

    def add(self, path: Path, sentence: str) -> None:
        """Remember what is wrong at ``path``."""
        line = self._line(path)
        key = ".".join(_shown(part) for part in path if isinstance(part, str))
        self._found.append((line, f"{self._name}, line {line}, {key}: {sentence}"))

    def _line(self, path: Path) -> int:
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1  # a table that the file does not hold at all

    @property
    def sentences(self) -> list[str]:
        """All that was added, in the order of the lines."""
        return [sentence for _, sentence in sorted(self._found, key=lambda item: item[0])]

    def raise_any(self) -> None:
        """Raise :class:`DirectoryError` with all mistakes in the order of their lines, if there are any."""
        if self._found:
            raise DirectoryError("\n".join(self.sentences))


def _shown(key: str) -> str:
    """Return a key for a message: TOML allows any text in quotes as a key."""
    return key if len(key) <= _MAX_KEY and key.isprintable() else repr(key[:_MAX_KEY])


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Parse TOML; raises :class:`DirectoryError` with file and line for a mistake in the syntax."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r" \(at line (\d+), column \d+\)", message)
        line = int(place[1]) if place else text.count("\n") + 1
        what = re.sub(r" \(at .*\)$", "", message)
        raise DirectoryError(
            f"{name}, line {line}: expected TOML, found a mistake in it ({what}); "
            "put texts in quotes, close every bracket, and write each key and table once"
        ) from error
    except (RecursionError, ValueError) as error:  # they are Python's own, and tell no line
        raise DirectoryError(
            f"{name}: expected TOML, found hundreds of brackets within each other or a number of thousands of digits; "
            "remove what no person would write"
        ) from error


def locate(text: str) -> dict[Path, int]:
    """Map each key and table of a well-formed TOML text to the line on which it is written, from 1.

    No TOML library tells lines, so the text is cut into its statements: the fewest lines that are TOML on their own.
    """
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    chunk = ""
    start = 1
    for number, line in enumerate(text.split("\n"), start=1):
        start = start if chunk else number
        chunk += line + "\n"
        try:
            statement = tomllib.loads(chunk)
        except tomllib.TOMLDecodeError:
            continue  # an array or a text that goes on in the next line
        if chunk.lstrip().startswith("["):
            table = _enter(statement, counts)
            lines[table] = start
        else:
            _record(statement, table, start, lines)
        chunk = ""
    return lines


def _enter(statement: dict[str, Any], counts: dict[Path, int]) -> Path:
    """Return the path of the table that a header opens: ``[site]`` or ``[[servers]]``, the latter with its index."""
    path: Path = ()
    value: Any = statement
    while value and len(path) < _DEPTH:
        (key,) = value
        path, value = (*path, key), value[key]
        if isinstance(value, list):
            index = counts.get(path, 0)
            counts[path] = index + 1
            path, value = (*path, index), value[0]
    return path


def _record(value: Any, path: Path, line: int, lines: dict[Path, int]) -> None:
    if isinstance(value, dict) and len(path) < _DEPTH:
        for key, inner in value.items():
            lines.setdefault((*path, key), line)
            _record(inner, (*path, key), line, lines)
