"""What of a stranger's text may tell its language: letters of one script, without links, tags and markup."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

MAX_TEXT = 2_000
"""Characters that are looked at; no description in the wild is longer."""

_MARKUP_LINK_OR_HASHTAG = re.compile(r"<[^<>]{0,200}>|\S{0,20}://\S+|#\S+")
_ASCII = re.compile(r"[!-~]+")
# Hosts, addresses of mail, identifiers, keys, and words with digits: nobody's language.
_NO_WORD = re.compile(r"[@\d_+]|[A-Za-z]\.[A-Za-z]")
_RUN = 3
_INNER = "'\N{RIGHT SINGLE QUOTATION MARK}\N{ZERO WIDTH NON-JOINER}"
"""What may stand between the letters of one word."""

LATIN = "LATIN"
EAST_ASIAN = "CJK"
_ONE_SCRIPT = dict.fromkeys(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"), EAST_ASIAN)
_LETTERS_A_SIGN = {EAST_ASIAN: 3, "HANGUL": 2}
"""A sign that stands for a syllable or a word says as much as several letters."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Words of one script, separated by single spaces, and how much they say."""

    words: str
    count: int
    """Different runs of three characters, those of syllables and ideographs weighted: repeats add nothing."""


def letters_of(text: str) -> Letters | None:
    """Return what of ``text`` can be judged; None where it has no letters, or mixes scripts.

    Latin words within another script are left out, because brands and loan words are written so everywhere, unless they
    are more than half as many letters. Any other mixture, such as one ideograph in an English text, is None: such rooms
    speak two languages, or play with letters. Takes time linear in the length of the text.
    """
    words = _words(text)
    scripts = Counter(script(character) for word in words for character in word if character.isalpha())
    for name, weight in _LETTERS_A_SIGN.items():
        scripts[name] *= weight
    if not (total := scripts.total()):
        return None
    [(main, most)] = scripts.most_common(1)
    if main == LATIN:
        return _letters(words, main) if most == total else None
    if most + scripts[LATIN] < total or scripts[LATIN] * 2 > most:
        return None
    return _letters(_without_latin(words), main)


@lru_cache(maxsize=10_000)
def script(character: str) -> str:
    """Return the script of a letter as the first word of its Unicode name; one for all of Chinese and Japanese."""
    name = unicodedata.name(character, "UNKNOWN").split()[0]
    return _ONE_SCRIPT.get(name, name)


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT])[:MAX_TEXT]
    text = _MARKUP_LINK_OR_HASHTAG.sub(" ", text)
    text = _ASCII.sub(lambda found: " " if _NO_WORD.search(found[0]) else found[0], text)
    text = "".join(character if _in_word(character) else " " for character in text)
    words = (word.strip(_INNER) for word in text.split())
    # SHOUTED words mislead, because models know them as abbreviations.
    return [word.lower() if word.isupper() else word for word in words if any(map(str.isalpha, word))]


def _in_word(character: str) -> bool:
    return character in _INNER or unicodedata.category(character)[0] in "LM"


def _without_latin(words: list[str]) -> list[str]:
    kept = ("".join(each for each in word if not each.isalpha() or script(each) != LATIN) for word in words)
    return [word for word in kept if any(map(str.isalpha, word))]


def _letters(words: list[str], main: str) -> Letters:
    text = " ".join(words)
    runs = {text[start : start + _RUN] for start in range(len(text) - _RUN + 1)}
    return Letters(text, len(runs) * _LETTERS_A_SIGN.get(main, 1))
