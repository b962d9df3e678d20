"""Join links, wherever people write them: found in any text, in one spelling (docs/protocol.md, "Join links")."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from sessioncrawler.addresses import ORIGIN, address_of
from sessioncrawler.model import JoinLink
from sessioncrawler.protocol.keys.spellings import read_key
from sessioncrawler.protocol.strings import TOKENS

_SHORTEST = len("http://a/b?public_key=")
_LONGEST = 2048
"""Characters of one link as it is written; what stands further behind its scheme is not read."""
_MOST_INNER = 3
"""URLs that a link may have in its parameters before its key."""
_REWRITES = 2
"""How many layers of percent-encoding are undone."""

# No pattern here can match one text in two ways, and each reads a bounded window: the time grows with the text only.
_SCHEME = re.compile(r"https?(?=:[/\\%&]|%(?:25){0,2}3a|&)", re.IGNORECASE | re.ASCII)
_LINK = re.compile(ORIGIN + rf"/(?:r/)?({TOKENS})/?\?([^\s\"'<>`#]*)")
_FRAGMENT = re.compile(r"(?:#\S*)?")
_PARAMETER = "public_key="
_BROKEN_KEY = re.compile("[0-9A-Fa-f]{16}")
"""So begins a key with a mistake in it; anything shorter is rather an example (``public_key=64hex``)."""
_BARE = f"?{_PARAMETER}"
# Read backwards, so that it is found from its end in one go.
_BARE_PLACE = re.compile(rf"/?({TOKENS})/(?:r/)?((?:[0-9]{{1,5}}:)?[0-9A-Za-z.-]{{4,253}})(?=(.?))", re.DOTALL)
_NO_BEGINNING = frozenset("_-./@:%&=?#~+")
"""Before a host without a scheme: then it is a part of something else."""
_BARE_WINDOW = 350
"""Characters before ``?public_key=`` in which a host and a token without a scheme stand."""
_NAMED = re.compile(r"(?:[0-9A-Za-z-]+\.)+(?:[A-Za-z][0-9A-Za-z-]+|[0-9]+)(?::[0-9]+)?")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([!-/:-@\[-`{-~]))")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][0-9A-Za-z]{1,31});")
_CUT_TAIL = re.compile(r"[0-9A-Za-z%&#;\\]*\Z")


def find_join_links(text: str) -> list[JoinLink]:
    r"""Every join link in ``text`` (Markdown, HTML, JSON, anything), canonical, each once, sorted.

    Undoes HTML entities, the escapes of JSON and Markdown (``\/``, ``\u0026``, ``\_``) and percent-encoding. A link
    without a scheme is one by http, as apps read it. One whose key has a mistake names an address and a room, and has
    no key. A link whose host is none, or that carries user-info, is left out.
    """
    text = _plain(text)
    starts = [match.start() for match in _SCHEME.finditer(text)]
    ends = [*starts[1:], *[len(text)] * (_MOST_INNER + 1)]
    found = set[JoinLink]()
    for place, start in enumerate(starts):
        end, outer_end = ends[place], ends[place + _MOST_INNER]
        # A link ends where the next begins, unless that one is the value of a parameter of its own.
        if link := _alone(text, start, end) or _around(text, start, end, outer_end):
            found.add(link)
    found.update(_without_scheme(text))
    return sorted(found)


def parse_join_link(url: str) -> JoinLink | None:
    """``url`` as a canonical join link, without a key where that has a mistake; None where it is not one link."""
    bare = url.strip()
    if len(bare) > _LONGEST:
        return None
    spellings = _spellings(_plain(bare))
    if link := next(filter(None, (_read(spelling, whole=True) for spelling in spellings)), None):
        return link
    before, mark, key = bare.partition(_BARE)
    return _read(f"http://{before}{mark}{key}", whole=True) if mark and _NAMED.match(before) else None


def _without_scheme(text: str) -> Iterator[JoinLink]:
    """The links that begin with their host, such as ``host.name/TOKEN?public_key=…``."""
    place = text.find(_BARE)
    while place >= 0:
        match = _BARE_PLACE.match(text[max(0, place - _BARE_WINDOW) : place][::-1])
        host = match[2][::-1] if match else ""
        end = place + len(_BARE)
        if match and _NAMED.fullmatch(host) and _may_begin_behind(match[3]):
            link = _read(f"http://{host}/{match[1][::-1]}{_BARE}{_window(text, end, end + _BARE_WINDOW)}")
            if link:
                yield link
        place = text.find(_BARE, end)


def _may_begin_behind(letter: str) -> bool:
    """Whether a host may begin behind ``letter``: a space or punctuation, not a letter of any script, nor a mark."""
    return not letter or (
        (unicodedata.category(letter)[0] in "ZPS" or letter.isspace()) and letter not in _NO_BEGINNING
    )


def _alone(text: str, start: int, end: int) -> JoinLink | None:
    """The link between ``start`` and ``end``, however it is encoded."""
    if not _worth_reading(text, start, end):
        return None
    return next(filter(None, map(_read, _spellings(_window(text, start, end)))), None)


def _around(text: str, start: int, inner: int, end: int) -> JoinLink | None:
    """The link from ``start`` that has another URL, at ``inner``, in one of its parameters, and maybe more of them.

    Percent-encoding is left alone here: it is what keeps the parameters of the inner URL apart from those of the outer.
    """
    if inner == end or not _worth_reading(text, start, end):
        return None
    return _read(_window(text, start, end))


def _worth_reading(text: str, start: int, end: int) -> bool:
    # Whatever encodes a link leaves its letters alone, but some of it touches the underscore.
    return end - start >= _SHORTEST and text.find("public", start, min(end, start + _LONGEST)) >= 0


def _window(text: str, start: int, end: int) -> str:
    if end - start <= _LONGEST:
        return text[start:end]
    # A cut must not shorten a run of digits to just the length of a key.
    return _CUT_TAIL.sub("", text[start : start + _LONGEST], count=1)


def _spellings(text: str) -> Iterator[str]:
    """``text`` as it is, and with ever more layers of encoding undone."""
    yield text
    for _ in range(_REWRITES):
        match = _LINK.match(text)
        if match and address_of(match[1], match[2]) is None:  # what is no host must not become one
            return
        inner = _plain(unquote(text))
        if inner == text:
            return
        text = inner
        yield text


def _plain(text: str) -> str:
    """``text`` without the escapes that no URL contains by itself: those of JSON and Markdown, and HTML entities."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: match[2] or chr(int(match[1], 16)), text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def _read(text: str, *, whole: bool = False) -> JoinLink | None:
    """The link that ``text`` begins with, or with ``whole`` the one that it is (a fragment aside)."""
    match = _LINK.match(text)
    if match is None or (whole and not _FRAGMENT.fullmatch(text, match.end())):
        return None
    key = _public_key(match[4], whole=whole)
    address = address_of(match[1], match[2]) if key is not None else None
    return JoinLink(address, match[3], key) if address and key is not None else None


def _public_key(query: str, *, whole: bool) -> str | None:
    """The key among the parameters; empty where it has a mistake, or where two differ. None where there is none."""
    values = [part.removeprefix(_PARAMETER) for part in query.split("&") if part.startswith(_PARAMETER)]
    keys = {read_key(value, whole=whole) for value in values}
    if len(keys) == 1 and (key := next(iter(keys))):
        return key
    # With a whole link given, somebody says that it is one; in a text only what was meant as a key makes it one.
    return "" if (whole and values) or any(map(_BROKEN_KEY.match, values)) else None
