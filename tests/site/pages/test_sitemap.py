from sessioncrawler.site.i18n.languages import LOCALES
from sessioncrawler.site.pages.paths import TRANSLATED
from sessioncrawler.site.pages.sitemap import MOST_ENTRIES, sitemap

BASE = "https://rooms.example/list/"


def test_the_sitemap():
    entries = sitemap(BASE, {"c/a+1/": ("en",), "c/b+2/": ("en",)}, 1)
    assert len(entries) == len(TRANSLATED) * len(LOCALES) + 2
    assert entries[0].url == BASE
    assert entries[0].changed == 1
    assert entries[0].alternates[:2] == (("en", BASE), ("de", BASE + "de/"))
    assert {entry.changed for entry in entries if "join/" in entry.url} == {None}
    assert [entry.url for entry in entries[-2:]] == [BASE + "c/a%2B1/", BASE + "c/b%2B2/"]
    assert len({entry.url for entry in entries}) == len(entries)


def test_a_sitemap_is_bounded_and_has_addresses():
    assert len(sitemap(BASE, {f"c/{n}/": ("en",) for n in range(60_000)}, 1)) == MOST_ENTRIES
    assert sitemap("", {"c/a+1/": ("en",)}, 1) == ()


def test_other_languages_of_what_strangers_make_come_last():
    entries = [
        entry for entry in sitemap(BASE, {"language/de/": LOCALES, "c/a+1/": ("en",)}, 1) if "stats" not in entry.url
    ]
    later = [entry for entry in entries if "language" in entry.url or "/c/" in entry.url]
    assert [entry.url for entry in later][:3] == [BASE + "language/de/", BASE + "c/a%2B1/", BASE + "de/language/de/"]
    assert [len(entry.alternates) for entry in later] == [len(LOCALES), 0, *[len(LOCALES)] * (len(LOCALES) - 1)]
    assert later[2].alternates == later[0].alternates
    assert ("fa", BASE + "fa/language/de/") in later[0].alternates
