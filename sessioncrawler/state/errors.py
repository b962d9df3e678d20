"""What goes wrong with a database, said in sentences that a person can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from sessioncrawler.state.migrations import SchemaTooNewError

_MENDS = (
    (
        ("database is locked", "database table is locked", "lock timeout"),
        "is locked by another program. Wait until the other crawl has finished, or stop it, and try again",
    ),
    (
        ("not a database", "malformed", "file is encrypted", "unsupported file format", "could not decode"),
        "is damaged or no SQLite database. Put a backup in its place, or move it away and a new one is made",
    ),
    (
        ("unable to open", "readonly", "read-only", "not a directory", "file exists", "permission denied"),
        "cannot be written. Give this user the right to write the file and its folder, or set STATE_URL to another",
    ),
    (
        ("disk is full", "disk i/o error", "no space left"),
        "has no room to grow, or its disk fails. Free some space, check the disk, and try again",
    ),
)
_UNKNOWN = "cannot be used. Check STATE_URL, and that the database server runs and lets this user in"


class StateError(Exception):
    """The state database cannot be used; the message is a sentence with the mend."""


class NoStateError(StateError):
    """There is no state yet, and none was to be made."""


@contextmanager
def sentences(url: URL) -> Iterator[None]:
    """Turn errors of the database at ``url`` into ``StateError``; a password in the URL is hidden."""
    try:
        yield
    except SchemaTooNewError as error:
        steps = ", ".join(map(str, error.args))
        raise StateError(
            f"The state database {url.render_as_string()} comes from a newer version of sessioncrawler "
            f"(unknown changes: {steps}). Install that version, or set STATE_URL to another database."
        ) from error
    except (SQLAlchemyError, OSError) as error:
        raise StateError(f"The state database {url.render_as_string()} {_mend(error)}.") from error


def _mend(error: Exception) -> str:
    """Say what to do about ``error``, with the database's own words at the end."""
    words = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
    for signs, mend in _MENDS:
        if any(sign in words.lower() for sign in signs):
            return f"{mend} ({words})"
    return f"{_UNKNOWN} ({words})"
