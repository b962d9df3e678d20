"""What differs between two folders, told so that a person can judge it."""

from __future__ import annotations

import difflib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LINES = 12
"""Most lines that are shown of one change."""
GROUPS = 40
"""Most changes that are shown."""
WIDTH = 160
NAMES = 8
"""Most names of files that are shown of one kind."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Paths from the two folders, each list in order."""

    same: list[str]
    missing: list[str]
    """Only in the first."""
    new: list[str]
    """Only in the second."""
    changed: dict[str, tuple[bytes, bytes]]


def differences(one: Path, other: Path) -> Differences:
    """Compare every file below two folders, byte for byte."""
    first, second = _files(one), _files(other)
    both = sorted(first.keys() & second.keys())
    pairs = {path: (first[path].read_bytes(), second[path].read_bytes()) for path in both}
    return Differences(
        same=[path for path, (old, new) in pairs.items() if old == new],
        missing=sorted(first.keys() - second.keys()),
        new=sorted(second.keys() - first.keys()),
        changed={path: pair for path, pair in pairs.items() if pair[0] != pair[1]},
    )


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def told(found: Differences) -> Iterator[str]:
    """Lines of text: the counts, the names, and each change once with all files that have it."""
    counts = {"same": found.same, "changed": found.changed, "missing": found.missing, "new": found.new}
    yield ", ".join(f"{len(paths):,} {word}" for word, paths in counts.items())
    for word, paths in (("missing", found.missing), ("new", found.new)):
        if paths:
            yield f"{word}: {_names(paths)}"
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path, (old, new) in found.changed.items():
        groups[tuple(_change(old, new))].append(path)
    for lines, paths in list(groups.items())[:GROUPS]:
        yield f"changed: {_names(paths)}"
        yield from (f"    {_short(line)}" for line in lines[:LINES])
        if len(lines) > LINES:
            yield f"    … {len(lines) - LINES:,} lines more"
    if len(groups) > GROUPS:
        yield f"… {len(groups) - GROUPS:,} changes more"


def _names(paths: list[str]) -> str:
    more = f" … {len(paths) - NAMES:,} more" if len(paths) > NAMES else ""
    return ", ".join(paths[:NAMES]) + more


def _change(old: bytes, new: bytes) -> Iterator[str]:
    """The lines that went and came; of files that are no text how many bytes."""
    try:
        before, after = _lines(old.decode()), _lines(new.decode())
    except UnicodeDecodeError:
        before = after = []
    if before == after:
        yield f"{len(old):,} bytes became {len(new):,}"
        return
    for line in difflib.unified_diff(before, after, lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line


def _lines(text: str) -> list[str]:
    """JSON and markup stand on few, long lines: one line a value, one line a tag."""
    try:
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False).splitlines()
    except ValueError:
        return (text.replace(">", ">\n") if text.lstrip().startswith("<") else text).splitlines()


def _short(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[:WIDTH]}…"
