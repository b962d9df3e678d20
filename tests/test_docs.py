"""What docstrings and comments cite of docs/ is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for room in ("sessioncrawler", "simnet") for path in (ROOT / room).rglob("*.py"))
# docs/NAME.md, and the sections behind it: docs/NAME.md, "One" and "Another"
CITATION = re.compile(r'docs/([\w-]+\.md)((?:,?\s+(?:#\s+)?(?:and\s+)?"[^"]+")*)')


@cache
def headings(name: str) -> frozenset[str]:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return frozenset(heading.replace("`", "") for heading in re.findall(r"^#{1,6} (.+?) *$", text, re.MULTILINE))


def missing(text: str) -> list[str]:
    found: list[str] = []
    for citation in CITATION.finditer(text):
        name, sections = citation[1], re.findall(r'"([^"]+)"', citation[2])
        if not (ROOT / "docs" / name).is_file():
            found.append(f"docs/{name}")
            continue
        words = (" ".join(section.split()) for section in sections)
        found += [f'docs/{name}, "{section}"' for section in words if section not in headings(name)]
    return found


def test_what_is_cited_is_there():
    found = {str(path.relative_to(ROOT)): missing(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: citations for path, citations in found.items() if citations} == {}


def test_what_is_not_there_is_noticed():
    text = 'docs/protocol.md, "Words",\n"Nothing" and "Join\n    links"; docs/nothing.md; docs/protocol.md "Nowhere"'
    assert missing(text) == ['docs/protocol.md, "Nothing"', "docs/nothing.md", 'docs/protocol.md, "Nowhere"']
