"""The pipelines 100 to 400 under Scrapy's own pipeline manager, as a crawl runs them."""

import asyncio

import pytest
from scrapy import Spider
from scrapy.exceptions import DropItem
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.test import get_crawler

from sessioncrawler.editorial.config import DirectoryError
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Outcome, Poll, Tag, TagKind
from sessioncrawler.pipelines._base import Repeated
from tests.support.editorial_data import KEY, NOW, ROOT, room, server

PIPELINES = {
    "sessioncrawler.pipelines.dedupe.DedupePipeline": 100,
    "sessioncrawler.pipelines.tags.TagsPipeline": 200,
    "sessioncrawler.pipelines.language.LanguagePipeline": 300,
    "sessioncrawler.pipelines.policy.PolicyPipeline": 400,
}
DIRECTORY = f"""
[site]
name = "Rooms"
url = "https://example.org/"
contact = "a@example.org"
[[servers]]
url = "http://sog.caliban.org"
public_key = "{KEY}"
official = true
[languages]
"german+118d" = "de"
[[hide]]
match = "hidden+118d"
reason = "advertising"
[[pin]]
match = "first+{KEY}"
[[rate]]
match = "rated+118d"
rating = "nsfw"
[[rate]]
match = "poetry+{KEY}"
rating = "safe"
[[staff]]
match = "rated+{KEY}"
count = 9
[[project]]
match = "rated+{KEY}"
"""


class Wired:
    """A crawler's item pipelines with their stats."""

    def __init__(self, directory: str) -> None:
        settings = {"ITEM_PIPELINES": PIPELINES, "DIRECTORY_CONFIG": directory, "CRAWL_TIME": NOW}
        self.crawler = get_crawler(Spider, settings)
        self.manager = ItemPipelineManager.from_crawler(self.crawler)

    def process(self, item):
        return asyncio.run(self.manager.process_item_async(item))

    def dropped(self, item) -> DropItem:
        with pytest.raises(DropItem) as caught:
            self.process(item)
        return caught.value

    def stats(self, prefix: str) -> dict[str, int]:
        return {name: value for name, value in self.crawler.stats.get_stats().items() if name.startswith(prefix)}


@pytest.fixture
def wired(tmp_path) -> Wired:
    path = tmp_path / "directory.toml"
    path.write_text(DIRECTORY, encoding="utf-8")
    return Wired(str(path))


def community(token="general", place=None, **facts) -> CommunityItem:
    return CommunityItem(place or server(), room(token, **facts))


def test_a_community_is_filled_in(wired):
    item = wired.process(community("first", description="Chat. #Linux #lang:cz", upload=False, created=NOW - 60.5))
    assert item.description == "Chat. "
    assert item.string_tags == ["Linux"]
    assert item.tags == [
        Tag("official", TagKind.RESERVED),
        Tag("uploads off", TagKind.RESERVED),
        Tag("new", TagKind.RESERVED),
        Tag("pinned", TagKind.RESERVED),
        Tag("linux"),
    ]
    assert (item.language, item.pinned) == ("cs", True)
    assert wired.stats("tags/") == {"tags/communities": 1, "tags/user": 1, "tags/reserved": 4}
    assert wired.stats("policy/") == {"policy/pinned": 1}


def test_a_plain_community_stays_plain(wired):
    item = wired.process(community(place=server(key="0" * 64)))
    assert (item.description, item.tags, item.string_tags, item.language, item.pinned) == ("", [], [], None, False)
    assert wired.stats("tags/") == wired.stats("policy/") == {}


def test_a_mark_for_adult_content_carries_its_reason(wired):
    plain = server("a.example", key="0" * 64)
    items = [
        wired.process(item)
        for item in [
            community("a", plain, description="#nsfw"),
            community("b", plain, name="Porn"),
            community("rated", active_users=9),
            community("poetry", name="Erotic poetry", description="#nsfw"),
        ]
    ]
    assert [item.nsfw_reason for item in items] == ["tag", "word", "curator", None]
    assert [Tag("nsfw", TagKind.WARNING) in item.tags for item in items] == [True, True, True, False]
    assert [tag.text for tag in items[2].tags] == ["official", "we're here", "nsfw", "moderated"]
    assert wired.stats("tags/nsfw") == {"tags/nsfw/tag": 1, "tags/nsfw/word": 1, "tags/nsfw/curator": 1}


def test_a_room_that_is_named_like_an_official_one_is_marked(wired):
    item = community("session", server("evil.example", key="0" * 64), name="Sessіon")
    item.resembles = "Session"
    assert Tag("not official", TagKind.WARNING) in wired.process(item).tags
    assert wired.stats("tags/warning") == {"tags/warning": 1}


def test_other_items_pass_untouched(wired):
    item = PollItem(Poll(server().address, Outcome.REFUSED))
    assert wired.process(item) is item
    assert item == PollItem(Poll(server().address, Outcome.REFUSED))


def test_the_first_address_owns_the_key(wired):
    best = server("a.example", scheme="https", port=443)
    wired.process(community("one", best))
    wired.process(community("two", best))
    drop = wired.dropped(community("three", server("10.0.0.1")))
    assert isinstance(drop, Repeated)
    assert str(drop) == "three+118d190d is the same server as https://a.example, reached at http://10.0.0.1"
    assert drop.log_level == "DEBUG"
    wired.process(community("one", server("10.0.0.1", key="0" * 64)))
    assert wired.stats("dedupe/") == {"dedupe/other_address": 1}


def test_a_token_in_another_spelling_is_the_same_room(wired):
    assert wired.process(community("General")).room.token == "General"
    assert "listed by its server before" in str(wired.dropped(community("general")))
    assert wired.stats("dedupe/") == {"dedupe/same_token": 1}


def test_the_language_is_counted_by_its_source(wired):
    languages = [
        wired.process(community(token, description=description)).language
        for token, description in [
            ("german", None),
            ("german2", "#lang:xx #lang:de"),
            ("a", "#lang:deu-tsch #lang:x"),
            ("b", "#lang:any"),
        ]
    ]
    assert languages == ["de", "de", None, "mul"]
    assert wired.stats("language/") == {
        "language/from/table": 1,
        "language/from/tag": 2,
        "language/unknown": 1,
        "language/not_understood": 3,
    }


@pytest.mark.parametrize(
    ("token", "facts", "reason", "words"),
    [
        ("a", {"read": False, "write": False}, "closed", "neither read nor written"),
        ("b", {"description": "#Test"}, "test", "tagged it as a test"),
        ("c", {"description": "#unlisted"}, "unlisted", "tagged it as unlisted"),
        ("hidden", {}, "hidden", "this directory hides it: advertising"),
    ],
)
def test_what_is_off_the_record_is_dropped_and_counted(wired, token, facts, reason, words):
    drop = wired.dropped(community(token, **facts))
    assert str(drop).startswith(f"{token}+118d818a is not listed: ")
    assert words in str(drop)
    assert drop.log_level == "INFO"
    assert wired.stats("policy/") == {f"policy/dropped/{reason}": 1}


def test_a_wrong_directory_stops_the_crawl_before_it_starts(tmp_path):
    with pytest.raises(DirectoryError, match="set DIRECTORY_CONFIG"):
        Wired(str(tmp_path / "none.toml"))


def test_without_a_setting_the_directory_is_that_of_the_working_folder(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert Wired("").process(community("deutsch")).language == "de"
