"""``directory.toml``: what the site's operator decides (docs/directory.md)."""

from sessioncrawler.editorial.config.problems import DirectoryError
from sessioncrawler.editorial.config.reading import (
    configured_directory,
    find_directory,
    load_directory,
    parse_directory,
    read_directory,
)
from sessioncrawler.editorial.config.schema import (
    Collection,
    CollectionRating,
    Directory,
    Icons,
    KnownServer,
    RatedRooms,
    Rating,
    Rule,
    Site,
    Source,
    StaffCount,
)

__all__ = [
    "Collection",
    "CollectionRating",
    "Directory",
    "DirectoryError",
    "Icons",
    "KnownServer",
    "RatedRooms",
    "Rating",
    "Rule",
    "Site",
    "Source",
    "StaffCount",
    "configured_directory",
    "find_directory",
    "load_directory",
    "parse_directory",
    "read_directory",
]
