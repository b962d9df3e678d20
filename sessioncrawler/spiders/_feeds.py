"""The files of the site, as Scrapy feeds."""

from __future__ import annotations

from typing import Any

COMMUNITY = "sessioncrawler.items.CommunityItem"
POLL = "sessioncrawler.items.PollItem"


def site_feeds(site_uri: str) -> dict[str, dict[str, Any]]:
    """``FEEDS`` for a site at ``site_uri``: a folder or the URI of any storage that Scrapy knows.

    ``"site": True`` puts them under the guard of the storages: all are replaced, or none.
    """
    base = site_uri.rstrip("/")
    files: dict[str, dict[str, Any]] = {
        "index.html": {
            "format": "jinja",
            "item_classes": [COMMUNITY],
            "item_export_kwargs": {
                "template": "index.html",
                "context": "sessioncrawler.exporters.page_context",
            },
        },
        "servers.json": {"format": "servers.json", "item_classes": [COMMUNITY]},
        "polls.json": {"format": "polls.json", "item_classes": [POLL]},
    }
    return {f"{base}/{name}": {"overwrite": True, "site": True, **options} for name, options in files.items()}
