"""The languages of the site itself: gettext catalogues, and numbers, dates and names as each language writes them.

A message is its own English text, so what is not translated is shown in English. ``make messages`` collects them
(babel.cfg) and compiles the catalogues; docs/translating.md tells how to add a language.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.support import NullTranslations, Translations
from jinja2 import Environment
from markupsafe import Markup

from sessioncrawler.editorial.languages import language_name
from sessioncrawler.editorial.policy import reason_text
from sessioncrawler.text import dates, numbers

DEFAULT = "en"
"""The language of the messages themselves; its pages are at the root of the site."""
LOCALES = (DEFAULT, "de", "fr", "es", "pt", "ru", "fa", "zh")
"""BCP 47 codes; all but the first are folders of the site."""
DOMAIN = "messages"

_REGIONS = {DEFAULT: "en-GB"}
"""Whose conventions a language follows where CLDR's own choice is another one: the day goes before the month."""
_DIGITS = {"arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")}
"""Digits by CLDR's numbering system; Babel localises the separators only."""

FEWEST_ROUNDED = 1_000
"""Numbers from which the list shows thousands."""
REMEMBERED = 8192
"""Days and ages that each language remembers: thousands of Communities were created on fewer days."""


class SiteLanguage:
    """One language of the site; :func:`site_language` gives it. ``code`` is one of :data:`LOCALES`."""

    def __init__(self, code: str, translations: NullTranslations) -> None:
        self.code = code
        self.translations = translations
        self._locale = Locale.parse(_REGIONS.get(code, code), sep="-")
        self._digits = _DIGITS.get(self._locale.default_numbering_system, {})
        # Babel looks the locale up anew for each number and each day; a list of Communities has thousands of both.
        self._day = lru_cache(REMEMBERED)(self._written_day)
        self._short_day = lru_cache(REMEMBERED)(self._written_short_day)
        self._percent = lru_cache(REMEMBERED)(self._written_percent)
        self._age = lru_cache(REMEMBERED)(self._written_age)

    @cached_property
    def name(self) -> str:
        """Its name in itself, such as ``Deutsch``."""
        name = language_name(self.code, self.code)
        return name[0].upper() + name[1:]

    @cached_property
    def dir(self) -> str:
        """``ltr`` or ``rtl``."""
        return str(self._locale.text_direction)

    @property
    def folder(self) -> str:
        """Where its pages are, below the root of the site: empty or ``de/``."""
        return "" if self.code == DEFAULT else f"{self.code}/"

    def gettext(self, message: str, **values: Any) -> str:
        """Translate ``message``; ``%(name)s`` in it is filled in from ``values``."""
        text: str = self.translations.gettext(message)
        return text % values if values else text

    def markup(self, message: str) -> Markup:
        """Translate ``message`` for HTML: translations may hold markup, so they are not escaped."""
        return Markup(self.gettext(message))  # noqa: S704 - our own catalogues

    def ngettext(self, one: str, many: str, number: int, **values: Any) -> str:
        """Translate for ``number`` of something; ``%(number)s`` becomes the number as it is written here."""
        text: str = self.translations.ngettext(one, many, number)
        return text % {"number": self.number(number), **values}

    def number(self, number: int | None) -> str:
        """``12,345``, ``12.345``, ``۱۲٬۳۴۵``; a dash where the number is unknown."""
        return numbers.UNKNOWN if number is None else self.digits(f"{number:,}".replace(",", self._separator))

    @cached_property
    def _separator(self) -> str:
        """What stands between groups of three digits; no language of the site groups them in another way."""
        text: str = format_decimal(1000, locale=self._locale, numbering_system="default")
        return text[1:-3]

    def compact(self, number: int) -> str:
        """``1.2K``, ``1234`` as far as three digits can tell it; small numbers as they are."""
        if number < FEWEST_ROUNDED:
            return self.number(number)
        text = format_compact_decimal(
            number, locale=self._locale, fraction_digits=1 if number < 10 * FEWEST_ROUNDED else 0
        )
        return self.digits(text.replace("\xa0", "\u202f"))

    def digits(self, text: str) -> str:
        """``text`` with the digits of the language, which Babel leaves as they are."""
        return text.translate(self._digits)

    def day(self, seconds: float | None) -> str:
        """``22 January 2026``, ``22. Januar 2026`` (Gregorian, UTC); empty where the time is unknown."""
        when = dates.moment(seconds)
        return self._day(when.date()) if when else ""

    def age(self, seconds: int) -> str:
        """``3 years``; less than a day is ``1 day``."""
        return self._age(max(1, seconds // dates.DAY))

    def day_and_minute(self, seconds: float | None) -> str:
        """``22 January 2026, 08:05 UTC``; empty where the time is unknown."""
        when = dates.moment(seconds)
        if when is None:
            return ""
        time = self.digits(f"{when.hour:02}:{when.minute:02}")
        return self.gettext("%(day)s, %(time)s UTC", day=self.day(seconds), time=time)

    def time_tag(self, seconds: float | None) -> Markup:
        """``<time datetime="…">22 January 2026, 08:05 UTC</time>``; empty where the time is unknown."""
        if dates.moment(seconds) is None:
            return Markup()
        return Markup('<time datetime="{}">{}</time>').format(dates.iso(seconds), self.day_and_minute(seconds))

    def day_tag(self, seconds: float | None) -> Markup:
        """``<time datetime="2026-01-22">22 January 2026</time>``; empty where the time is unknown."""
        when = dates.moment(seconds)
        return Markup('<time datetime="{}">{}</time>').format(when.date(), self.day(seconds)) if when else Markup()

    def short_day(self, seconds: float | None) -> str:
        """``22 January``, for days of the last months; empty where the time is unknown."""
        when = dates.moment(seconds)
        return self._short_day(when.date()) if when else ""

    def duration(self, seconds: int) -> str:
        """``5 hours``, roughly; less than a minute is ``1 minute``."""
        lasting = timedelta(seconds=max(60, seconds))
        return self.digits(format_timedelta(lasting, granularity="minute", locale=self._locale))

    def percent(self, part: int, whole: int) -> str:
        """``99.8%``, rounded down, so that only all of it is ``100%``; a dash where there is nothing."""
        return self._percent(part * 1000 // whole) if whole else numbers.UNKNOWN

    def _written_short_day(self, day: date) -> str:
        return self.digits(format_skeleton("MMMMd", day, locale=self._locale))

    def _written_percent(self, per_mille: int) -> str:
        pattern = self._locale.percent_formats[None].pattern.replace("0", "0.#", 1)
        text = format_percent(per_mille / 1000, pattern, locale=self._locale, numbering_system="default")
        return self.digits(text).replace("%", "٪") if self._digits else text

    def _written_day(self, day: date) -> str:
        return self.digits(format_date(day, "long", locale=self._locale))

    def _written_age(self, days: int) -> str:
        return self.digits(format_timedelta(timedelta(days=days), granularity="day", locale=self._locale))

    def language_name(self, code: str) -> str:
        """The name of a language, such as ``German``, ``allemand``."""
        return language_name(code, self.code)

    def reason(self, reason: str) -> str:
        """Why Communities are not listed, for a tail of the stats ``policy/dropped/``."""
        return self.gettext(reason_text(reason))


@cache
def site_language(code: str) -> SiteLanguage:
    """The language with the code ``code``, its catalogue read once; raises KeyError for one that the site lacks."""
    if code not in LOCALES:
        raise KeyError(code)
    if code == DEFAULT:
        return SiteLanguage(code, NullTranslations())
    with catalogue(code).open("rb") as file:
        return SiteLanguage(code, Translations(file, DOMAIN))


def catalogue(code: str, ending: str = "mo") -> Any:
    """The file of a catalogue as a ``Traversable``: it may be inside a zipped egg."""
    return files("sessioncrawler").joinpath("locale", code, "LC_MESSAGES", f"{DOMAIN}.{ending}")


def localise(environment: Environment, language: SiteLanguage) -> None:
    """Make ``environment`` speak: ``trans`` blocks, ``_()``, ``ngettext()``, and the filters for numbers and times.

    The filters are ``grouped`` and ``compact`` (a number), ``age`` and ``duration`` (seconds), ``day``, ``day_tag`` and
    ``time_tag`` (Unix seconds), each written as in ``language``; see the methods of the same names.
    """
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # the extension adds it
        language.translations, newstyle=True
    )
    # Remembered, since thousands of pages say the same; what has placeholders stands in a trans block.
    environment.globals["_"] = cache(language.markup)
    environment.filters.update(
        age=language.age,
        compact=cache(language.compact),
        day=language.day,
        day_tag=language.day_tag,
        duration=language.duration,
        grouped=language.number,
        time_tag=language.time_tag,
    )
