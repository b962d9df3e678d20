import pytest
from babel import Locale

from sessioncrawler.editorial.codes import OWN_NAMES
from sessioncrawler.editorial.config import load_directory, parse_directory
from sessioncrawler.editorial.languages import LanguageTable, language_name, parse_language
from tests.support.editorial_data import ROOT, recorded, recorded_rooms, room, server

SITE = '[site]\nname = "Rooms"\nurl = "https://example.org/"\ncontact = "a@example.org"\n'


def table(text: str = "") -> LanguageTable:
    return LanguageTable(parse_directory(SITE + text, "d.toml"))


@pytest.fixture(scope="module")
def own() -> LanguageTable:
    return LanguageTable(load_directory(ROOT / "directory.toml"))


def test_the_table_holds_the_facts_of_2023(own):
    languages = load_directory(ROOT / "directory.toml").languages
    flags = {pattern.lower(): flag for pattern, flag in recorded("language-flags-2023-03.json").items()}
    assert len(flags) == 151
    assert {pattern: own.flag(code) for pattern, code in languages.items()} == flags


def test_the_recorded_flags_are_flags_of_languages_or_meant_differences(own):
    told = {"🇬🇧": "en", "🇨🇳": "zh", "🇭🇰": "hk", "🌐": "any", "🇮🇳": "hi", "🇨🇿": "cz", "🇮🇷": "ir", "🇰🇷": "kr", "": ""}
    for _, each in recorded_rooms():
        recorded_flag = each["language_flag"]
        if recorded_flag == "🇭🇮":  # the old program drew two letters as a flag: "hi" is Hindi, and no territory
            recorded_flag = "🇮🇳"
        word = told.get(recorded_flag, "".join(chr(ord(letter) - 0x1F1E6 + ord("a")) for letter in recorded_flag))
        assert own.flag(parse_language(word)) == recorded_flag


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "de"), ("DE", "de"), ("pt-br", "pt-BR"), ("pt_BR", "pt-BR"), ("zh-hant", "zh-Hant"), ("any", "mul"),
        ("ALL", "mul"), ("mul", "mul"), ("und", "und"), ("cz", "cs"), ("us", "en"), ("gb", "en"), ("jp", "ja"),
        ("cn", "zh"), ("ua", "uk"), ("dk", "da"), ("se", "sv"), ("gr", "el"), ("uk", "uk"), ("fil", "fil"),
        ("xx", None), ("", None), ("german", None), ("d\u202e", None), ("x" * 64, None),
    ],
)  # fmt: skip
def test_what_operators_write_for_languages(text, code):
    assert parse_language(text) == code


def test_the_most_specific_pattern_decides():
    languages = table('[languages]\n"general+118d" = "de"\n"sog.caliban.org" = "fr"\n')
    assert languages.language(server(), room()) == "de"
    assert languages.language(server(), room("other")) == "fr"
    assert languages.language(server("a.example"), room("other")) is None


@pytest.mark.parametrize(
    ("code", "flag"),
    [
        (None, ""), ("und", ""), ("mul", "🌐"), ("en", "🇬🇧"), ("en-US", "🇺🇸"), ("de", "🇩🇪"), ("pt", "🇧🇷"), ("hi", "🇮🇳"),
        ("yue", "🇭🇰"), ("zh-Hant", "🇹🇼"), ("sr-Latn", "🇷🇸"), ("eo", ""), ("es-419", ""),
    ],
)  # fmt: skip
def test_flags(code, flag):
    assert table('[flags]\nen = "GB"\n').flag(code) == flag


def test_the_directory_chooses_the_flag_of_many_languages_too():
    assert table('[flags]\nmul = "🏳️"\n').flag("mul") == "🏳️"


@pytest.mark.parametrize(
    ("code", "locale", "name"),
    [
        ("de", "en", "German"), ("de", "de", "Deutsch"), ("pt-BR", "en", "Portuguese (Brazil)"),
        ("zh-Hant-TW", "en", "Chinese (Traditional, Taiwan)"), ("mul", "en", "Multiple languages"),
        ("qqx", "en", "qqx"),
        ("und", "en", "Unknown language"), ("en", "pt-BR", "inglês"),
    ],
)  # fmt: skip
def test_names(code, locale, name):
    assert language_name(code, locale) == name


@pytest.mark.parametrize("locale", ["xx", "e_n", ""])
def test_a_locale_that_is_none_is_refused(locale):
    with pytest.raises(ValueError, match="no locale"):
        language_name("de", locale)


def test_own_names_are_those_of_cldr():
    assert {code: Locale.parse(code).languages.get(code) for code in OWN_NAMES} == OWN_NAMES
