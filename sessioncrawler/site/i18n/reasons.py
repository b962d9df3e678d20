"""Why Communities are not listed, in the words of the page."""

from __future__ import annotations

from sessioncrawler.text.messages import N_

REASON_TEXTS = {
    "closed": N_("neither readable nor writable"),
    "test": N_("tagged as tests"),
    "unlisted": N_("asked not to be listed"),
    "hidden": N_("hidden by this directory"),
}


def reason_text(reason: str) -> str:
    """The text for a reason (the tail of a stat); one without a text of its own is shown with spaces for hyphens."""
    return REASON_TEXTS.get(reason) or reason.replace("-", " ").replace("_", " ").replace("/", ": ")
