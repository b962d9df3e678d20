"""Where the language of a Community comes from: tag, table, guess, or nowhere."""

import asyncio

import pytest
from scrapy import Spider
from scrapy.utils.test import get_crawler

from sessioncrawler.editorial import guess
from sessioncrawler.editorial.guess import classify
from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines.language import LanguagePipeline
from sessioncrawler.state import State
from tests.support.editorial_data import ROOT, room, server

GERMAN = "Gespräche über alles, höflich und auf Deutsch."


def pipeline(**settings) -> LanguagePipeline:
    crawler = get_crawler(Spider, {"DIRECTORY_CONFIG": str(ROOT / "directory.toml"), **settings})
    made = LanguagePipeline.from_crawler(crawler)
    made._model._here = True  # what its process is for: test_language_model.py
    return made


def language(pipe: LanguagePipeline, token: str, description: str | None, name: str = "Runde"):
    item = CommunityItem(server(), room(token, name, description=description), description="not what is judged")
    asyncio.run(pipe.process_item(item))
    return item.language, item.language_from


def test_a_tag_decides_then_the_table_then_a_guess():
    pipe = pipeline()
    assert language(pipe, "a", f"{GERMAN} #lang:cz") == ("cs", "tag")
    assert language(pipe, "francais", GERMAN) == ("fr", "table")
    assert language(pipe, "b", GERMAN) == ("de", "guess")
    assert language(pipe, "c", f"{GERMAN} #lang:xx") == ("de", "guess")
    assert language(pipe, "d", "Hi!") == (None, None)
    assert language(pipe, "e", None) == (None, None)
    assert {name: value for name, value in pipe.stats.get_stats().items() if name.startswith("language/")} == {
        "language/from/tag": 1,
        "language/from/table": 1,
        "language/from/guess": 2,
        "language/unknown": 2,
        "language/not_understood": 1,
    }


def test_tags_may_name_another_language_than_that_of_the_text():
    text = "Only for moderators, to be used when the main rooms are under attack."
    assert language(pipeline(), "a", text, "Emergency") == ("en", "guess")
    assert language(pipeline(), "a", f"{text} #Emergency #Chinese", "Emergency") == ("zh", "tag")
    assert language(pipeline(), "a", f"{text} #Emergency #Chinese #Czech", "Emergency") == (None, None)


@pytest.mark.parametrize("off", [False, "0", "False"])
def test_guesses_can_be_switched_off(off):
    assert language(pipeline(GUESS_LANGUAGES=off), "b", GERMAN) == (None, None)
    assert language(pipeline(GUESS_LANGUAGES=off), "francais", GERMAN) == ("fr", "table")


@pytest.fixture
def remembering(tmp_path, monkeypatch):
    """Makes pipelines of one state, and counts what the model is asked."""
    asked = []

    def counted(words):
        asked.append(words)
        return classify(words)

    monkeypatch.setattr("sessioncrawler.pipelines.language.classify", counted)

    def make(**settings):
        asked.clear()
        return pipeline(STATE_URL=f"sqlite:///{tmp_path}/state.db", **settings), asked

    return make


def finish(pipe: LanguagePipeline) -> None:
    if pipe.ready():
        with State.open(pipe.url) as state:
            pipe.write(state)


def test_the_model_is_asked_once_for_a_text_in_all_crawls(remembering):
    unsure = "French-language discussion about everything, all of it polite and friendly."
    for crawl in range(3):
        pipe, asked = remembering()
        assert language(pipe, "a", GERMAN) == ("de", "guess")
        assert language(pipe, "b", GERMAN) == ("de", "guess")
        assert language(pipe, "c", unsure) == (None, None)
        assert language(pipe, "d", "Hi!") == (None, None)
        assert len(asked) == (0 if crawl else 2)
        finish(pipe)
        assert pipe.stats.get_value("language/guessed") == (None if crawl else 2)
    pipe, asked = remembering()
    assert language(pipe, "a", f"{GERMAN} Nun auch am Abend.") == ("de", "guess")
    assert len(asked) == 1


def test_what_was_guessed_by_other_rules_is_guessed_anew(remembering, monkeypatch):
    pipe, _ = remembering()
    language(pipe, "a", GERMAN)
    finish(pipe)
    monkeypatch.setattr(guess, "RULES", guess.RULES + 1)
    guess._model.cache_clear()
    pipe, asked = remembering()
    assert language(pipe, "a", GERMAN) == ("de", "guess")
    assert len(asked) == 1
    guess._model.cache_clear()


def test_without_a_state_all_is_guessed(remembering):
    pipe, asked = remembering()
    assert language(pipe, "a", GERMAN) == ("de", "guess")
    assert asked
