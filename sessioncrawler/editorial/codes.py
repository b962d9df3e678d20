"""Language codes (BCP 47) and flags, checked against the CLDR data that Babel carries."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Mapping
from functools import cache

from babel import Locale, UnknownLocaleError, parse_locale
from babel.core import get_global

MANY = "mul"
"""Many languages."""
UNDETERMINED = "und"
"""The curator looked and did not decide."""

OWN_NAMES: Mapping[str, str] = {
    "af": "Afrikaans", "am": "አማርኛ", "ar": "العربية", "az": "azərbaycan", "be": "беларуская", "bg": "български",
    "bn": "বাংলা", "bs": "bosanski", "ca": "català", "cs": "čeština", "cy": "Cymraeg", "da": "dansk",
    "de": "Deutsch", "el": "Ελληνικά", "en": "English", "eo": "Esperanto", "es": "español", "et": "eesti",
    "eu": "euskara", "fa": "فارسی", "fi": "suomi", "fil": "Filipino", "fr": "français", "ga": "Gaeilge",
    "gl": "galego", "gu": "ગુજરાતી", "he": "עברית", "hi": "हिन्दी", "hr": "hrvatski", "hu": "magyar",
    "hy": "հայերեն", "id": "Indonesia", "is": "íslenska", "it": "italiano", "ja": "日本語", "ka": "ქართული",
    "kk": "қазақ тілі", "km": "ខ្មែរ", "kn": "ಕನ್ನಡ", "ko": "한국어", "ku": "kurdî (kurmancî)", "ky": "кыргызча",
    "lo": "ລາວ", "lt": "lietuvių", "lv": "latviešu", "mk": "македонски", "ml": "മലയാളം", "mn": "монгол",
    "mr": "मराठी", "ms": "Melayu", "my": "မြန်မာ", "nb": "norsk bokmål", "ne": "नेपाली", "nl": "Nederlands",
    "nn": "norsk nynorsk", "no": "norsk", "pa": "ਪੰਜਾਬੀ", "pl": "polski", "ps": "پښتو", "pt": "português",
    "ro": "română", "ru": "русский", "sd": "سنڌي", "si": "සිංහල", "sk": "slovenčina", "sl": "slovenščina",
    "so": "Soomaali", "sq": "shqip", "sr": "српски", "sv": "svenska", "sw": "Kiswahili", "ta": "தமிழ்",
    "te": "తెలుగు", "tg": "тоҷикӣ", "th": "ไทย", "tk": "türkmen dili", "tr": "Türkçe", "uk": "українська",
    "ur": "اردو", "uz": "o\N{LEFT SINGLE QUOTATION MARK}zbek", "vi": "Tiếng Việt", "yue": "粵語", "zh": "中文",
}  # fmt: skip
"""Languages whose names mean them in texts and tags, with their own names (CLDR). CLDR has 600 more, some of which are
everyday words (Even, Mon, Fang). Written down here because Babel keeps a megabyte for each language that it is asked
for its own name, for as long as the process lives."""

_REGIONAL_A = 0x1F1E6
_PAIR = re.compile("[\N{REGIONAL INDICATOR SYMBOL LETTER A}-\N{REGIONAL INDICATOR SYMBOL LETTER Z}]{2}")
_OTHER_FLAG = re.compile("[\N{WAVING BLACK FLAG}\N{WAVING WHITE FLAG}][\\U000E0020-\\U000E007F\ufe0f\u200d\\W]{0,14}")


@cache
def _english() -> Locale:
    return Locale("en")


def canonical_code(text: str) -> str:
    """Return a BCP 47 code in its usual spelling (``pt-br`` → ``pt-BR``), also ``und`` and ``mul``.

    Raises ValueError with a sentence that proposes the nearest code where CLDR does not know one of its parts.
    """
    try:
        language, territory, script, variant = parse_locale(text, sep="-")[:4]
    except ValueError as error:
        raise ValueError(f"{text!r} has not the form of a BCP 47 code such as en or pt-BR") from error
    if variant:
        raise ValueError(f"{text!r} has more than language, script and territory; leave the rest out")
    if language not in _english().languages:
        near = meant_codes(language)
        proposal = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"{language!r} is no language that CLDR knows{proposal}")
    if script and script not in _english().scripts:
        raise ValueError(f"{script!r} is no script that CLDR knows")
    if territory and territory not in _english().territories:
        raise ValueError(f"{territory!r} is no territory that CLDR knows")
    return "-".join(part for part in (language, script, territory) if part)


def meant_codes(text: str) -> list[str]:
    """Return the codes that somebody may have meant who wrote no code: a language's name, an old code, a typing error.

    Likeliest first, at most three; names are compared in English and in the language itself (CLDR).
    """
    word = "".join(letter for letter in text.casefold() if letter.isalpha())
    if code := get_global("language_aliases").get(word) or _names().get(word):
        return [str(code).replace("_", "-")]
    near = [_names()[name] for name in difflib.get_close_matches(word, _names(), cutoff=0.8)]
    near += difflib.get_close_matches(word, ["en", *sorted(_names().values())], cutoff=0.65)
    return list(dict.fromkeys(near))[:3]


@cache
def _names() -> dict[str, str]:
    """Names of the languages that have a two-letter code (ISO 639-1), English and their own, without case → code."""
    codes = {name.casefold(): code for code, name in _english().languages.items() if re.fullmatch("[a-z]{2}", code)}
    for code in sorted(codes.values()):
        with contextlib.suppress(UnknownLocaleError):
            codes.setdefault(str(Locale(code).language_name).casefold(), code)
    return codes


def territory_flag(territory: str) -> str:
    """Return the flag emoji of a two-letter territory (ISO 3166-1); empty for anything else, such as ``001``."""
    if not re.fullmatch("[A-Z]{2}", territory):
        return ""
    return "".join(chr(_REGIONAL_A + ord(letter) - ord("A")) for letter in territory)


def parse_flag(text: str) -> str:
    """Return the flag emoji of a territory code that CLDR knows, or the flag emoji itself; else raise ValueError."""
    if _PAIR.fullmatch(text) or _OTHER_FLAG.fullmatch(text):
        return text
    flag = territory_flag(text.upper()) if text.upper() in _english().territories else ""
    if not flag:
        raise ValueError(f"{text!r} is neither a flag emoji nor a two-letter territory")
    return flag


def likely_territory(code: str) -> str:
    """Return the territory in which a language is most likely spoken (CLDR likely subtags); empty where unknown."""
    language, territory, script = (*parse_locale(code, sep="-"), None)[:3]
    if territory:
        return str(territory)
    subtags = get_global("likely_subtags")
    likely = str(subtags.get(f"{language}_{script}") or subtags.get(language, ""))
    return likely.rpartition("_")[2]
