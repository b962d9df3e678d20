"""Records of Communities as rows (RFC 4180) and as lines, for spreadsheets and for programs that read line by line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from io import StringIO

import msgspec

from sessioncrawler.opendata.records import CommunityRecord

COLUMNS: dict[str, Callable[[CommunityRecord], str | float | bool | None]] = {
    "identifier": lambda one: one.identifier,
    "token": lambda one: one.token,
    "name": lambda one: one.name,
    "description": lambda one: one.description,
    "tags": lambda one: ", ".join(tag.text for tag in one.tags),
    "topics": lambda one: ", ".join(one.topics),
    "language": lambda one: one.language.code if one.language else None,
    "language_name": lambda one: one.language.name if one.language else None,
    "language_from": lambda one: one.language.origin if one.language else None,
    "weekly_active_users": lambda one: one.weekly_active_users,
    "active_users": lambda one: one.active_users,
    "active_users_cutoff": lambda one: one.active_users_cutoff,
    "created": lambda one: one.created,
    "read": lambda one: one.read,
    "write": lambda one: one.write,
    "upload": lambda one: one.upload,
    "admins": lambda one: one.staff.admins,
    "moderators": lambda one: one.staff.moderators,
    "server_id": lambda one: one.server.server_id,
    "public_key": lambda one: one.server.public_key,
    "base_url": lambda one: one.server.base_url,
    "join_url": lambda one: one.join_url,
    "preview_url": lambda one: one.preview_url,
    "image_id": lambda one: one.image_id,
    "nsfw": lambda one: one.nsfw.value,
    "nsfw_reason": lambda one: one.nsfw.reason,
    "pinned": lambda one: one.pinned,
    "official": lambda one: one.official,
    "first_listed": lambda one: one.first_listed,
    "reachable": lambda one: one.reachable,
    "last_reached": lambda one: one.last_reached,
    "activity": lambda one: one.activity,
    "former_identifiers": lambda one: ", ".join(one.former_identifiers),
}
"""The columns of the CSV, from left to right."""

_FORMULA = re.compile("[\\s\\x00-\\x1f]*[=+\\-@'\uff0b\uff0d\uff1d\uff20]|[\\t\\r\\n]")
"""What spreadsheets may take for a formula (OWASP, "CSV Injection"), full-width signs and white space before included.

The apostrophe is among them so that taking one off always gives back what was there.
"""
_LINE_BREAK = re.compile("\x85|\u2028|\u2029".encode())
"""In UTF-8, where no character is found within another."""


def cell(value: str | float | bool | None) -> str:
    """A value as it stands in the CSV: ``true``, ``false``, nothing for None; text that no spreadsheet computes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return str(value)


def communities_csv(records: Iterable[CommunityRecord]) -> Iterator[bytes]:
    """The file ``communities.csv``, a row at a time: UTF-8 without a byte order mark, lines end in CR LF."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for record in records:
        yield _taken(buffer)
        writer.writerow([cell(value(record)) for value in COLUMNS.values()])
    yield _taken(buffer)


def communities_jsonl(records: Iterable[CommunityRecord]) -> Iterator[bytes]:
    """The file ``communities.jsonl``: one JSON object a line, within which nothing is a line break to anybody."""
    for record in records:
        yield _LINE_BREAK.sub(_escaped, msgspec.json.encode(record)) + b"\n"


def _escaped(found: re.Match[bytes]) -> bytes:
    return f"\\u{ord(found[0].decode()):04x}".encode()


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
