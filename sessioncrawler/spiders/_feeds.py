"""The files of the site, as Scrapy feeds."""

from __future__ import annotations

from typing import Any

from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES
from sessioncrawler.site.pages.paths import PLAIN

COMMUNITY = "sessioncrawler.items.CommunityItem"
POLL = "sessioncrawler.items.PollItem"
_DATA = "sessioncrawler.exporters.data"
_PAGES = "sessioncrawler.exporters._pages"


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
        "status/index.html": {
            "format": "jinja",
            "item_classes": [POLL],
            "item_export_kwargs": {
                "template": "status.html",
                "context": "sessioncrawler.exporters.status_context",
            },
        },
        "servers.json": {"format": "servers.json", "item_classes": [COMMUNITY]},
        "polls.json": {"format": "polls.json", "item_classes": [POLL]},
        "icons": {
            "format": "tree",
            "unpack": True,
            "item_classes": [COMMUNITY],
            "item_export_kwargs": {"files": "sessioncrawler.exporters.icons.icon_files"},
        },
        **_other_pages(),
        **_open_data(),
    }
    return {f"{base}/{name}": {"overwrite": True, "site": True, **options} for name, options in files.items()}


def _other_pages() -> dict[str, dict[str, Any]]:
    """A page for each Community, pages of text, a folder for each further language, what browsers and robots ask for.

    Communities are in each feed, so that a crawl that found too few replaces none of them.
    """
    trees: dict[str, tuple[str, dict[str, str]]] = {
        "c": ("community_files", {}),
        "logo": ("logo_files", {}),
        **{page: ("plain_files", {"page": page}) for page in PLAIN},
        **{language: ("language_files", {"language": language}) for language in LOCALES if language != DEFAULT},
    }
    files = {
        "404.html": "error_context",
        "robots.txt": "base_context",
        "sitemap.xml": "sitemap_context",
        "site.webmanifest": "manifest_context",
        "favicon.svg": "base_context",
    }
    return {
        name: {
            "format": "tree",
            "unpack": True,
            "item_classes": [COMMUNITY, POLL],
            "item_export_kwargs": {"files": f"{_PAGES}.{function}", "options": options},
        }
        for name, (function, options) in trees.items()
    } | {
        name: {
            "format": "jinja",
            "item_classes": [COMMUNITY],
            "item_export_kwargs": {"template": name, "context": f"{_PAGES}.{function}"},
        }
        for name, function in files.items()
    }


def _open_data() -> dict[str, dict[str, Any]]:
    """The files of docs/data.md. A tree has a folder of its own, since what is not in it is removed there."""
    trees = {
        "v1": ("v1_files", [COMMUNITY, POLL]),
        "feed": ("feed_files", [COMMUNITY]),
        "listing": ("listing_files", [COMMUNITY]),
    }
    parts = {
        "communities.csv": "communities_csv",
        "communities.jsonl": "communities_jsonl",
        "tags.json": "tags_json",
        "listings": "listings",
    }
    return {
        name: {
            "format": "tree",
            "unpack": True,
            "item_classes": classes,
            "item_export_kwargs": {"files": f"{_DATA}.{function}"},
        }
        for name, (function, classes) in trees.items()
    } | {
        name: {"format": "parts", "item_classes": [COMMUNITY], "item_export_kwargs": {"parts": f"{_DATA}.{function}"}}
        for name, function in parts.items()
    }
