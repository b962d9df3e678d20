"""What people come for, each from the front page to its end: on a phone, by keyboard, without scripts."""

import re
from urllib.parse import quote

import pytest

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import WEEK, Address, Room, Server, Tag
from sessioncrawler.site.i18n.languages import LOCALES, site_language
from tests.browser import pages
from tests.browser.test_dialog import BARE, BOOKS, DIALOG, ID, SERVER
from tests.support.publishing import NOW

PHONE = {"width": 390, "height": 844}
DAY = 86_400
NORTH = Server(Address("https", "north.example", 443), "aa" * 32)


def room(token, name, language, tags=(), *, server=NORTH, description="", days=400, visitors=10, **more):
    facts = {
        "active_users": visitors,
        "active_users_cutoff": WEEK,
        "created": NOW - days * DAY,
        "write": True,
        "read": True,
    }
    tagged = {"tags": [Tag(tag) for tag in tags], "topics": tuple(tags)}
    return CommunityItem(server, Room(token, name, **facts), description, language=language, **tagged, **more)


ROOMS = [
    room("penguins", "Pinguine", "de", ["linux"], description="Alles über Linux."),
    room("linux", "Linux", "en", ["linux"], server=SERVER, visitors=900),
    room("ecke", "Deutsche Ecke", "de", days=2),
    room("night", "Night", "de", nsfw_reason="curator"),
]


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return pages.write([BOOKS, BARE], tmp_path_factory.mktemp("ways"))


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return pages.write(ROOMS, tmp_path_factory.mktemp("tasks"))


def test_a_german_room_about_linux_is_found_by_chips(visit, directory):
    visitor = visit(directory, viewport=PHONE)
    visitor.page.click(".chips a:has-text('German')")
    assert sorted(visitor.names()) == ["Deutsche Ecke", "Pinguine"]
    visitor.page.click(".chips a:has-text('Linux and free software')")
    assert visitor.names() == ["Pinguine"]


def test_a_german_room_about_linux_is_found_by_words(visit, directory):
    visitor = visit(directory, viewport=PHONE)
    assert visitor.seek("german linux") == ["Pinguine"]
    assert visitor.seek("german linx") == ["Pinguine"]


def test_the_most_visited_and_the_newest_are_found(visit, directory):
    visitor = visit(directory)
    visitor.page.select_option("#order", label="Most visitors")
    assert visitor.names()[0] == "Linux"
    visitor.page.select_option("#order", label="Newest")
    assert visitor.names()[0] == "Deutsche Ecke"


def test_one_joins_on_a_phone(visit, directory):
    visitor = visit(directory, viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.click("#communities > li:has-text('Pinguine') h2 a")
    copy = page.locator(f"{DIALOG} [data-act=copy]")
    assert copy.bounding_box()["width"] > PHONE["width"] * 0.8
    copy.click()
    visitor.until("!document.querySelector('#details-next').hidden")
    assert "paste" in page.inner_text("#details-next")
    assert page.evaluate("navigator.clipboard.readText()").startswith("https://north.example/penguins?public_key=")
    assert page.locator(f"{DIALOG} svg").is_hidden()
    page.click(f"{DIALOG} [data-act=scan]")
    assert page.locator(f"{DIALOG} svg").is_visible()


def test_adult_rooms_are_shown_to_those_who_ask_and_hidden_again(visit, directory):
    visitor = visit(directory, viewport=PHONE)
    assert "Night" not in visitor.names()
    visitor.page.click(".adults label")
    assert "Night" in visitor.names()
    assert visitor.page.locator(".adults label").is_hidden()
    visitor.page.click(".chips label[for=nsfw]")
    assert "Night" not in visitor.names()


def test_without_scripts_one_comes_to_a_community_and_back(visit, small_site):
    visitor = visit(small_site / "index.html", viewport=PHONE, java_script_enabled=False)
    page = visitor.page
    name = page.locator("#communities h2 a >> nth=2")
    wanted = name.inner_text()
    name.click()
    assert page.inner_text("h1") == wanted
    assert "public_key=" in page.content()
    page.click("a.home")
    page.click("text=How to join >> nth=0")
    assert page.inner_text("h1") == "How to join a Community"


def first_screen(page):
    """Communities that are whole on the first screen."""
    return page.eval_on_selector_all(
        "#communities > li",
        "rows => rows.filter(row => row.checkVisibility() && row.getBoundingClientRect().bottom <= innerHeight).length",
    )


@pytest.mark.parametrize(("screen", "least"), [((390, 844), 7), ((1440, 900), 9)])
@pytest.mark.parametrize("path", ["index.html", "de/index.html", "fa/index.html"])
def test_the_first_screen_is_full_of_communities(visit, small_site, screen, least, path):
    width, height = screen
    page = visit(small_site / path, viewport={"width": width, "height": height}).page
    assert first_screen(page) >= least


@pytest.mark.parametrize("width", [320, 360, 390])
def test_a_small_phone_shows_the_bar_whole_and_unbroken(visit, small_site, width):
    broken = """() => {
      const home = document.querySelector(".bar .home");
      home.textContent = "Session Communities";
      const word = document.createRange();
      word.setStart(home.firstChild, "Session ".length);
      word.setEnd(home.firstChild, home.textContent.length);
      return [document.documentElement.scrollWidth > innerWidth, word.getClientRects().length > 1];
    }"""
    for code in LOCALES:
        folder = site_language(code).folder
        page = visit(small_site / f"{folder}index.html", viewport={"width": width, "height": 640}).page
        overflows, breaks = page.evaluate(broken)
        assert not overflows, code
        assert width < 360 or not breaks, code


@pytest.mark.parametrize("width", [360, 1280])
def test_what_one_aims_at_is_large_enough(visit, small_site, width):
    page = visit(small_site / "index.html", viewport={"width": width, "height": 800}).page
    small = """all => all
      .filter(e => e.checkVisibility() && !e.matches(".skip, #nsfw, .first a, footer section a, h2 a"))
      .map(e => [e.getBoundingClientRect(), e])
      .filter(([box]) => box.height > 0 && (box.height < 43.5 || box.width < 40))
      .map(([box, e]) => `${e.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
    assert page.eval_on_selector_all("button, a, summary, select, input, label.chip", small) == []


def test_search_stays_in_view_and_results_above_a_keyboard(visit, small_site):
    page = visit(small_site / "index.html", viewport=PHONE).page
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(100)
    assert page.locator("#filter").bounding_box()["y"] < 60
    page.evaluate("scrollTo(0, 0)")
    page.focus("#filter")
    page.keyboard.type("a")
    page.set_viewport_size({"width": 390, "height": 460})
    assert first_screen(page) >= 3


def test_numbers_of_a_persian_dialog_are_persian(visit, small_site):
    page = visit(small_site / "fa" / "index.html").page
    page.click("#communities > li:has(.visitors) h2 a >> nth=0")
    for fact in ("line", "created", "staff", "activity"):
        told = page.locator(f"{DIALOG} [data-fact={fact}]").text_content()
        assert not re.search("[0-9]", told), told
    assert re.search("[۰-۹]", page.locator(f"{DIALOG} [data-fact=line]").text_content())


def test_printing_gives_a_list(visit, small_site):
    page = visit(small_site / "index.html").page
    page.emulate_media(media="print")
    assert page.locator(".tools:visible, .chips:visible, .copy:visible, dialog:visible").count() == 0
    row = page.locator("#communities > li >> nth=1")
    assert row.locator("h2").is_visible()
    assert row.bounding_box()["height"] < 80


def test_arrow_keys_and_buttons_lead_to_the_neighbours(visit, rooms):
    visitor = visit(rooms)
    page = visitor.page
    first, second = visitor.names()
    page.click("#communities h2 a >> nth=0")
    assert page.is_disabled(f"{DIALOG} [data-act=previous]")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(f"{DIALOG} h2") == second
    assert page.is_disabled(f"{DIALOG} [data-act=next]")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(f"{DIALOG} h2") == second
    page.click(f"{DIALOG} [data-act=previous]")
    assert page.inner_text(f"{DIALOG} h2") == first
    page.keyboard.press("Escape")
    visitor.until("location.hash === ''")
    assert visitor.focused == first


def test_a_click_with_a_key_is_the_browsers_own(visit, rooms):
    visitor = visit(rooms)
    with visitor.context.expect_page():
        visitor.page.click(f"[id='{ID}'] h2 a", modifiers=["Control"])
    assert visitor.page.locator(DIALOG).count() == 0
    assert visitor.page.get_attribute(f"[id='{ID}'] h2 a", "href") == f"c/{quote(ID)}/index.html"


def test_an_identifier_breaks_before_the_servers_id(visit, rooms):
    page = visit(rooms, f"#{ID}", viewport={"width": 320, "height": 700}).page
    whole = page.locator(f"{DIALOG} [data-fact=identifier] .whole")
    assert whole.inner_text() == f"+{SERVER.server_id}"
    assert whole.evaluate("e => e.getClientRects().length") == 1
