"""What values of ``directory.toml`` must look like, each check with its mend."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sessioncrawler.editorial import _codes
from sessioncrawler.editorial._addresses import parse_address, split_web_url
from sessioncrawler.editorial._reader import Unfit, shorten
from sessioncrawler.editorial.match import Pattern
from sessioncrawler.model import Address

MAX_TEXT = 5_000


def text(value: Any) -> str:
    """Check for a text that is not empty; white space around it goes."""
    if not isinstance(value, str) or not value.strip():
        raise Unfit("a text", "write it in quotes, and not empty")
    if len(value) > MAX_TEXT:
        raise Unfit(f"a text of at most {MAX_TEXT:,} characters", "shorten it")
    return value.strip()


def flag_value(value: Any) -> bool:
    """Check for ``true`` or ``false``."""
    if not isinstance(value, bool):
        raise Unfit("true or false", "write it without quotes")
    return value


def web_url(value: Any) -> str:
    """Check for an absolute http or https URL."""
    try:
        split_web_url(text(value))
    except ValueError as error:
        raise Unfit("an absolute http or https URL", "write it as https://example.org/page") from error
    return text(value)


def site_url(value: Any) -> str:
    """Check for the absolute URL of a folder; a slash at its end is added."""
    url = web_url(value)
    if "?" in url or "#" in url:
        raise Unfit("the URL of a folder", "leave out everything from ? or # on")
    return url if url.endswith("/") else url + "/"


def address(value: Any) -> Address:
    """Check for the address of a server."""
    try:
        return parse_address(text(value))
    except ValueError as error:
        mend = "leave out the token, ?public_key=… and anything else after the host and port"
        raise Unfit("the address of a server such as https://example.org:8443", mend) from error


def public_key(value: Any) -> str:
    """Check for 64 hex digits; they become lower case."""
    if not isinstance(value, str) or not re.fullmatch("[0-9a-fA-F]{64}", value):
        raise Unfit("a public key of 64 hex digits", "copy it from a join link of the server, after public_key=")
    return value.lower()


def day(value: Any) -> date:
    """Check for a TOML date without a time."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unfit("a date", "write it as 2026-01-31, without quotes and without a time")
    return value


def pattern(value: Any) -> Pattern:
    """Check for a match pattern."""
    try:
        return Pattern.parse(text(value))
    except ValueError as error:
        mend = "write TOKEN+ and 4 or more digits of the key or server id, a server id, host, host:port, or a key"
        raise Unfit("a room, a server or a host", mend) from error


def patterns(value: Any) -> tuple[Pattern, ...]:
    """Check for an array of match patterns."""
    if not isinstance(value, list):
        raise Unfit("an array", 'write it as ["example.org", "deadbeef"]')
    found: list[Pattern] = []
    for element in value:
        try:
            found.append(pattern(element))
        except Unfit as unfit:
            raise Unfit(f"{unfit.expected} in place of {shorten(element)}", unfit.mend) from unfit
    return tuple(found)


def language(value: Any) -> str:
    """Check for a BCP 47 code, ``und`` or ``mul``."""
    try:
        return _codes.canonical_code(text(value))
    except ValueError as error:
        raise Unfit("a BCP 47 language code", f"{error}; use und for unknown, mul for many languages") from error


def flag(value: Any) -> str:
    """Check for a territory or the emoji of a flag; the emoji is returned."""
    try:
        return _codes.parse_flag(text(value))
    except ValueError as error:
        raise Unfit("a flag", 'write a two-letter territory such as "GB", or the emoji of a flag') from error
