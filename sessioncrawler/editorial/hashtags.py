"""Finding the block of hashtags at the end of a description."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TAGS = 50
"""Tags of one Community that are kept; the longest list seen in the wild holds 19."""
MAX_TAG_LENGTH = 64
"""Characters of a tag; a longer one is no tag for readers and is left out."""

# Full-width signs are written as escapes: the number sign, two commas, the full stop, "!", ";" and ":".
_HASH = r"#\uff03"
_SEPARATOR = r"\s,\u3001\uff0c"
_BODY = rf"[^{_HASH}{_SEPARATOR}()@.\u3002\uff01\uff1b]+"
_HASHTAG = re.compile(rf"[{_HASH}]({_BODY}(?:\.{_BODY})*)")
_GAP = re.compile(rf"[{_SEPARATOR}]*")
# Possessive, because white space may stand on both sides of the mark: no backtracking over long runs of it.
_TAIL = re.compile(rf"[{_SEPARATOR}]*+(?:[.!;\u3002\uff01\uff1b]\s*+)?")
_BARE_LANGUAGE = re.compile(rf"[{_SEPARATOR}]++(lang:[a-z-]{{2,20}})(?![\w-])", re.IGNORECASE)
# What may not stand before the first hashtag: it would be an anchor of a URL, an entity (&#39;) or a word (C#x).
_GLUE = re.compile(r"[0-9A-Za-z/&=?%_~+-]")
_MARKS = "!;:?"
"""Marks that are no part of a tag at its end."""
_LABEL = re.compile(r"(?<!\w)(?:hash)?tags?\s?[:\uff1a]$", re.IGNORECASE)
_LABEL_LENGTH = 12
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LANGUAGE = re.compile(r"lang:(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A description without its tags, and the tags."""

    shown: str
    """What readers see. White space before the block is kept, as in the 2026 directory; a ``Tags:`` goes with it."""
    string_tags: tuple[str, ...] = ()
    """The operator's tags as they were written, without ``#``, repeats included."""
    languages: tuple[str, ...] = ()
    """What stood behind ``lang:``, as it was written."""
    left_out: tuple[str, ...] = ()
    """Tags that are too long, or too many, to be kept."""


def split_tags(description: str) -> Tagged:
    """Cut the hashtags at the end of a description (docs/protocol.md, "Identifiers and rules"); linear in its length.

    ``… #linux #privacy`` and ``Tags: #a, #b`` (also with full-width signs) are blocks of tags; a hashtag in the middle
    of the text, the anchor of a URL and an HTML entity are not. A single mark such as a full stop may end the block,
    and a ``lang:xx`` in it may lack its ``#``.
    """
    start, words = _block(description)
    if not words:
        return Tagged(description)
    tags: list[str] = []
    languages: list[str] = []
    left_out: list[str] = []
    for word in words:
        tag = _INVISIBLE.sub("", word).rstrip(_MARKS)
        if language := _LANGUAGE.fullmatch(tag):
            languages.append(language[1][:MAX_TAG_LENGTH])
        elif tag:
            kept = len(tag) <= MAX_TAG_LENGTH and len(tags) < MAX_TAGS
            (tags if kept else left_out).append(tag)
    return Tagged(_without_label(description[:start]), tuple(tags), tuple(languages), tuple(left_out))


def stray_hashtags(shown: str) -> tuple[str, ...]:
    """Return the hashtags within a text that readers see, without ``#``: they are text, and no tags."""
    found = (
        match[1].rstrip(_MARKS)
        for match in _HASHTAG.finditer(shown)
        if not _GLUE.match(shown[max(0, match.start() - 1) : match.start()])
    )
    return tuple(tag for tag in found if tag)


def _block(text: str) -> tuple[int, list[str]]:
    """Return where the block of tags starts, and its words; no words where there is no block."""
    words: list[str] = []  # from the last to the first
    pending: list[str] = []  # belong to the block only if a hashtag before them starts it properly
    start = end = len(text)
    for match in reversed(list(_HASHTAG.finditer(text))):
        between = _between(text, match.end(), end, last=end == len(text))
        if between is None:
            break
        pending += [*reversed(between), match[1]]
        end = match.start()
        if not _GLUE.match(text[end - 1 : end]):
            words += pending
            pending = []
            start = end
    return start, words[::-1]


def _between(text: str, begin: int, end: int, *, last: bool) -> list[str] | None:
    """Return the bare ``lang:xx`` between two hashtags; None where anything but separators is there too."""
    languages: list[str] = []
    while bare := _BARE_LANGUAGE.match(text, begin, end):
        languages.append(bare[1])
        begin = bare.end()
    return languages if (_TAIL if last else _GAP).fullmatch(text, begin, end) else None


def _without_label(text: str) -> str:
    """Cut a ``Tags:`` at the end, with the white space around it; any other text stays as it is."""
    bare = text.rstrip()
    label = _LABEL.search(bare, max(0, len(bare) - _LABEL_LENGTH))
    return bare[: label.start()].rstrip() if label else text
