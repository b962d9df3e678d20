"""What a state tells and learns of pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import URL, Engine

from sessioncrawler.state.errors import sentences
from sessioncrawler.state.pictures import icons, posters
from sessioncrawler.state.pictures.icons import Icon


class KeptPictures:
    """The part of :class:`~sessioncrawler.state.database.State` that is about pictures."""

    url: URL
    _engine: Engine

    def record_icons(self, found: Iterable[tuple[Icon, bytes]], oldest: int) -> None:
        """Remember icons with their WEBP, each in place of the older one of its room.

        Empty bytes say that none could be made. Icons from before ``oldest`` (Unix seconds) are forgotten.
        """
        with sentences(self.url), self._writing.begin() as connection:
            icons.record(connection, found, oldest)

    def icons(self) -> list[Icon]:
        """What is known of icons, without their content, sorted by address and token."""
        with sentences(self.url), self._engine.begin() as connection:
            return icons.read(connection)

    def icon_contents(self) -> dict[tuple[str, str], bytes]:
        """``host[:port]`` and lower-case token → WEBP of all icons that could be made."""
        with sentences(self.url), self._engine.begin() as connection:
            return icons.contents(connection)

    def record_posters(self, drawn: Mapping[str, tuple[str, bytes]], kept: Collection[str]) -> None:
        """Remember posters (PNG) by name with their digests; all that are not ``kept`` are forgotten."""
        with sentences(self.url), self._writing.begin() as connection:
            posters.record(connection, drawn, kept)

    def posters(self, names: Collection[str] = ()) -> tuple[dict[str, str], dict[str, bytes]]:
        """Name → digest of every poster, and name → PNG of those of ``names`` that are remembered."""
        with sentences(self.url), self._engine.begin() as connection:
            return posters.digests(connection), posters.contents(connection, names)

    @property
    def _writing(self) -> Engine:
        """The engine for transactions that write."""
        return self._engine.execution_options(writes=True)
