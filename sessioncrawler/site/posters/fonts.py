"""Fonts of this machine, and whether a text can be drawn with one of them. None is ever fetched."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
_FILES = (
    "NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "FreeSansBold.ttf", "NotoSansCJK-Bold.ttc",
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Bold.otf", "NotoSansJP-Bold.otf", "NotoSansKR-Bold.otf", "wqy-zenhei.ttc",
    "wqy-microhei.ttc", "DroidSansFallbackFull.ttf",
)  # fmt: skip
"""Files that are looked for, the best first."""
_MOST_LOOKED_AT = 20_000
"""Files of these folders: a whole desktop has some thousands."""
_NO_LETTER = "\uffff"
"""No font has it: what is drawn for it is what is drawn for every letter that is missing."""
_LOOK = 40
"""Pixels of a letter that is looked at."""
_SHAPED = frozenset({"R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Classes of letters that run from right to left, join, or turn others around (UAX 9): no simple row of letters."""
_TAI = range(0x0E00, 0x0F00)
"""Thai and Lao, whose vowels stand before and above letters."""
_FONT = ImageFont.FreeTypeFont


class Fonts:
    """The fonts in ``folders``; there may be none."""

    def __init__(self, folders: Iterable[str] = FOLDERS) -> None:
        self._paths = _found(tuple(folders))
        self._has: dict[tuple[str, str], bool] = {}

    def drawable(self, text: str) -> tuple[str, str]:
        """``text`` as it can be drawn, and the path of the font for it; two empty texts where it cannot.

        Pictures that the font lacks are left out. A text in a script whose letters change with their neighbours, or
        one with marks that no single letter has, is not drawn: half of it would be wrong.
        """
        plain = unicodedata.normalize("NFC", text)
        if any(_is_shaped(char) for char in plain):
            return "", ""
        plain = " ".join("".join(char for char in plain if unicodedata.category(char) != "Cf").split())
        for path in self._paths:
            kept = "".join(char for char in plain if self._is_in(path, char) or not _is_picture(char))
            kept = " ".join(kept.split())
            if any(char.isalnum() for char in kept) and all(self._is_in(path, char) for char in kept):
                return kept, path
        return "", ""

    def _is_in(self, path: str, char: str) -> bool:
        key = path, char
        if key not in self._has:
            missing = _mask(path, _NO_LETTER)
            self._has[key] = char == " " or _mask(path, char) != missing
        return self._has[key]


@lru_cache(64)
def font(path: str, size: int) -> _FONT:
    """The font in the file ``path`` with letters of ``size`` pixels."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _mask(path: str, char: str) -> tuple[tuple[int, int], bytes]:
    mask = font(path, _LOOK).getmask(char)
    return mask.size, bytes(mask)


def _is_shaped(char: str) -> bool:
    return (
        unicodedata.bidirectional(char) in _SHAPED
        or (unicodedata.category(char) in {"Mn", "Mc", "Me"} and char != "\ufe0f")
        or ord(char) in _TAI
    )


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sk", "Cf", "Cn", "Co", "Cs", "Cc", "Mn"}


@lru_cache(8)
def _found(folders: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    looked_at = 0
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.?t?")) if Path(folder).is_dir() else ():
            looked_at += 1
            if looked_at > _MOST_LOOKED_AT:
                break
            if path.name in _FILES:
                found.setdefault(path.name, str(path))
    return tuple(found[name] for name in _FILES if name in found)
