"""Where the language of a Community comes from: tag, table, guess, or nowhere."""

import pytest
from scrapy import Spider
from scrapy.utils.test import get_crawler

from sessioncrawler.items import CommunityItem
from sessioncrawler.pipelines.language import LanguagePipeline
from tests.support.editorial_data import ROOT, room, server

GERMAN = "Gespräche über alles, höflich und auf Deutsch."


def pipeline(**settings) -> LanguagePipeline:
    crawler = get_crawler(Spider, {"DIRECTORY_CONFIG": str(ROOT / "directory.toml"), **settings})
    return LanguagePipeline.from_crawler(crawler)


def language(pipe: LanguagePipeline, token: str, description: str | None, name: str = "Runde"):
    item = CommunityItem(server(), room(token, name, description=description), description="not what is judged")
    pipe.process_item(item)
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
    assert language(pipeline(), "a", f"{text} #Emergency #Chinese", "Emergency") == (None, None)


@pytest.mark.parametrize("off", [False, "0", "False"])
def test_guesses_can_be_switched_off(off):
    assert language(pipeline(GUESS_LANGUAGES=off), "b", GERMAN) == (None, None)
    assert language(pipeline(GUESS_LANGUAGES=off), "francais", GERMAN) == ("fr", "table")
