import gzip
from io import BytesIO

import pytest
from lxml import html
from scrapy.utils.test import get_crawler

from sessioncrawler.exporters import JinjaItemExporter
from sessioncrawler.items import PollItem
from sessioncrawler.model import Address, Outcome, Poll
from tests.support.publishing import community, no_reactor, publish


def jinja(template: str, **options) -> dict:
    return {"format": "jinja", "item_export_kwargs": {"template": template, **options}}


def site(template: str = "index.html", **options) -> dict:
    return jinja(template, context="sessioncrawler.exporters.page_context", **options)


def give_count(items, crawler) -> dict:
    return {"count": len(items), "settings_say": crawler.settings["BOT_NAME"]}


def bare_crawler(templates):
    with no_reactor():
        return get_crawler(settings_dict={"SITE_TEMPLATES": str(templates), "TWISTED_REACTOR_ENABLED": False})


def explode(items, crawler) -> dict:
    raise RuntimeError("the context is broken.")


def test_the_page_is_written(tmp_path):
    target = tmp_path / "site" / "index.html"
    published = publish([community(name="Ünïcode 🛠️")], {str(target): site()}, tmp_path)
    page = html.fromstring(target.read_bytes().decode())
    assert page.findtext(".//h1") == "Rooms & more"
    assert page.findtext(".//tbody//strong") == "Ünïcode 🛠️"
    assert page.find(".//time").get("datetime") == "2026-01-22T12:00:00Z"
    assert published.stats["publish/communities"] == 1
    assert published.errors == []


def test_counts_of_the_policy_reach_the_page(tmp_path):
    target = tmp_path / "index.html"
    publish([community()], {str(target): site()}, tmp_path, ITEM_PIPELINES={DroppingPipeline: 1})
    page = html.fromstring(target.read_bytes().decode())
    assert page.xpath("normalize-space(//ul[@class='dropped']/li)") == "7 neither readable nor writable"


class DroppingPipeline:
    @classmethod
    def from_crawler(cls, crawler):
        crawler.stats.inc_value("policy/dropped/closed", 7)
        return cls()

    def process_item(self, item):
        return item


def test_items_come_sorted_and_options_reach_the_template(tmp_path):
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "list.txt").write_text("{{ word }}:{% for item in items %} {{ item.room.token }}{% endfor %}!\n")
    feeds = {str(tmp_path / "list.txt"): jinja("list.txt", word="<rooms>")}
    publish([community(t) for t in "cab"], feeds, tmp_path, SITE_TEMPLATES=str(tmp_path / "t"))
    assert (tmp_path / "list.txt").read_text() == "<rooms>: a b c!\n"


def test_items_without_an_identifier_come_last(tmp_path):
    (tmp_path / "kinds.txt").write_text("{% for item in items %}{{ item.__class__.__name__[0] }}{% endfor %}")
    polls = [PollItem(Poll(Address("http", f"{n}.example", 80), Outcome.DNS)) for n in range(2)]
    feeds = {str(tmp_path / "out.txt"): jinja("kinds.txt")}
    published = publish([*polls, community()], feeds, tmp_path, SITE_TEMPLATES=str(tmp_path))
    assert (tmp_path / "out.txt").read_text() == "CPP"
    assert published.stats["publish/communities"] == 1


def test_a_feed_of_other_things_says_nothing_about_communities(tmp_path):
    (tmp_path / "n.txt").write_text("{{ items | length }}")
    polls = [PollItem(Poll(Address("http", "a.example", 80), Outcome.DNS))]
    feeds = {
        str(tmp_path / "polls.txt"): {**jinja("n.txt"), "item_classes": [PollItem]},
        str(tmp_path / "index.html"): site(),
    }
    publish([*polls, community()], feeds, tmp_path, SITE_TEMPLATES=str(tmp_path))
    assert (tmp_path / "polls.txt").read_text() == "1"
    assert (tmp_path / "index.html").exists()


def test_a_context_may_be_a_function(tmp_path):
    (tmp_path / "n.txt").write_text("{{ count }} {{ settings_say }} {{ more }}")
    file = BytesIO()
    crawler = bare_crawler(tmp_path)
    exporter = JinjaItemExporter.from_crawler(crawler, file, template="n.txt", context=give_count, more="x")
    exporter.start_exporting()
    exporter.export_item(community())
    exporter.finish_exporting()
    assert file.getvalue() == b"1 scrapybot x"


def test_a_lone_surrogate_does_not_break_the_page(tmp_path):
    (tmp_path / "n.txt").write_text("{{ items[0].room.name }}")
    feeds = {str(tmp_path / "out.txt"): jinja("n.txt")}
    publish([community(name="a\ud800b")], feeds, tmp_path, SITE_TEMPLATES=str(tmp_path))
    assert (tmp_path / "out.txt").read_bytes() == b"a?b"


def test_a_feed_may_be_compressed(tmp_path):
    feed = {**site(), "postprocessing": ["scrapy.extensions.postprocessing.GzipPlugin"]}
    publish([community()], {str(tmp_path / "index.html.gz"): feed}, tmp_path)
    assert b"<!DOCTYPE html>" in gzip.decompress((tmp_path / "index.html.gz").read_bytes())


@pytest.mark.parametrize(
    ("feed", "sentence"),
    [
        (site("missing.html"), "The template missing.html could not be written, so nothing is published: Temp"),
        (site("undefined.html"), "UndefinedError: 'nobody' is undefined."),
        (site("syntax.html"), "TemplateSyntaxError"),
        (jinja("index.html", context=explode), "RuntimeError: the context is broken."),
        (jinja("index.html", context="no.such.module"), "ModuleNotFoundError"),
        ({"format": "jinja"}, "A feed of JinjaItemExporter could not be written, so nothing is published: TypeError"),
    ],
)
def test_a_failure_is_a_sentence_and_publishes_nothing(tmp_path, feed, sentence):
    (tmp_path / "undefined.html").write_text("{{ nobody }}")
    (tmp_path / "syntax.html").write_text("{% if %}")
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text("old")
    feeds = {str(good): site(), str(bad): feed}
    published = publish([community()], feeds, tmp_path, SITE_TEMPLATES=str(tmp_path))
    assert published.stats["publish/errors"] >= 1
    assert any(sentence in line for line in published.errors)
    assert good.read_text() == "old"
    assert not bad.exists()
