"""How a site gets to its place, wherever that is: all of it, or nothing.

The manifest of the last publication (``files.json``) tells what is there. It is removed before the first file changes
and put back after the last one, so that a run which is killed in between is seen by the next one: without a manifest
that one believes nothing. One run at a time does that, where the place can tell (:meth:`Target.alone`).
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import IO, Any, Self

from sessioncrawler.publish.archive import Archive
from sessioncrawler.publish.manifest import FILES, Fingerprint, decode, fingerprint

logger = logging.getLogger(__name__)

Read = Callable[[str], bytes]
"""Gives the content of a file by its path."""
FRONT_PAGE = "index.html"
AS_IT_WAS = "what is published stays as it was"
_PARTLY = "the site is partly new"
_LEFTOVERS = "the site is new, but this should no longer be there"
_UNLISTED = "the site is new, but the next run has to compare every file"


class NotPublished(Exception):  # noqa: N818 - a decision, not an error of the program
    """A feed was not stored; the message is a sentence that says why."""

    is_sentence = True
    """For logs.py: needs no traceback."""


class Trouble(Exception):  # noqa: N818 - becomes a NotPublished by who knows what is in its place by then
    """A place could not do what it was asked to: at which file, in whose words, and what to do about it."""

    def __init__(self, where: str, error: Exception, mend: str, words: str = "") -> None:
        words = words or f"{type(error).__name__}: {error}"
        self.where, self.mend = where, mend
        self.words = " ".join(words.split()).rstrip(".")[:500]

    def sentence(self, state: str) -> NotPublished:
        """The whole story."""
        return NotPublished(f"{self.where} could not be stored ({self.words}), so {state}. {self.mend}")


class Target(ABC):
    """Where files are published. Paths are relative to it; every method may raise :class:`Trouble`.

    It is entered before anything else. What was prepared and not put leaves no trace when it is left.
    """

    def __enter__(self) -> Self:
        """Get ready."""
        return self

    @abstractmethod
    def __exit__(self, *_: object) -> None:
        """Let go of everything."""

    def alone(self) -> AbstractContextManager[None]:
        """Be the only run that publishes a site here; waits for another one, Trouble where that takes too long."""
        return nullcontext()

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none."""

    def holds(self, path: str, file: Fingerprint, *, told: bool) -> bool:  # noqa: ARG002 - some places can look
        """Whether a file is there already. ``told``: the last manifest says so."""
        return told

    @abstractmethod
    def below(self, folder: str) -> Iterable[str]:
        """The paths of all files in a folder and its folders, as far as the place can tell."""

    def prepare(self, paths: Iterable[str], read: Read) -> None:  # noqa: B027 - some places have nothing to prepare
        """Do all that may fail and that no reader notices, for files that :meth:`put` will be called with."""

    @abstractmethod
    def put(self, paths: Iterable[str], read: Read) -> None:
        """Let readers have files: in their order, or several of one rank at a time."""

    @abstractmethod
    def delete(self, paths: Iterable[str]) -> None:
        """Remove files; those that are not there are no trouble."""


def rank_of(path: str) -> tuple[bool, int]:
    """Pages come after all else, that of the deepest folder first, so that none shows what is not there yet."""
    page = path.rpartition("/")[2] == FRONT_PAGE
    return page, -path.count("/") if page else 0


def objection(stats: Mapping[str, Any]) -> str:
    """The sentence that says why a crawl may publish no site; empty where all is well."""
    if (reason := stats.get("finish_reason")) != "finished":
        return f"the crawl did not finish ({reason}), so {AS_IT_WAS}. See the log above, and run it again."
    if exceptions := stats.get("spider_exceptions/count"):
        return f"exceptions in the spider: {exceptions}, so {AS_IT_WAS}. See the log above."
    return ""


def store_site(file: IO[bytes], place: Target) -> None:
    """Put the files of an archive in their places; raises :class:`NotPublished`."""
    site = _open(file)
    state = AS_IT_WAS
    try:
        with place, ExitStack() as stack:
            if place.read(FILES) == site.manifest and all(
                place.holds(path, one, told=True) for path, one in site.files.items()
            ):
                return
            stack.enter_context(place.alone())
            before = place.read(FILES)
            old = _known(before)
            changed = [
                path
                for path, one in site.files.items()
                if not place.holds(path, one, told=(old or {}).get(path) == one)
            ]
            gone = [path for path in (_around(place, site.files) if old is None else old) if path not in site.files]
            place.prepare([*changed, FILES], site.read)
            alone = place.read(FILES) == before
            if before is not None:
                place.delete([FILES])
            state = _PARTLY
            place.put(sorted(changed, key=rank_of), site.read)
            state = _LEFTOVERS
            place.delete(path for path in gone if path != FILES)
            state = _UNLISTED
            if alone and place.read(FILES) is None:
                place.put([FILES], site.read)
            else:
                place.delete([FILES])
                logger.warning("Another run published here at the same time: the next one compares every file.")
    except Trouble as trouble:
        raise trouble.sentence(state) from trouble


def store_file(file: IO[bytes], place: Target, name: str) -> None:
    """Put one file in its place, whatever else is there; raises :class:`NotPublished`."""
    try:
        file.seek(0)
        content = file.read()
    except OSError as error:
        raise _unreadable(error) from error
    try:
        with place:
            if not place.holds(name, fingerprint(content), told=False):
                place.prepare([name], lambda _: content)
                place.put([name], lambda _: content)
    except Trouble as trouble:
        raise trouble.sentence(AS_IT_WAS) from trouble


def _open(file: IO[bytes]) -> Archive:
    try:
        return Archive(file)
    except OSError as error:
        raise _unreadable(error) from error
    except ValueError as error:
        raise NotPublished(f"the site could not be made, so {AS_IT_WAS}. See the log above.") from error


def _unreadable(error: OSError) -> NotPublished:
    return NotPublished(
        f"the temporary file could not be written ({error.strerror or error}), so {AS_IT_WAS}. "
        "Free some space in FEED_TEMPDIR and run it again."
    )


def _known(manifest: bytes | None) -> dict[str, Fingerprint] | None:
    """What a manifest lists; None where it is damaged or not there."""
    try:
        return None if manifest is None else decode(manifest)
    except ValueError:
        return None


def _around(place: Target, files: Iterable[str]) -> Iterable[str]:
    """What lies in the folders of a site; beside them operators keep files of their own."""
    for folder in sorted({path.partition("/")[0] for path in files if "/" in path}):
        yield from place.below(folder)
