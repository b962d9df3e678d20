"""A site that is published again: what tells nothing new keeps its bytes, so that it is not stored anew."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.publishing import NOW, SITE, community, publish

TELLS_THE_TIME = re.compile(
    r"((de|es|fa|fr|pt|ru|zh)/)?((about|status)/)?index\.html|v1/.*|files\.json|polls\.json|sitemap\.xml"
)
"""The list and what tells how old the data is; of all other files there are thousands."""


def published(folder: Path, at: int) -> dict[str, bytes]:
    items = [community(f"room{number}", f"Room {number}", created=NOW) for number in range(20)]
    publish(items, {str(folder / "site"): SITE}, folder, CRAWL_TIME=at)
    root = folder / "site"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_of_a_publication_within_the_same_day_only_few_files_are_new(tmp_path):
    before, after = published(tmp_path, NOW), published(tmp_path, NOW + 2_700)
    assert set(before) == set(after)
    changed = [name for name in before if before[name] != after[name]]
    assert [name for name in changed if not TELLS_THE_TIME.fullmatch(name)] == []
    assert {"index.html", "v1/communities.json"} <= set(changed)
    assert len(before) > 5 * len(changed)
