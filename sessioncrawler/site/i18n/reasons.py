"""Why Communities are not listed, in the words of the page."""

from __future__ import annotations

REASON_TEXTS = {
    "closed": "neither readable nor writable",
    "test": "tagged as tests",
    "unlisted": "asked not to be listed",
    "hidden": "hidden by this directory",
}


def reason_text(reason: str) -> str:
    """The text for a reason (the tail of a stat); one without a text of its own is shown with spaces for hyphens."""
    return REASON_TEXTS.get(reason) or reason.replace("-", " ").replace("_", " ").replace("/", ": ")
