"""Records of Communities as rows (RFC 4180) and as lines, for spreadsheets and for programs that read line by line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from io import StringIO

from sessioncrawler.opendata.communities import CommunityRecord

COLUMNS = (
    "identifier", "token", "name", "description", "tags", "language", "language_name", "language_from",
    "weekly_active_users", "active_users", "active_users_cutoff", "created", "read", "write", "upload",
    "admins", "moderators", "server_id", "public_key", "base_url", "join_url", "preview_url", "image_id",
    "nsfw", "nsfw_reason", "pinned", "official", "first_listed",
)  # fmt: skip
"""The header of the CSV."""

_FORMULA = re.compile("[\\s\\x00-\\x1f]*[=+\\-@'\uff0b\uff0d\uff1d\uff20]|[\\t\\r\\n]")
"""What spreadsheets may take for a formula (OWASP, "CSV Injection"), full-width signs and white space before included.

The apostrophe is among them so that taking one off always gives back what was there.
"""
_LINE_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
"""``json.dumps`` with options makes such an encoder for each record."""
_HAS_BREAK = re.compile("[\x85\u2028\u2029]").search


def cell(value: str | float | bool | None) -> str:
    """A value as it stands in the CSV: ``true``, ``false``, nothing for None; text that no spreadsheet computes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return str(value)


def csv_parts(records: Iterable[CommunityRecord]) -> Iterator[bytes]:
    """The CSV, a row at a time: UTF-8 without a byte order mark, lines end in CR LF."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for record in records:
        yield _taken(buffer)
        writer.writerow([cell(value) for value in _row(record)])
    yield _taken(buffer)


def jsonl_parts(records: Iterable[CommunityRecord]) -> Iterator[bytes]:
    """One JSON object a line; nothing within a line is a line break to anybody."""
    for record in records:
        text = _encode(record)
        yield (text.translate(_LINE_BREAKS) if _HAS_BREAK(text) else text).encode() + b"\n"


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _row(record: CommunityRecord) -> tuple[str | float | bool | None, ...]:
    language, server, staff = record["language"], record["server"], record["staff"]
    return (
        record["identifier"],
        record["token"],
        record["name"],
        record["description"],
        ", ".join(tag["text"] for tag in record["tags"]),
        language and language["code"],
        language and language["name"],
        language and language["from"],
        record["weekly_active_users"],
        record["active_users"],
        record["active_users_cutoff"],
        record["created"],
        record["read"],
        record["write"],
        record["upload"],
        staff["admins"],
        staff["moderators"],
        server["server_id"],
        server["public_key"],
        server["base_url"],
        record["join_url"],
        record["preview_url"],
        record["image_id"],
        record["nsfw"]["value"],
        record["nsfw"]["reason"],
        record["pinned"],
        record["official"],
        record["first_listed"],
    )
