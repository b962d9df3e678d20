import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.config import load_directory, parse_directory
from sessioncrawler.editorial.judge import Judge, LanguageOrigin
from sessioncrawler.editorial.topics.meanings import folded, is_rating, named_language
from sessioncrawler.editorial.topics.table import NAMES, Topics, topic_name
from tests.support.editorial_data import NOW, ROOT, recorded_rooms, room, server

TABLE = Topics({"linux": ("linux", "open source"), "privacy": ("privacy", "隐私"), "chat": ("chat", "off topic")})
SITE = '[site]\nname = "n"\nurl = "https://example.org/"\ncontact = "a@example.org"\n'


@pytest.mark.parametrize(
    ("name", "tags", "topics"),
    [
        ("Penguins", ["LINUX"], ("linux",)),
        ("Penguins", ["Open-Source"], ("linux",)),
        ("Open Source for all", [], ("linux",)),
        ("Chat about Linux", [], ("linux", "chat")),
        ("自由（隐私）", [], ("privacy",)),
        ("Off-Topic", ["privacy", "chat"], ("privacy", "chat")),
        ("Chatter, linuxoid", ["open", "source"], ()),
        ("", [], ()),
    ],
)
def test_a_topic_is_had_by_a_tag_or_by_a_word_of_the_name(name, tags, topics):
    assert TABLE.of(name, tags) == topics


def test_a_tag_leads_to_its_first_topic():
    both = Topics({"first": ("linux",), "second": ("linux", "bsd")})
    assert (both.of_tag("Linux"), both.of_tag("bsd"), both.of_tag("music")) == ("first", "second", None)


@given(st.text(), st.lists(st.text(max_size=64), max_size=50))
def test_whatever_strangers_write_gives_topics_of_the_table(name, tags):
    assert set(TABLE.of(name, tags)) <= {"linux", "privacy", "chat"}


def test_a_long_name_is_not_read_to_its_end():
    assert TABLE.of("x " * 100_000 + "linux", []) == ()


def test_every_topic_that_the_file_comes_with_has_a_name():
    table = load_directory(ROOT / "directory.toml").topics
    assert list(table) == list(NAMES)
    assert topic_name("home-brewing") == "Home brewing"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("english", "en"), ("Español", "es"), ("espanol", "es"), ("中文", "zh"), ("Chinese", "zh"), ("русский", "ru"),
        ("Deutsch", "de"), ("allemand", "de"), ("Cantonese", "yue"), ("漢語", "zh"), ("فارسی", "fa"), ("हिन्दी", "hi"),
        ("linux", None), ("germany", None), ("even", None), ("", None), ("\u200b", None),
    ],
)  # fmt: skip
def test_tags_that_name_a_language(tag, code):
    assert named_language(tag) == code


def test_few_languages_are_read_to_know_the_names_of_all():
    program = (
        "from babel import localedata; from sessioncrawler.editorial.topics.meanings import named_language;"
        "assert named_language('suomi') == 'fi'; print(len(localedata._cache))"
    )
    read = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(read.stdout) < 20, "each is a megabyte that stays"


def test_ratings():
    assert [tag for tag in ("SFW", "nsfw", "18+", "linux", "safe") if is_rating(tag)] == ["SFW", "nsfw", "18+"]
    assert folded("Open-Source ") == folded("open source") == "opensource"


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("Hola #español #espanol", "es"),
        ("x #english #chinese", None),
        ("x #english #lang:de", "de"),
        ("x #linux", None),
    ],
)
def test_a_tag_tells_the_language_where_nobody_else_does(description, code):
    judge = Judge(parse_directory(SITE, "d.toml"), NOW, guess=False)
    verdict = judge.language(server(), room(description=description))
    assert (verdict.code, verdict.origin) == (code, LanguageOrigin.TAG if code else None)


def test_the_table_goes_before_a_tag():
    judge = Judge(parse_directory(SITE + '[languages]\n"general+118d" = "fr"\n', "d.toml"), NOW)
    assert judge.language(server(), room(description="x #english")).code == "fr"


def test_recorded_rooms_are_about_something():
    directory = load_directory(ROOT / "directory.toml")
    judge = Judge(directory, NOW)
    about = [
        judge.tags(server(), room(one["token"], one["name"], description=one["description"])).topics
        for _, one in recorded_rooms()
    ]
    assert sum(map(bool, about)) > 50
    assert {topic for topics in about for topic in topics} >= {"linux", "privacy", "music", "games", "crypto"}
