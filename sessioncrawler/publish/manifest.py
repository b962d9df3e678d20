"""What a site holds: its manifest ``files.json``, the last file of an archive and the last one that is stored.

``{"files": {path: {"bytes": n, "sha256": hex}}}`` lists every file of the site but itself, for storages, which learn
from it what has changed, and for mirrors. Files that tell how the last run went (``health.json``) are not in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

FILES = "files.json"
_PATH = re.compile(r"(?:[0-9A-Za-z_+~-][0-9A-Za-z_.+~-]*/)*[0-9A-Za-z_+~-][0-9A-Za-z_.+~-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Fingerprint(NamedTuple):
    """What tells a file's content from another one."""

    bytes: int
    sha256: str
    """In lower-case hex."""


def fingerprint(content: bytes) -> Fingerprint:
    """The fingerprint of a file."""
    return Fingerprint(len(content), hashlib.sha256(content).hexdigest())


def is_path(path: str) -> bool:
    """Whether ``path`` names a file within a site, wherever that is: not hidden, not above it."""
    return _PATH.fullmatch(path) is not None


def encode(files: Mapping[str, Fingerprint]) -> bytes:
    """A manifest; the same files make the same bytes."""
    told = {"files": {path: file._asdict() for path, file in files.items()}}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def decode(content: bytes) -> dict[str, Fingerprint]:
    """The files of a manifest; ValueError where it is none, or names a path outside of the site."""
    try:
        files = {path: Fingerprint(**file) for path, file in json.loads(content)["files"].items()}
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"this is no {FILES}") from error
    for path, (size, digest) in files.items():
        if not (is_path(path) and isinstance(size, int) and isinstance(digest, str) and _DIGEST.fullmatch(digest)):
            raise ValueError(f"{path!r} is no file of a site, or its fingerprint is none")
    return files
