"""How files are announced."""

from __future__ import annotations

import pytest

from sessioncrawler.feedstorages._content import content_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a/servers.json", "application/json; charset=utf-8"),
        ("feed.xml", "text/xml; charset=utf-8"),
        ("sitemap.txt", "text/plain; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("search/index.js", "text/javascript; charset=utf-8"),
        ("communities.csv", "text/csv; charset=utf-8"),
        ("communities.jsonl", "application/x-ndjson; charset=utf-8"),
        ("feed/index.opml", "text/x-opml; charset=utf-8"),
        ("v1/manifest.json.minisig", "text/plain; charset=utf-8"),
        ("v1/open-data.zip", "application/zip"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
        ("icon.webp", "image/webp"),
        ("README.md", "text/markdown; charset=utf-8"),
        ("servers.json.gz", "application/gzip"),
        ("servers.json.bz2", "application/octet-stream"),
        ("no-ending", "application/octet-stream"),
        ("listings", "application/json; charset=utf-8"),
        ("a/b/listing/family_2-x", "application/json; charset=utf-8"),
        ("listing/x/index.html", "text/html; charset=utf-8"),
        ("old-listings", "application/octet-stream"),
        ("feed/all.xml", "application/atom+xml; charset=utf-8"),
        ("feed/lang/pt-BR.xml", "application/atom+xml; charset=utf-8"),
        ("feedback/sitemap.xml", "text/xml; charset=utf-8"),
    ],
)
def test_content_types(name, expected):
    assert content_type(name) == expected
