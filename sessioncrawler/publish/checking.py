"""Whether a site, or a mirror of one, holds what the manifest of its open data names.

Who made a mirror may have written all of it: what is read is bounded, and no path leads out of the site.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from sessioncrawler.opendata.records.base import VERSION, Count, Hex64, Time
from sessioncrawler.opendata.signatures import signed
from sessioncrawler.publish.manifest import is_path
from sessioncrawler.publish.outputs import DATA, MANIFEST, SIGNATURE
from sessioncrawler.text.dates import day_and_minute

LARGEST_MANIFEST = 200_000
"""Bytes: one has some 3,000, so nobody fills a terminal with sentences about files that are not there."""
LARGEST_SIGNATURE = 10_000
"""Bytes: minisign's own bound for comments, and a little more."""
TRIES = 3
"""Times that all is read where a crawl replaces the files meanwhile."""
HOUR = 3600

Read = Callable[[str, int], Awaitable[bytes]]
"""Gives a file by its path in the site, if it has no more than so many bytes; :class:`UnreadableError` where not."""


class UnreadableError(Exception):
    """A file could not be had; the message goes on after its name."""


class Named(Struct):
    """A file as the manifest names it; fields of later versions are no mistake."""

    path: str
    size: Count = msgspec.field(name="bytes")
    sha256: Hex64 = ""


class NamedFiles(Struct):
    """A manifest of ``v1/``, as far as it is needed here."""

    version: int
    generated_at: Time
    files: Annotated[list[Named], Meta(min_length=1)]


class Demands(NamedTuple):
    """What a site is held to."""

    key: str = ""
    """Public key of who must have signed it; empty: whoever it was."""
    now: int = 0
    """Unix seconds."""
    hours: float | None = None
    """How old it may be."""
    most: int = 0
    """Bytes of all files that it may name."""


@dataclass(slots=True)
class Checked:
    """What was found, in sentences."""

    holds: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


async def check(read: Read, demands: Demands) -> Checked:
    """Check a site, again where it was published anew meanwhile. UnreadableError where it has no manifest."""
    for _ in range(TRIES):
        manifest = await _manifest(read)
        checked = await _check(read, manifest, demands)
        if not checked.wrong or await _manifest(read) == manifest:
            return checked
    raise UnreadableError("changes all the time: try again when its crawl is done")


async def _manifest(read: Read) -> bytes:
    try:
        return await read(DATA + MANIFEST, LARGEST_MANIFEST)
    except UnreadableError as error:
        raise UnreadableError(f"has no {DATA}{MANIFEST} that can be read: it {error}") from error


async def _check(read: Read, content: bytes, demands: Demands) -> Checked:
    checked = Checked()
    try:
        manifest = msgspec.json.decode(content, type=NamedFiles)
        at = int(datetime.fromisoformat(manifest.generated_at).timestamp())
        _bounded(manifest, demands.most)
    except (UnreadableError, ValueError, OverflowError, RecursionError) as error:
        words = str(error) if isinstance(error, UnreadableError) else "is no manifest"
        checked.wrong.append(f"{DATA}{MANIFEST} {words}; nothing else was checked.")
        return checked
    when = f"{day_and_minute(at)}, {max(0, demands.now - at) / HOUR:,.1f} hours ago"
    if demands.key:
        await _signature(read, content, when, demands.key, checked)
    else:
        checked.holds.append(f"{DATA}{MANIFEST} says that it is of {when}.")
    if demands.hours is not None and demands.now - at > demands.hours * HOUR:
        checked.wrong.append(
            f"The data are of {when}, which is more than {demands.hours:g}: the mirror is behind, or shows old data "
            "on purpose."
        )
    await _files(read, manifest.files, checked)
    return checked


def _bounded(manifest: NamedFiles, most: int) -> None:
    """UnreadableError where a manifest names what is not to be read."""
    if manifest.version != VERSION:
        raise UnreadableError(f"is of version {manifest.version}, and this program knows {VERSION}")
    total, seen = 0, {MANIFEST, SIGNATURE}
    for file in manifest.files:
        if not is_path(file.path) or file.path in seen:
            raise UnreadableError("names a path that leads out of its folder, or one twice")
        seen.add(file.path)
        total += file.size
    if total > most:
        raise UnreadableError(f"names files of {total:,} bytes, more than VERIFY_BYTES, {most:,}")


async def _signature(read: Read, content: bytes, when: str, key: str, checked: Checked) -> None:
    name = DATA + SIGNATURE
    try:
        comment = signed(content, await read(name, LARGEST_SIGNATURE), key)
    except (UnreadableError, ValueError) as error:
        checked.wrong.append(f"{name} {error}: do not believe these data.")
        return
    told = dict(part.partition(":")[::2] for part in comment.split("\t"))
    checked.holds.append(
        f"{DATA}{MANIFEST} was signed by the holder of the key, for {told.get('site') or 'no site'}; it is of {when}."
    )


async def _files(read: Read, files: Iterable[Named], checked: Checked) -> None:
    right = size = 0
    for file in files:
        path = DATA + file.path
        try:
            content = await read(path, file.size)
        except UnreadableError as error:
            checked.wrong.append(f"{path} {error}.")
            continue
        if len(content) != file.size:
            checked.wrong.append(f"{path} has {len(content):,} bytes, and {file.size:,} by the manifest.")
        elif hashlib.sha256(content).hexdigest() != file.sha256:
            checked.wrong.append(f"{path} is another file than the manifest names: its SHA-256 differs.")
        else:
            right, size = right + 1, size + file.size
    checked.holds.append(f"{right:,} files are as the manifest names them: {size:,} bytes.")
