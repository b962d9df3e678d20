"""Strangers' text made safe to show: nothing in it is invisible, or changes how the text around it is shown.

Escaping is Jinja's work; this is about what stays dangerous after escaping: bidirectional overrides that make a link
read as another one (CVE-2021-42574), invisible characters, control codes, stacks of combining marks, endless length.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NAME_LENGTH = 120
"""Characters of a name that are shown."""
PROSE_LENGTH = 2000
"""Characters of a description that are shown: what a server allows at most."""
LEAD_LENGTH = 220
"""Characters of a description that are shown before a reader asks for the rest."""
REMEMBERED = 8192
"""Texts that are remembered once cleaned: each is shown by several pages, in several languages."""
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_SLACK = 4
"""Times its shown length that a text is read: enough although characters are left out, and still a limit."""
_JOINERS = "\u200c\u200d"
_EMOJI_TAGS = "\U000e0020-\U000e007f"
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters by category that show nothing: a name made of them would look empty."""
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0610-\u061a\u064b-\u065f\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_STACK = re.compile(f"([{_MARKS}]{{3}})[{_MARKS}]+")
_JOINER_RUN = re.compile(f"([{_JOINERS}])[{_JOINERS}]+")
_LOOSE_JOINER = re.compile(rf"(?<![^\x00-\x7f\s])[{_JOINERS}]|[{_JOINERS}](?![^\x00-\x7f\s])")
"""A joiner means something only between two letters of other scripts, or two emoji."""
_LOOSE_SELECTOR = re.compile(rf"(?:(?<=[\x00-\x7f\w{_JOINERS}])|^)[\ufe00-\ufe0f]+(?!\u20e3)")
"""What chooses between a picture and a sign changes no letter; it stays in keycaps."""
_IGNORABLE = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f") | frozenset(map(chr, range(0xE0100, 0xE01F0)))
"""Marks by category that show nothing (Default_Ignorable_Code_Point)."""
_LOOSE_EMOJI_TAG = re.compile(f"(?<![\U0001f3f4{_EMOJI_TAGS}])[{_EMOJI_TAGS}]+")
_SPACES = re.compile(r"\s+")
_LINE_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n ?(?:\n ?)+")
_SURROGATES = re.compile("[\ud800-\udfff]")


class _Cleaner(dict[int, str]):
    """A table for ``str.translate`` that looks each code point up once and remembers it."""

    def __missing__(self, codepoint: int) -> str:
        char = chr(codepoint)
        self[codepoint] = _clean_character(char)
        return self[codepoint]


def _clean_character(char: str) -> str:
    """What is shown for one character taken by itself; joiners and emoji tags are judged by their neighbours later."""
    if char == "\n" or char in _JOINERS or "\U000e0020" <= char <= "\U000e007f":
        return char
    if char.isspace() or char in _BLANKS:
        return "\n" if char in "\x85\u2028\u2029\v\f" else " "
    category = unicodedata.category(char)
    if category == "Cs":
        return REPLACEMENT
    return "" if category in {"Cc", "Cf"} or char in _IGNORABLE else char


_CLEANER = _Cleaner()


def well_formed(text: str) -> str:
    """Replace lone surrogates, which JSON may carry and UTF-8 can't."""
    return _SURROGATES.sub(REPLACEMENT, text)


def cut(text: str, length: int) -> str:
    """The beginning of ``text``: at most ``length`` characters, the last an ellipsis where something was cut off.

    Cuts between words where a space is near the end, never inside an emoji sequence or below a combining mark.
    """
    if len(text) <= length:
        return text
    end = length - 1
    space = text.rfind(" ", end * 3 // 4, end + 1)
    if space > 0:
        end = space
    while end and _continues(text, end):
        end -= 1
    return text[:end].rstrip() + "…"


def _continues(text: str, index: int) -> bool:
    """Whether the character at ``index`` belongs to the one before it."""
    char = text[index]
    return text[index - 1] in _JOINERS or char in _JOINERS or unicodedata.category(char) in {"Mn", "Me", "Cf", "Sk"}


def visible(text: str) -> str:
    """``text`` without what hides or overlaps: what readers see and rules read. Every line break is a line feed."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANER)
    if clean.isascii():
        return clean
    # Tags go first: a joiner beside one may have nothing else to join.
    clean = _LOOSE_SELECTOR.sub("", _LOOSE_EMOJI_TAG.sub("", clean))
    clean = _LOOSE_JOINER.sub("", _JOINER_RUN.sub(r"\1", clean))
    return _STACK.sub(r"\1", clean)


@lru_cache(REMEMBERED)
def name(text: str, length: int = NAME_LENGTH) -> str:
    """One line to call something by: white space collapsed, invisible characters gone, cut to ``length``."""
    return cut(_SPACES.sub(" ", visible(text[: length * _SLACK])).strip(), length)


@lru_cache(REMEMBERED)
def prose(text: str, length: int = PROSE_LENGTH) -> str:
    """A description: single line breaks stay, longer gaps become one empty line, the rest as in :func:`name`."""
    lines = _LINE_SPACES.sub(" ", visible(text[: length * _SLACK]))
    return cut(_BREAKS.sub("\n\n", lines).strip(), length)


@lru_cache(REMEMBERED)
def split_lead(text: str, length: int = LEAD_LENGTH) -> tuple[str, str]:
    """Parts of a description: what is shown at once, and the whole text where that was not all of it (else empty)."""
    lead = cut(text.replace("\n", " "), length) if len(text) > length else text
    return (lead, text) if lead != text else (text, "")


def initial(text: str) -> str:
    """The first letter or digit of a name, upper-case, for its monogram; its first character if it has none."""
    for char in text:
        if char.isalnum():
            # "ß" becomes two letters; a monogram has room for one.
            return char.upper()[0]
    return text[:1] or "?"
