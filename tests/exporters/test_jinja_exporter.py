import gzip
from io import BytesIO

import pytest
from scrapy.utils.test import get_crawler

from sessioncrawler.exporters.jinja import JinjaItemExporter
from sessioncrawler.items import PollItem
from sessioncrawler.model import Address, Outcome, Poll
from tests.support.publishing import community, no_reactor, publish


def jinja(template: str, **options) -> dict:
    return {"format": "jinja", "item_export_kwargs": {"template": template, **options}}


def give_count(items, crawler) -> dict:
    return {"count": len(items), "settings_say": crawler.settings["BOT_NAME"]}


def bare_crawler(templates):
    with no_reactor():
        return get_crawler(settings_dict={"SITE_TEMPLATES": str(templates), "TWISTED_REACTOR_ENABLED": False})


def explode(items, crawler) -> dict:
    raise RuntimeError("the context is broken.")


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
    publish([*polls, community()], feeds, tmp_path, SITE_TEMPLATES=str(tmp_path))
    assert (tmp_path / "out.txt").read_text() == "CPP"


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
    (tmp_path / "n.txt").write_text("{{ items | length }}")
    feed = {**jinja("n.txt"), "postprocessing": ["scrapy.extensions.postprocessing.GzipPlugin"]}
    publish([community()], {str(tmp_path / "n.txt.gz"): feed}, tmp_path, SITE_TEMPLATES=str(tmp_path))
    assert gzip.decompress((tmp_path / "n.txt.gz").read_bytes()) == b"1"


@pytest.mark.parametrize(
    ("feed", "sentence"),
    [
        (jinja("missing.html"), "The template missing.html failed: TemplateNotFound"),
        (jinja("undefined.html"), "UndefinedError: 'nobody' is undefined."),
        (jinja("syntax.html"), "TemplateSyntaxError"),
        (jinja("good.html", context=explode), "RuntimeError: the context is broken."),
        (jinja("good.html", context="no.such.module"), "ModuleNotFoundError"),
    ],
)
def test_a_failure_is_a_sentence_and_leaves_what_was_there(tmp_path, feed, sentence):
    (tmp_path / "undefined.html").write_text("{{ nobody }}")
    (tmp_path / "syntax.html").write_text("{% if %}")
    (tmp_path / "good.html").write_text("good")
    good, bad = tmp_path / "good.txt", tmp_path / "bad.html"
    bad.write_text("old")
    feeds = {str(good): jinja("good.html"), str(bad): feed}
    published = publish([community()], feeds, tmp_path, SITE_TEMPLATES=str(tmp_path))
    assert any(sentence in line for line in published.errors)
    assert good.read_text() == "good"
    assert bad.read_text() == "old"
    assert [value for key, value in published.stats.items() if key.startswith("feedexport/failed_count/")] == [1]
