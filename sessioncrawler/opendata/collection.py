"""Which Communities belong to a collection (``[[listings]]`` of ``directory.toml``)."""

from __future__ import annotations

from collections.abc import Iterable

from sessioncrawler.editorial.config import Collection, CollectionRating
from sessioncrawler.editorial.match import PatternIndex
from sessioncrawler.editorial.tags import NSFW
from sessioncrawler.model import Room, Server, Tag, TagKind


class Selection:
    """The Communities of one collection."""

    def __init__(self, collection: Collection) -> None:
        included = [(pattern, True) for pattern in collection.include]
        self._index = PatternIndex([*included, *((pattern, False) for pattern in collection.exclude)])
        self._everything = collection.everything
        self._safe = collection.rating is CollectionRating.SAFE

    def holds(self, server: Server, room: Room, tags: Iterable[Tag]) -> bool:
        """Whether a listed Community belongs to the collection; ``tags`` are those that the directory derived.

        The most specific pattern of ``include`` and ``exclude`` decides. What is marked as not safe for work is in no
        collection that is rated safe, whatever its patterns say.
        """
        if self._safe and Tag(NSFW, TagKind.WARNING) in tags:
            return False
        named = self._index.find(server, room)
        return self._everything if named is None else named
