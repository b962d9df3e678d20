"""Feeds that travel: storages that replace one file at a time, and may be far away."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import IO, Protocol, Self

from sessioncrawler.feedstorages._guard import NotPublished
from sessioncrawler.feedstorages._publication import Together, rank_of
from sessioncrawler.publish.archive import unpack


class Remote(Protocol):
    """A storage that can store below its own URI."""

    place: str
    """Its URI, for messages."""

    def _store_in_thread(self, file: IO[bytes]) -> None: ...

    def at(self, name: str) -> Self:
        """The same storage for the file ``name`` below its URI."""
        ...

    def prune(self, keep: frozenset[str]) -> None:
        """Remove what is below the URI and not in ``keep``: what is no longer published must not stay readable."""
        ...

    def mend(self, error: Exception) -> str:
        """The sentence that says what to do about ``error``."""
        ...


class RemoteFeed:
    """Trees are stored first, then single files, the front page last: it shows nothing that is not there.

    What breaks off in the middle leaves some files new and the others old, each of them whole, and removes nothing.
    """

    def __init__(self, storage: Remote, file: IO[bytes], *, tree: bool) -> None:
        self._storage = storage
        self._file = file
        self._tree = tree
        self._kept: frozenset[str] = frozenset()
        self.rank = rank_of(storage.place)

    def prepare(self) -> None:
        """Store a tree."""
        if self._tree:
            try:
                self._kept = unpack(self._file, self._store)
            except OSError as error:
                raise self._sentence(self._storage.place, error) from error

    def put(self) -> None:
        """Store a single file."""
        if not self._tree:
            self._store("", None)

    def tidy(self) -> None:
        """Remove what is no longer in a tree."""
        if self._tree:
            try:
                self._storage.prune(self._kept)
            except Exception as error:
                raise self._sentence(self._storage.place, error) from error

    def close(self) -> None:
        """Close the temporary file."""
        with suppress(OSError):  # it may not have been written to its end
            self._file.close()

    @staticmethod
    def flush() -> None:
        """Nothing: what a server has taken is its own concern."""

    def _store(self, name: str, content: bytes | None) -> None:
        storage = self._storage.at(name) if name else self._storage
        try:
            storage._store_in_thread(self._file if content is None else BytesIO(content))  # noqa: SLF001 - Scrapy's hook
        except Exception as error:
            raise self._sentence(storage.place, error) from error

    def _sentence(self, place: str, error: Exception) -> NotPublished:
        words = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")[:500]
        return NotPublished(
            f"{place} could not be stored ({words}). Files before it are new, all others stay as they were. "
            f"{self._storage.mend(error)}"
        )


class RemoteStorage(Together):
    """Base of storages on other machines; a subclass says where ``place`` is."""

    def feed(self, file: IO[bytes], *, tree: bool) -> RemoteFeed:
        """A feed that is stored file by file."""
        return RemoteFeed(self, file, tree=tree)  # type: ignore[arg-type]  # a subclass is also one of Scrapy's storages

    def mend(self, error: Exception) -> str:  # noqa: ARG002 - some subclasses know better
        """What to do, whatever it was."""
        return "Check that it can be reached and that we may write there, and run it again."
