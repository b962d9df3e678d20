"""Tags that are no topic: languages, and how safe for work a Community is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from babel import Locale

from sessioncrawler.editorial.codes import OWN_NAMES
from sessioncrawler.text.names import REMEMBERED, visible

_NAMED_IN = ("en", "de", "fr", "es", "pt", "ru", "fa", "zh", "zh-Hant")
"""In these, and in itself."""
_OTHER_NAMES = {
    "zh": ("mandarin", "汉语", "漢語", "华语", "華語", "普通话", "普通話", "国语", "國語", "官话", "官話", "中國話"),
    "yue": ("粤语", "粵語", "广东话", "廣東話", "廣州話"),
    "en": ("英文", "英語"),
    "es": ("castellano",),
    "fa": ("farsi",),
}
"""What people call languages beside what CLDR does."""
_RATINGS = frozenset({"sfw", "nsfw", "safeforwork", "notsafeforwork", "18", "21", "adult", "adults"})


@lru_cache(REMEMBERED)
def folded(text: str) -> str:
    """Letters and digits of ``text`` without case, marks, spaces and hyphens: ``Open-Source`` is ``opensource``."""
    letters = unicodedata.normalize("NFKD", visible(text)).casefold()
    return "".join(filter(str.isalnum, letters))


def named_language(tag: str) -> str | None:
    """The BCP 47 code of the language that ``tag`` names (``english``, ``español``); None where it names none."""
    return _languages().get(folded(tag))


def is_rating(tag: str) -> bool:
    """Whether ``tag`` only says how safe for work a Community is."""
    return folded(tag) in _RATINGS


@cache
def _languages() -> dict[str, str]:
    return {folded(name): code for code, own_name in OWN_NAMES.items() for name in _names(code, own_name)}


def _names(code: str, own_name: str) -> Iterator[str]:
    yield own_name
    for locale in _NAMED_IN:
        if name := Locale.parse(locale, sep="-").languages.get(code):
            yield name
    yield from _OTHER_NAMES.get(code, ())
