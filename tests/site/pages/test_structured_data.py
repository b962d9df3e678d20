from sessioncrawler.editorial.config import Site
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.site.pages.structured_data import MOST_ITEMS, collection, community, website

BASE = "https://rooms.example/list/"
SITE = Site(name="Rooms", url=BASE, contact="", description="All rooms.")


def place(code="en", path="", base=BASE):
    return Place(base, site_language(code), path)


def test_structured_data():
    assert website(SITE, place("de")) == {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Rooms",
        "url": BASE,
        "inLanguage": "de",
        "description": "All rooms.",
    }
    found = collection(SITE, place("de"), [(f"Room {n} \ud800", f"c/r{n}+1/") for n in range(150)])
    assert found["url"] == BASE + "de/"
    assert found["isPartOf"]["name"] == "Rooms"
    items = found["mainEntity"]
    assert (items["numberOfItems"], len(items["itemListElement"])) == (150, MOST_ITEMS)
    assert items["itemListElement"][0] == {
        "@type": "ListItem", "position": 1, "name": "Room 0 \ufffd", "url": BASE + "c/r0%2B1/",
    }  # fmt: skip
    room = community(SITE, place(path="c/x+1/"), "X\udfff", "About x.")
    assert (room["name"], room["description"], room["url"]) == ("X\ufffd", "About x.", BASE + "c/x%2B1/")
    assert "description" not in community(SITE, place(), "X", "")


def test_without_an_address_there_is_no_structured_data():
    bare = Site(name="Rooms", url="", contact="")
    assert website(bare, place(base="")) == collection(bare, place(base=""), []) == {}
    assert community(bare, place(base=""), "X", "") == {}
    assert "description" not in website(Site(name="Rooms", url=BASE, contact=""), place())
