"""The languages of the site: complete catalogues, compiled as they are written, and what each makes of a page."""

import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from babel.dates import format_timedelta
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from sessioncrawler.editorial.policy import REASON_TEXTS
from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES, catalogue, localise, site_language
from sessioncrawler.site.pages.labels import BADGES
from sessioncrawler.text import dates, numbers

ROOT = Path(__file__).resolve().parents[3]
TRANSLATED = [code for code in LOCALES if code != DEFAULT]
NOON = 1_769_083_200  # 2026-01-22 12:00 UTC
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\d\}")
_TAG = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def messages():
    """Every message of the site, as ``make messages`` collects them: a text, or its two forms for numbers."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    # From the root, since the patterns of babel.cfg are relative to it; folders without messages are left out.
    found = extract_from_dir(ROOT, methods, options, directory_filter=_has_messages)
    return {message for _, _, message, _, _ in found}


def _has_messages(folder):
    return Path(folder).relative_to(ROOT).parts[0] in {"sessioncrawler", "templates"}


def read(code):
    with catalogue(code, "po").open("rb") as file:
        return read_po(file, locale=code)


def forms(message):
    """All texts of a message and all of its translations."""
    ids = (message.id,) if isinstance(message.id, str) else message.id
    texts = (message.string,) if isinstance(message.string, str) else message.string
    return ids, texts


def test_the_messages_are_found(messages):
    tables = {text for badge in BADGES.values() for text in badge} | set(REASON_TEXTS.values())
    assert {"Privacy", "Copied to the clipboard"} | tables <= messages
    assert ("%(amount)s Community is listed.", "%(amount)s Communities are listed.") in messages


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_is_untranslated(code, messages):
    done = {message.id for message in read(code) if message.id and all(forms(message)[1]) and not message.fuzzy}
    missing = sorted(map(str, messages - done))
    assert not missing, f"{code}: run 'make messages' and translate these:\n" + "\n".join(missing)
    left_over = sorted(map(str, done - messages))
    assert not left_over, f"{code}: run 'make messages', these are used no more:\n" + "\n".join(left_over)


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_placeholders_and_markup(code):
    for message in read(code):
        if message.id:
            ids, texts = forms(message)
            for text in texts:
                assert set(_PLACEHOLDER.findall(text)) == set(_PLACEHOLDER.findall(ids[-1])), message.id
                assert _TAG.findall(text) == _TAG.findall(ids[0]), message.id
                # Translations are not escaped, and some stand in attributes.
                assert not set("<>&\"'") & set(_TAG.sub("", text)), message.id
                assert text == text.strip(), message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogues_are_compiled(code):
    compiled = BytesIO()
    write_mo(compiled, read(code))
    assert catalogue(code).read_bytes() == compiled.getvalue(), f"{code}: run 'make messages'"


@pytest.mark.parametrize(
    ("code", "number", "day", "moment", "names"),
    [
        ("en", "12,345", "22 January 2026", "22 January 2026, 12:00 UTC", ("English", "German")),
        ("de", "12.345", "22. Januar 2026", "22. Januar 2026, 12:00 UTC", ("Deutsch", "Deutsch")),
        ("fr", "12\u202f345", "22 janvier 2026", "22 janvier 2026, 12:00 UTC", ("Français", "allemand")),
        ("es", "12.345", "22 de enero de 2026", "22 de enero de 2026, 12:00 UTC", ("Español", "alemán")),
        ("pt", "12.345", "22 de janeiro de 2026", "22 de janeiro de 2026, 12:00 UTC", ("Português", "alemão")),
        ("ru", "12\xa0345", "22 января 2026\u202fг.", "22 января 2026\u202fг., 12:00 UTC", ("Русский", "немецкий")),
        ("fa", "۱۲٬۳۴۵", "۲۲ ژانویهٔ ۲۰۲۶", "۲۲ ژانویهٔ ۲۰۲۶، ساعت ۱۲:۰۰ UTC", ("فارسی", "آلمانی")),
        ("zh", "12,345", "2026年1月22日", "2026年1月22日 12:00 UTC", ("中文", "德语")),
    ],
)
def test_numbers_dates_and_names(code, number, day, moment, names):
    language = site_language(code)
    assert language.number(12345) == number
    assert language.number(None) == numbers.UNKNOWN
    assert language.day(NOON) == day
    assert language.day_and_minute(NOON) == moment
    assert language.time_tag(NOON) == f'<time datetime="2026-01-22T12:00:00Z">{moment}</time>'
    assert language.day(None) == language.day_and_minute(None) == language.time_tag(None) == ""
    assert (language.name, language.language_name("de")) == names
    assert language.dir == ("rtl" if code == "fa" else "ltr")
    assert language.folder == ("" if code == "en" else f"{code}/")


@given(st.integers(0, 10**12), st.floats(0, 10**10))
def test_english_is_as_it_is_without_catalogues(number, seconds):
    english = site_language(DEFAULT)
    assert english.number(number) == numbers.grouped(number)
    assert english.day_and_minute(seconds) == dates.day_and_minute(seconds)


@given(st.sampled_from(LOCALES), st.integers(0, 10**15))
def test_numbers_are_those_of_cldr(code, number):
    written = format_decimal(number, locale=code, numbering_system="default")
    language = site_language(code)
    assert language.number(number) == language.digits(written)


@given(st.sampled_from(LOCALES), st.integers(0, 30_000))
def test_ages_are_those_of_cldr(code, days):
    language = site_language(code)
    expected = format_timedelta(timedelta(days=max(1, days)), granularity="day", locale=code)
    assert language.age(days * dates.DAY + 5) == language.digits(expected)


@pytest.mark.parametrize(
    ("code", "percent", "day", "duration"),
    [
        ("en", "99.9%", "22 January", "5 hours"),
        ("de", "99,9\N{NO-BREAK SPACE}%", "22. Januar", "5 Stunden"),
        ("fa", "۹۹٫۹٪", "۲۲ ژانویه", "۵ ساعت"),
    ],
)
def test_shares_days_and_durations(code, percent, day, duration):
    language = site_language(code)
    assert language.percent(9999, 10_000).strip("\N{LEFT-TO-RIGHT MARK}") == percent
    assert language.short_day(1_769_083_200) == day
    assert language.short_day(None) == ""
    assert language.duration(5 * 3600 + 10) == duration
    assert language.percent(0, 0) == numbers.UNKNOWN
    assert language.percent(3, 3) == language.percent(1, 1) != language.percent(1, 2)
    assert language.duration(0) == language.duration(60)


def test_a_language_that_the_site_lacks():
    with pytest.raises(KeyError, match="tlh"):
        site_language("tlh")


@pytest.mark.parametrize("code", LOCALES)
def test_what_is_not_translated_is_english(code):
    assert site_language(code).gettext("No catalogue has this.") == "No catalogue has this."
    assert site_language(code).reason("an-unknown/reason") == "an unknown: reason"


def test_forms_for_numbers():
    def communities(code, number):
        return site_language(code).ngettext("%(number)s Community", "%(number)s Communities", number)

    assert [communities("en", number) for number in (0, 1, 2)] == ["0 Communities", "1 Community", "2 Communities"]
    assert [communities("ru", number) for number in (1, 3, 5, 11, 21)] == [
        "1 сообщество", "3 сообщества", "5 сообществ", "11 сообществ", "21 сообщество",
    ]  # fmt: skip
    assert communities("fa", 1200) == "۱٬۲۰۰ انجمن"


def test_reasons_are_translated():
    assert site_language("de").reason("closed") == "weder lesbar noch beschreibbar"


def test_templates_speak():
    environment = Environment(autoescape=True)
    localise(environment, site_language("de"))
    template = environment.from_string(
        "{{ _('Privacy') }} {{ 1234 | grouped }} {{ 0 | day }} {{ 86400 | age }} {{ 0 | time_tag }} "
        "{% trans contact=who %}\n  Or write\n  to {{ contact }}.\n{% endtrans %}"
    )
    assert template.render(who="<b>") == (
        'Datenschutz 1.234 1. Januar 1970 1 Tag <time datetime="1970-01-01T00:00:00Z">1. Januar 1970, 00:00 UTC</time> '
        "Oder schreibe an &lt;b&gt;."
    )


def test_catalogues_and_files_are_found_in_a_zipped_egg(tmp_path):
    egg = tmp_path / "house.egg"
    with zipfile.ZipFile(egg, "w") as archive:
        for path in (ROOT / "sessioncrawler").rglob("*"):
            if path.suffix in {".py", ".mo"}:
                archive.write(path, path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.*"):
            archive.write(path, Path("sessioncrawler") / path.relative_to(ROOT))
    code = (
        "from sessioncrawler.site.render.environment import build_environment, file_bytes\n"
        "from sessioncrawler.site.i18n.languages import site_language, __file__ as home\n"
        "print('house.egg' in home, len(file_bytes('logo/icon-192.png')) > 500)\n"
        "print(site_language('de').gettext('Privacy'))\n"
        "print(build_environment(None, site_language('zh')).from_string('{{ _(\"Privacy\") }}').render())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(egg), "PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.stdout.split() == ["True", "True", "Datenschutz", "隐私"], done.stderr
