"""Languages and countries that a text names: a hint that it is not written in the language of its room."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from sessioncrawler.editorial.codes import OWN_NAMES
from sessioncrawler.editorial.letters import EAST_ASIAN, script

_MANY = frozenset({
    "bilingual", "international", "internacional", "internazionale", "internationale", "multilingual",
    "multilingue", "mehrsprachig", "languages", "langues", "sprachen", "idiomas", "lingue", "talen", "języki",
    "языки", "языках", "мови", "мовах", "dillər", "diller",
})  # fmt: skip
_REGIONAL_A = 0x1F1E6
_FLAG = re.compile("[\N{REGIONAL INDICATOR SYMBOL LETTER A}-\N{REGIONAL INDICATOR SYMBOL LETTER Z}]{2}")
_WORD = re.compile(r"\w+")


def speaks_of_others(text: str, code: str) -> bool:
    """Whether a text that is written in ``code`` names another language, many languages, or speakers' countries.

    «French-language discussion» is English and about a room that speaks French. Names are those of CLDR, in English, in
    ``code`` and in the named language itself. Countries count by their flag emoji; in English texts, which are written
    for rooms of any country, also by their name, unless ``code`` is an official language there.
    """
    folded = text.casefold()
    words = set(_WORD.findall(folded))
    if words & _MANY:
        return True
    languages = _languages(code)
    if any(languages[name] != code for name in _named(languages, folded, words)):
        return True
    if any(code not in _spoken(_territory(flag)) for flag in _FLAG.findall(text)):
        return True
    return code == "en" and any(code not in _spoken(_territories()[word]) for word in words & _territories().keys())


def _named(names: Mapping[str, str], folded: str, words: set[str]) -> Iterable[str]:
    yield from words & names.keys()
    # Chinese and Japanese don't separate words.
    yield from (name for name in names if script(name[0]) == EAST_ASIAN and name in folded)


@cache
def _languages(code: str) -> Mapping[str, str]:
    """Names of one word → language."""
    names = {}
    for named, own_name in OWN_NAMES.items():
        for name in (own_name, *(Locale.parse(locale).languages.get(named, "") for locale in (code, "en"))):
            if _WORD.fullmatch(folded := name.casefold()):
                names[folded] = named
    return names


@cache
def _territories() -> Mapping[str, str]:
    """English names of one word → territory."""
    names = {name.casefold(): code for code, name in Locale("en").territories.items() if code.isalpha()}
    return {name: code for name, code in names.items() if _WORD.fullmatch(name)}


def _territory(flag: str) -> str:
    return "".join(chr(ord(sign) - _REGIONAL_A + ord("A")) for sign in flag)


@cache
def _spoken(territory: str) -> frozenset[str]:
    """Official languages of a territory, and the one that is most likely spoken there."""
    official = get_official_languages(territory, de_facto=True)
    likely = str(get_global("likely_subtags").get(f"und_{territory}", ""))
    return frozenset(code.split("_")[0] for code in (*official, likely))
