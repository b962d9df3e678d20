"""The page about the directory, as a browser's parser reads it."""

from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.about import about_page
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.state import SourceSummary
from tests.support.publishing import NOW, community
from tests.support.site_pages import DIRECTORY, FINDINGS, environment, facts, parse, render, words


def test_about_in_numbers():
    tree = render("about")
    text = words(tree)
    assert "1,234 Communities are listed. Last checked on 22 January 2026, 12:00 UTC." in text
    assert "Addresses asked this time: 1,300. Answered with rooms: 1,299." in text
    assert "1,202 Communities are known but not listed:" in text
    amounts = tree.xpath("//dl[@class='amounts']")
    assert facts(amounts[1]) == "1,200 tagged as tests 2 neither readable nor writable"
    assert [words(amount, ".") for amount in amounts[0].xpath("dd")] == [
        "https://x.example/<b>", "LokiLocker wiki", "<i>odd</i>", "https://more.example/groups",
    ]  # fmt: skip
    assert len(amounts[0].xpath("dd/a")) == 3
    assert tree.xpath("//a[@href='mailto:crew@rooms.example']")
    assert tree.xpath("//a[@href='https://rooms.example/code']")
    assert [p.text for p in tree.xpath("//p[@lang='de']")] == ["One.", "Two <us>."]


def test_about_without_numbers():
    bare = Directory(Site(name="N", url="", contact="on Session: 05abc"))
    cards = Cards([community()], bare, NOW)
    page = about_page(cards, {}, site_language("fa"), polls=(), summaries=(), sources={})
    tree = parse(environment("fa").get_template("about.html").render(page=page))
    assert page.not_listed == 0
    assert "۱ انجمن در فهرست است." in words(tree)
    assert "همهٔ انجمن‌های شناخته‌شده در فهرست هستند." in words(tree)
    assert words(tree, "//p[contains(., '05abc')]//bdi") == "on Session: 05abc"
    assert tree.xpath("//p[contains(., '05abc')]//a") == []


def test_signed_data_are_told_with_their_key():
    cards = Cards([community()], DIRECTORY, NOW)
    for code in ("en", "fa"):
        page = about_page(cards, {}, site_language(code), **FINDINGS, public_key="RW<key>", bundle=1_234_001)
        tree = parse(environment(code).get_template("about.html").render(page=page))
        assert tree.xpath("string(//p/code[contains(., 'minisign')])") == "minisign -Vm manifest.json -P RW<key>"
        names = tree.xpath("//p[@id='signed']//a/text()")
        assert names == ["v1/manifest.json", "v1/manifest.json.minisig"]
        assert words(tree, "//p[a[text()='v1/open-data.zip']]").endswith("(1,235 kB)" if code == "en" else "(۱٬۲۳۵ kB)")
    plain = render("about")
    assert "minisign" not in words(plain)
    assert "open-data.zip" not in words(plain)


def test_one_community_is_one():
    cards = Cards([community()], DIRECTORY, NOW)
    page = about_page(cards, {"test": 1}, site_language("en"), **FINDINGS)
    text = words(parse(environment().get_template("about.html").render(page=page)))
    assert "1 Community is listed." in text
    assert "1 Community is known but not listed:" in text


def test_sources_have_titles_and_links():
    summaries = [SourceSummary(name, 9, 3, 1, 2) for name in ("wiki", "https://rooms.example/x", "javascript:alert(1)")]
    known = {"wiki": ("A wiki", "https://wiki.example/"), "other": ("Never read", "")}
    cards = Cards([], DIRECTORY, NOW)
    page = about_page(cards, {}, site_language("en"), polls=(), summaries=summaries, sources=known)
    assert [(source.title, source.url, source.current) for source in page.sources] == [
        ("A wiki", "https://wiki.example/", 3),
        ("https://rooms.example/x", "https://rooms.example/x", 3),
        ("javascript:alert(1)", "", 3),
        ("https://more.example/groups", "https://more.example/groups", 0),
    ]
