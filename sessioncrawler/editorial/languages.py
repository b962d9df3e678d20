"""The language of a Community, as a BCP 47 code, with its flag and its name."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale, UnknownLocaleError, parse_locale

from sessioncrawler.editorial.codes import MANY, UNDETERMINED, canonical_code, likely_territory, territory_flag
from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.match import Pattern, ProvenIndex
from sessioncrawler.model import Room, Server

GLOBE = "\N{GLOBE WITH MERIDIANS}"
"""Stands for many languages, as in the 2026 directory."""

COUNTRIES: Mapping[str, str] = {
    "at": "de", "au": "en", "bd": "bn", "by": "be", "cn": "zh", "cz": "cs", "dk": "da", "gb": "en", "gr": "el",
    "hk": "yue", "il": "he", "ir": "fa", "jp": "ja", "kr": "ko", "kz": "kk", "mx": "es", "nz": "en", "ph": "fil",
    "pk": "ur", "rs": "sr", "se": "sv", "ua": "uk", "us": "en", "vn": "vi",
}  # fmt: skip
"""Countries that operators write for languages. ``se`` (Northern Sami) and ``kr`` (Kanuri) are codes of languages too;
the 2026 directory showed any two letters as a flag, so operators meant Sweden and Korea."""

_MANY_WORDS = {"any", "all"}


def parse_language(text: str) -> str | None:
    """Return the BCP 47 code of what an operator wrote behind ``#lang:``; None where it is not understood."""
    word = text.casefold().replace("_", "-")
    if word in _MANY_WORDS:
        return MANY
    try:
        return COUNTRIES.get(word) or canonical_code(word)
    except ValueError:
        return None


class LanguageTable:
    """Languages by the rules of one ``directory.toml``."""

    def __init__(self, directory: Directory) -> None:
        self._flags = directory.flags
        # A wrong language is no gain worth making a key for, and the tables of 2023 know four digits.
        entries = ((Pattern.parse(key), code) for key, code in directory.languages.items())
        self._index = ProvenIndex(entries, any_length=True)

    def language(self, server: Server, room: Room) -> str | None:
        """Return what the most specific match says; None where none does."""
        return self._index.find(server, room)

    def flag(self, code: str | None) -> str:
        """Return a flag emoji for a language: the directory's choice, else that of its likely territory (CLDR).

        🌐 for ``mul``; empty for ``und``, None, and a language without a country, such as Esperanto.
        """
        if code is None or code == UNDETERMINED:
            return ""
        if code in self._flags:
            return self._flags[code]
        return GLOBE if code == MANY else territory_flag(likely_territory(code))


def language_name(code: str, locale: str = "en") -> str:
    """Return the name of a language in another one (CLDR), such as ``Portuguese (Brazil)``; the code where unknown.

    Raises ValueError where ``locale`` is no locale that Babel knows.
    """
    names = _locale(locale)
    language, territory, script = parse_locale(code, sep="-")[:3]
    details = [names.scripts.get(script or ""), names.territories.get(territory or "")]
    known = ", ".join(detail for detail in details if detail)
    name = names.languages.get(language, code)
    return f"{name} ({known})" if known else name


def _locale(locale: str) -> Locale:
    try:
        return Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError(f"{locale!r} is no locale that CLDR knows; use a code such as en or pt-BR") from error
