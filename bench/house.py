"""``python -m bench.house [FOLDER]``: the size of the package, and whether it keeps the rules of the house.

The rules: no module over 300 lines, no folder with more than 15 modules, no class name twice. Catalogues of
translations, schemas and the simulated network don't count; nor does the class of a command, which Scrapy calls so.
Of the tests, the first counts alone.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.usage import ROOT

PACKAGE = ROOT / "sessioncrawler"
TESTS = ROOT / "tests"
LINES = 300
"""Most lines of a module."""
MODULES = 15
"""Most modules in one folder, besides ``__init__.py``."""
APART = {"locale", "simnet"}
"""Folders that don't count."""


@dataclass(frozen=True, slots=True)
class House:
    """What was counted; keys are paths from the package."""

    lines: dict[str, int]
    folders: Counter[str]
    classes: dict[str, list[str]]
    """The modules in which a name of a class occurs."""

    def long(self) -> Iterator[str]:
        """A sentence for each module with too many lines."""
        for module, count in self.lines.items():
            if count > LINES:
                yield f"{module} has {count} lines, {LINES} are the most."

    def broken(self) -> Iterator[str]:
        """A sentence for each rule that is broken, and where."""
        yield from self.long()
        for folder, count in sorted(self.folders.items()):
            if count > MODULES:
                yield f"{folder}/ has {count} modules, {MODULES} are the most."
        for name, modules in sorted(self.classes.items()):
            if len(modules) > 1:
                yield f"The class name {name} occurs {len(modules)} times: {', '.join(dict.fromkeys(modules))}."


def look(package: Path = PACKAGE, *, apart: Collection[str] = APART) -> House:
    """Read every module of a package, but those in folders with the names ``apart``."""
    lines: dict[str, int] = {}
    folders: Counter[str] = Counter()
    classes: dict[str, list[str]] = defaultdict(list)
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if not set(apart).isdisjoint(name.parts):
            continue
        text = path.read_text(encoding="utf-8")
        lines[name.as_posix()] = len(text.splitlines())
        if name.name != "__init__.py":
            folders[name.parent.as_posix()] += 1
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                classes[node.name].append(name.as_posix())
    return House(lines, folders, classes)


def main(arguments: Sequence[str]) -> int:
    """Count and print; the exit code is 1 where a rule is broken."""
    house = look(Path(*arguments[:1]) if arguments else PACKAGE)
    rooms: Counter[str] = Counter()
    for module, count in house.lines.items():
        room, slash, _ = module.partition("/")
        rooms[f"{room}/" if slash else "modules at the top"] += count
    told = [f"{count:>7,}  {room}" for room, count in sorted(rooms.items())]
    total = sum(rooms.values())
    told.append(f"{total:>7,}  lines in {len(house.lines)} modules, {len(house.classes)} names of classes")
    tests = () if arguments else look(TESTS, apart=()).long()
    broken = [*house.broken(), *(f"tests/{sentence}" for sentence in tests)]
    sys.stdout.write("\n".join([*told, *broken]) + "\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
