"""Guesses of languages: real sentences, strangers' tricks, and how often they are right."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.languages import GOAL, recorded_rooms, score, synthetic_rooms
from sessioncrawler.editorial.codes import OWN_NAMES, canonical_code
from sessioncrawler.editorial.config import load_directory
from sessioncrawler.editorial.guess import (
    ANSWERS,
    CONFIDENCE,
    LETTERS,
    Guess,
    classify,
    guess_by,
    guess_language,
)
from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.editorial.letters import letters_of
from simnet.texts import HOSTILE
from tests.support.editorial_data import ROOT, recorded


@pytest.mark.parametrize(
    ("name", "description", "code"),
    [
        ("Gaming", "The wonderful world of video games: arcade, console, PC, mobile, retro.", "en"),
        ("Deutsche Ecke", "Ein toller Treffpunkt für deutschsprachige Session-App-Nutzer zum Austauschen!", "de"),
        ("Comunidad", "¡Un lugar genial para chatear, relajarse y hacer amigos! Bienvenidos al club!", "es"),
        ("Le coin", "Un endroit agréable pour discuter de tout et de rien entre amis.", "fr"),
        ("Angolo Italiano", "Un posto fantastico per utenti italiani di Session per chattare, rilassarsi", "it"),
        ("Nederlandstalige Chat", "Een gave plek om te chatten, chillen en nieuwe vrienden te maken!", "nl"),
        ("Poland", "Grupa dla polskich użytkowników Session. Polska", "pl"),
        ("Sala", "Um lugar para conversar sobre tecnologia, música e o cotidiano das pessoas.", "pt"),
        ("Русскоязычная группа", "Классное место для общения, отдыха и знакомств!", "ru"),
        ("Кімната", "Розмови про все на світі, музику та цікаві новини щодня.", "uk"),
        ("Místnost", "Povídání o všem možném, hudbě, počítačích a životě v našich městech.", "cs"),
        ("Huone", "Keskustelua kaikesta maan ja taivaan välillä, tervetuloa mukaan!", "fi"),
        ("Sohbet odası", "Teknoloji, müzik ve günlük yaşam üzerine sohbet ediyoruz.", "tr"),
        ("読書の部屋", "毎月一冊の本を読んで感想を話しましょう。", "ja"),
        ("자유 대화방", "음악과 기술 그리고 일상에 대해 자유롭게 이야기하는 공간입니다.", "ko"),
        ("读书会", "我们每个月一起读一本书，欢迎大家参加讨论。", "zh"),
        ("غرفة", "مكان للحديث عن الخصوصية والتقنية والحياة اليومية بين الأصدقاء في كل وقت.", "ar"),
        ("گفتگو", "جایی برای گفت‌وگو دربارهٔ حریم خصوصی و زندگی روزمره.", "fa"),
        ("חדר", "שיחות על טכנולוגיה, פרטיות, מוזיקה והחיים בכלל.", "he"),
        ("चर्चा", "तकनीक, संगीत और रोज़मर्रा के जीवन पर बातचीत।", "hi"),
        ("Παρέα", "Συζητήσεις για μουσική, τεχνολογία και την καθημερινή ζωή.", "el"),
    ],
)
def test_sentences_are_recognised(name, description, code):
    guess = guess_language(name, description)
    assert guess is not None
    assert guess.code == code
    assert CONFIDENCE <= guess.confidence <= 1


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("", ""),
        ("Tech", ""),
        ("Philosophy", "Cogito, ergo sum."),
        ("incommunicado", "life.ncaa.vynil and anything else"),
        # English about speakers of other languages
        ("Français", "French-language discussion for everybody who wants to join us here."),
        ("Brasil", "A friendly place for people who speak Portuguese, and all of their friends."),
        ("Chat", "A friendly place where people of all languages talk about everything they like."),
        ("Germany", "A friendly place where people talk about everything they like."),
        ("Chat", "A friendly place where people talk about everything they like. 🇫🇷"),
        ("Chat", "A friendly place where people talk about everything they like. #deutsch"),
        # Chinese and Cantonese are one script
        ("粵語（Cantonese）", "Cantonese; 粤语, 广东话; 粵語, 廣東話. Chinese, 中文, 汉语, 漢語."),
        ("通用（General）", "General Discussions, 通用/一般/综合性讨论. Mandarin; 普通话, 国语. English, 英文, 英语."),
        ("<p class='a friendly place to talk about everything'>", "<p class='a friendly place to talk'>"),
        # mixtures
        ("應急（Emergency）", "It's easy to contact us and apply to be a moderator for this room."),
        ("Bangladesh", "Bangladesh, বাংলাদেশ"),
        ("Room", "A friendly place to talk about everything. Ein freundlicher Ort. Место для общения."),
        ("Room", "Общение обо всём на свете και συζητήσεις για τη ζωή"),
        ("Room", "A friendly place to talk about privаcy and free software."),  # a Cyrillic letter
        # a language that is not answered
        ("Razgovor", "Razgovori o svemu i svačemu, dobro došli svi koji žele da pričaju s nama."),
    ],
)
def test_no_guess_rather_than_a_wrong_one(name, description):
    assert guess_language(name, description) is None


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 2_000, "a" * 2_000, "long " * 400, "ab" * 1_000, "#" * 2_000, "<" * 2_000, "a." * 1_000, "a@" * 1_000,
        "a-" * 1_000, "\ufdfa" * 2_000, "\u0301" * 2_000, "\u200d" * 2_000, "'" * 2_000, "\ud800" * 2_000, "\x00" * 50,
        "🇩🇪" * 1_000, "中" * 2_000, "https://example.org/a-long-path-with-many-english-words/and-some-more " * 20,
        "#music #news #art #gaming #everything #friends #places #people #talking", "05" + "ab" * 32,
        "ℒ𝓮𝓽", "Z̸̡͚̑a̵͇͝l̶͙̈́g̴̰͗o̷̦̾",
    ],
)  # fmt: skip
def test_tricks_get_no_guess(text):
    assert guess_language(text, text) is None
    assert guess_language(text * 50, text * 50) is None


@pytest.mark.parametrize(("name", "description"), HOSTILE)
def test_hostile_rooms_of_the_simulated_network_get_no_guess_or_english(name, description):
    guess = guess_language(name, description)
    assert guess is None or guess.code == "en"


def test_words_of_others_do_not_count():
    plain = "A friendly place to talk about everything."
    noisy = (
        "<b>A friendly</b> place https://example.de/über-uns to talk a@example.de about ２０ 2x #dies everything. 🎉"
    )
    assert letters_of(noisy) == letters_of(plain)
    assert letters_of("НЕ КРИЧИ ТАК ГРОМКО, Session!").words == "не кричи так громко"
    assert letters_of("TALK about NSFW").words == "talk about nsfw"


def test_repeats_add_no_letters():
    assert letters_of("talk about").count == letters_of("Talk 4 about!").count == 8
    assert letters_of("la " * 100).count == 3
    assert letters_of("中文频道").count == 6
    assert letters_of("한국어방").count == 4


def test_scripts():
    assert letters_of("日本語とカタカナ").words == "日本語とカタカナ"
    assert letters_of("Session для всех хороших людей").words == "для всех хороших людей"
    assert letters_of("для Session-app") is None
    assert letters_of("123 !?") is None


def test_only_enough_letters_and_confidence_make_a_guess():
    text = "one two three four five six seven"
    count = letters_of(text).count
    sure = {"confidence": 0.5, "letters": count}
    assert guess_by(lambda _: ("en", 0.5), "", text, **sure) == Guess("en", 0.5)
    assert guess_by(lambda _: ("en", 0.49), "", text, **sure) is None
    assert guess_by(lambda _: ("en", 1.0), "", text, confidence=0.5, letters=count + 1) is None
    assert guess_by(lambda _: ("yue", 1.0), "", text, **sure) is None
    assert guess_by(lambda _: ("pcm", 1.0), "", text, **sure) is None


def test_names_of_languages_and_countries():
    def sure(text, code):
        return guess_by(lambda _: (code, 1.0), "", text, letters=1) is not None

    assert sure("we speak English in India", "en")
    assert not sure("we speak Hindi in India", "en")
    assert not sure("people from Brazil", "en")
    assert sure("wir sprechen Deutsch in Brasilien", "de")
    assert not sure("wir sprechen Französisch", "de")
    assert not sure("wir sprechen français", "de")
    assert sure("wir sind aus der 🇨🇭", "de")
    assert not sure("wir sind aus der 🇵🇱", "de")
    assert not sure("eine internationale Gruppe", "de")
    assert not sure("我们讨论日本語和电影", "zh")


@given(st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_the_same_guess_again(name, description):
    guess = guess_language(name, description)
    assert guess == guess_language(name, description)
    assert guess is None or (guess.code in ANSWERS and guess.confidence >= CONFIDENCE)


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_letters_are_letters_of_the_text(text):
    found = letters_of(text)
    if found:
        assert found.count >= 0
        assert any(unicodedata.category(each)[0] == "L" for each in found.words)
        assert "  " not in found.words


def test_every_answer_is_a_code_of_the_directory_and_has_a_name_to_look_for():
    assert {canonical_code(code) for code in ANSWERS} == ANSWERS
    assert OWN_NAMES.keys() >= ANSWERS


def test_the_model_is_loaded_only_for_a_text_that_is_worth_it():
    program = (
        "import sys; from sessioncrawler.editorial.guess import guess_language; guess_language('Tech', '😀');"
        "assert 'py3langid' not in sys.modules; assert guess_language('', 'A friendly place to talk about everything.')"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_the_recorded_directory_is_guessed_as_docs_languages_md_says():
    table = LanguageTable(load_directory(ROOT / "directory.toml"))
    labelled = list(recorded_rooms(recorded("servers-2026-01-22.json"), table))
    result = score([room for room in labelled if room.language != "mul"], classify)
    assert result.precision >= GOAL
    assert (result.right, result.guessed, result.rooms) == (61, 61, 87)
    told = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
    assert f"| recorded | {result.rooms} | {result.guessed} | {result.right} |" in told
    assert f"`CONFIDENCE` = {CONFIDENCE}" in told
    assert f"`LETTERS` = {LETTERS}" in told


def test_the_texts_of_the_simulated_network_are_guessed_right():
    result = score(list(synthetic_rooms()), classify)
    assert result.precision == 1
    assert (result.guessed, result.rooms) == (22, 26)
