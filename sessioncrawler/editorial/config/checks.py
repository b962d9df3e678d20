"""What values of ``directory.toml`` must look like, each check with its mend."""

from __future__ import annotations

import difflib
import re
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sessioncrawler.addresses import is_web_url, parse_bare_address
from sessioncrawler.editorial import codes
from sessioncrawler.editorial.config.tables import Check, Misfit, shorten
from sessioncrawler.editorial.match import Pattern
from sessioncrawler.editorial.topics.meanings import folded, is_rating, named_language
from sessioncrawler.model import Address

E = TypeVar("E", bound=StrEnum)

Inclusion = tuple[tuple[Pattern, ...], bool]
"""The patterns of a listing, and whether all Communities belong to it."""

_MEANT = {"sfw": "safe"}
"""Where the nearest word by its letters would be the wrong one."""

MAX_TEXT = 5_000
MAX_LINE = 500
MAX_STAFF = 1_000
MAX_TOPICS = 50
"""Each has a page and a feed, in every language of the site."""
MAX_TOPIC_TAGS = 500


def text(value: Any) -> str:
    """Check for a text that is not empty; white space around it goes."""
    if not isinstance(value, str) or not value.strip():
        raise Misfit("a text", "write it in quotes, and not empty")
    if len(value) > MAX_TEXT:
        raise Misfit(f"a text of at most {MAX_TEXT:,} characters", "shorten it")
    return value.strip()


def line(value: Any) -> str:
    """Check for a text on one line: it goes into headers, titles and logs."""
    found = text(value)
    if not found.isprintable():
        raise Misfit("a text on one line", "leave out line breaks, tabs and other invisible characters")
    if len(found) > MAX_LINE:
        raise Misfit(f"a text of at most {MAX_LINE} characters", "shorten it")
    return found


def choice(words: type[E]) -> Check[E]:
    """Return a check for one of the words of an enumeration."""

    def check(value: Any) -> E:
        if isinstance(value, str) and value in list(words):
            return words(value)
        word = str(value).lower()
        near = [_MEANT[word]] if word in _MEANT else difflib.get_close_matches(word, list(words), n=1)
        quoted = ", ".join(f'"{word}"' for word in words)
        raise Misfit(f"one of {quoted}", f'did you mean "{near[0]}"?' if near else "write one of them, in quotes")

    return check


def staff_count(value: Any) -> int:
    """Check for a number of people."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_STAFF:
        raise Misfit(f"a whole number from 1 to {MAX_STAFF:,}", "write it without quotes; remove the table if unknown")
    return value


def url_id(value: Any) -> str:
    """Check for an id that becomes a part of a URL."""
    if not isinstance(value, str) or not re.fullmatch("[a-z0-9][a-z0-9_-]{0,63}", value):
        raise Misfit("an id for a URL", "write at most 64 small letters a-z, digits, - and _, a letter or digit first")
    return value


def inclusion(value: Any) -> Inclusion:
    """Check for ``"*"`` or an array of match patterns."""
    if value in ("*", ["*"]):
        return (), True
    if not isinstance(value, list) or not value or "*" in value:
        raise Misfit('an array of patterns, or "*" alone', 'write it as ["example.org", "deadbeef"], or as "*" for all')
    return patterns(value), False


def topic_tags(value: Any) -> tuple[str, ...]:
    """Check for the tags of a topic."""
    if not isinstance(value, list) or not value:
        raise Misfit("an array of tags", 'write it as ["linux", "unix"]')
    if len(value) > MAX_TOPIC_TAGS:
        raise Misfit(f"at most {MAX_TOPIC_TAGS} tags", "leave out what nobody writes")
    found: dict[str, str] = {}
    for element in value:
        tag = element if isinstance(element, str) else ""
        if not folded(tag) or tag.startswith("#"):
            raise Misfit(f"a tag in place of {shorten(element)}", "write its letters in quotes, without #")
        if named_language(tag) or is_rating(tag):
            what = "a language" if named_language(tag) else "how safe for work a room is"
            raise Misfit(f"a topic in place of {shorten(tag)}", f"that tag says {what} and counts as such; remove it")
        if folded(tag) in found:
            mend = f"{found[folded(tag)]} is the same; remove one of the two"
            raise Misfit(f"each tag once in place of {shorten(tag)}", mend)
        found[folded(tag)] = tag
    return tuple(found.values())


def report_url(value: Any) -> str:
    """Check for the template of a link by which a Community is reported: ``mailto:`` or ``https:``."""
    url = line(value)
    filled = url.replace("{identifier}", "general+118d818a")
    mend = 'write it as "https://example.org/report?room={identifier}" or "mailto:a@example.org?subject={identifier}"'
    mail = re.fullmatch(r"mailto:[^\s@?&{}]+@[^\s@?&{}]+\.[^\s@?&{}]+(\?[^\s{}]*)?", filled)
    if not mail and not (filled.startswith("https://") and is_web_url(filled)):
        raise Misfit("a mailto: or https: URL", mend)
    if re.search("[{}]", filled):
        raise Misfit("{identifier} as the only thing in braces", mend)
    return url


def flag_value(value: Any) -> bool:
    """Check for ``true`` or ``false``."""
    if not isinstance(value, bool):
        raise Misfit("true or false", "write it without quotes")
    return value


def web_url(value: Any) -> str:
    """Check for an absolute http or https URL."""
    found = text(value)
    if not is_web_url(found):
        raise Misfit("an absolute http or https URL", "write it as https://example.org/page")
    return found


def site_url(value: Any) -> str:
    """Check for the absolute URL of a folder; a slash at its end is added."""
    url = web_url(value)
    if "?" in url or "#" in url:
        raise Misfit("the URL of a folder", "leave out everything from ? or # on")
    return url if url.endswith("/") else url + "/"


def address(value: Any) -> Address:
    """Check for the address of a server."""
    found = parse_bare_address(text(value))
    if found is None:
        mend = "leave out the token, ?public_key=… and anything else after the host and port"
        raise Misfit("the address of a server such as https://example.org:8443", mend)
    return found


def public_key(value: Any) -> str:
    """Check for 64 hex digits; they become lower case."""
    if not isinstance(value, str) or not re.fullmatch("[0-9a-fA-F]{64}", value):
        raise Misfit("a public key of 64 hex digits", "copy it from a join link of the server, after public_key=")
    return value.lower()


def day(value: Any) -> date:
    """Check for a TOML date without a time."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Misfit("a date", "write it as 2026-01-31, without quotes and without a time")
    return value


def pattern(value: Any) -> Pattern:
    """Check for a match pattern."""
    found = text(value)
    try:
        return Pattern.parse(found)
    except ValueError as error:
        mend = "write TOKEN+ and 4 or more digits of the key or server id, a server id, host, host:port, or a key"
        raise Misfit("a room, a server or a host", mend) from error


def patterns(value: Any) -> tuple[Pattern, ...]:
    """Check for an array of match patterns."""
    if not isinstance(value, list):
        raise Misfit("an array", 'write it as ["example.org", "deadbeef"]')
    found: list[Pattern] = []
    for element in value:
        try:
            found.append(pattern(element))
        except Misfit as unfit:
            raise Misfit(f"{unfit.expected} in place of {shorten(element)}", unfit.mend) from unfit
    return tuple(found)


def language(value: Any) -> str:
    """Check for a BCP 47 code, ``und`` or ``mul``."""
    found = text(value)
    try:
        return codes.canonical_code(found)
    except ValueError as error:
        raise Misfit("a BCP 47 language code", f"{error}; use und for unknown, mul for many languages") from error


def one_language(value: Any) -> str:
    """Check for the BCP 47 code of a language proper."""
    code = language(value)
    if code in {codes.MANY, codes.UNDETERMINED}:
        raise Misfit("the BCP 47 code of one language", 'write it as "en" or "pt-BR"')
    return code


def flag(value: Any) -> str:
    """Check for a territory or the emoji of a flag; the emoji is returned."""
    found = text(value)
    try:
        return codes.parse_flag(found)
    except ValueError as error:
        raise Misfit("a flag", 'write a two-letter territory such as "GB", or the emoji of a flag') from error
