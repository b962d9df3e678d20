"""The listing sites that have a spider of their own, as readers know them."""

from __future__ import annotations

from dataclasses import dataclass

LISTING_SITES = {
    "awesome_session_groups": (
        "Awesome Session Group List",
        "https://github.com/GNU-Linux-libre/Awesome-Session-Group-List",
    ),
    "lokilocker": ("LokiLocker wiki", "https://lokilocker.com/Mods/Session-Groups/wiki/Session-Open-Groups"),
    "session_directory": ("session.directory", "https://session.directory/?all=groups"),
}
"""Name of the spider → name and address of the page that people read."""


@dataclass(frozen=True, slots=True)
class ListingSite:
    """A page on which people post join links; ``url`` is empty for a source that is none."""

    name: str
    url: str


def listing_site(source: str) -> ListingSite:
    """The page behind the name of a source (``model.Sighting.source``)."""
    if source in LISTING_SITES:
        return ListingSite(*LISTING_SITES[source])
    return ListingSite(source, source if source.startswith(("https://", "http://")) else "")
