"""The page of a Community: how one joins, shares and reports it, and what stands before an adult one."""

import pytest

from sessioncrawler.model import Tag
from sessioncrawler.site.i18n.languages import LOCALES
from tests.browser.test_axe import violations
from tests.browser.test_html import mistakes
from tests.browser.test_shelves import DIRECTORY, PHONE, REPORT, TABLE, WITHOUT, write_site
from tests.support.publishing import KEY, community

ICON = "navigator.share = async (data) => { window.shared = data; }"
NAMES = ("linux", "pics")


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    linux = community("linux", "Linux", description="Penguins.", language="en", tags=[Tag("linux")], topics=("linux",))
    adult = community("pics", "Pics", description="Skin.", nsfw_reason="tag", tags=[Tag("linux")])
    like = community("bsd", "BSD and Linux", description="Daemons.", topics=("linux",), language="en")
    return write_site([adult, like, linux], DIRECTORY + REPORT + TABLE, tmp_path_factory.mktemp("rooms"))


def page_of(site, token, code="en"):
    folder = "" if code == "en" else f"{code}/"
    (found,) = (site / folder / "c").glob(f"{token}+*/index.html")
    return found


def test_joining_begins_with_one_button_as_wide_as_the_phone(visit, rooms):
    visitor = visit(page_of(rooms, "linux"), viewport=PHONE)
    page = visitor.page
    button = page.locator("[data-copy]").bounding_box()
    assert button["y"] + button["height"] < PHONE["height"]
    assert button["width"] > PHONE["width"] * 0.75
    assert button["height"] >= 44
    assert "No Session yet? Get it." in page.inner_text(".then")
    page.click("[data-copy]")
    visitor.until("document.querySelector('[role=status]').textContent !== ''")
    assert page.evaluate("getSelection().toString() || 'copied'") in {"copied", page.inner_text(".way .link")}


def test_the_code_is_behind_a_button_on_a_phone_and_beside_the_link_elsewhere(visit, rooms):
    phone = visit(page_of(rooms, "linux"), viewport=PHONE, **WITHOUT).page
    assert phone.locator(".way svg").is_hidden()
    phone.click(".scan summary")
    assert phone.locator(".way svg").is_visible()
    desktop = visit(page_of(rooms, "linux"), **WITHOUT).page
    assert desktop.locator(".way svg").is_visible()
    assert desktop.locator(".scan summary").is_hidden()


def test_it_is_shared_by_what_the_browser_has(visit, rooms):
    visitor = visit(page_of(rooms, "linux"))
    page = visitor.page
    assert page.locator("[data-share]").is_hidden()
    page.add_init_script(ICON)
    page.reload()
    page.click("[data-share]")
    assert page.evaluate("window.shared.title") == "Linux"
    assert page.evaluate("window.shared.url").startswith("https://example.org/c/linux%2B")


def test_it_is_reported(visit, rooms):
    page = visit(page_of(rooms, "linux", "de"), **WITHOUT).page
    report = page.get_attribute("a:text-is('Diese Community melden')", "href")
    assert report.startswith("https://rooms.example/report?room=linux%2B")
    assert "crew@example.org" in page.inner_text("main")


def test_an_adult_room_is_behind_a_step_that_needs_no_script(visit, rooms):
    page = visit(page_of(rooms, "pics"), **WITHOUT).page
    assert page.locator(".words").is_hidden()
    assert page.locator(".way .link").is_hidden()
    # It warns, so it looks like a warning and not like a link.
    ink, edge = page.eval_on_selector(".step > summary", "e => (s => [s.color, s.borderTopColor])(getComputedStyle(e))")
    assert ink == edge
    page.click(".step > summary")
    assert page.locator(".words").is_visible()
    assert page.locator(".way .link").is_visible()
    assert "pics" not in (rooms / "sitemap.xml").read_text()
    assert '"url":"https://example.org/c/pics' not in (rooms / "index.html").read_text().replace(" ", "")


def test_it_leads_on_without_a_script(visit, rooms):
    for code in LOCALES:
        page = visit(page_of(rooms, "linux", code), **WITHOUT).page
        page.click("ul.tags a")
        assert page.url.endswith(f"/{'' if code == 'en' else code + '/'}topic/linux/index.html")
        page.go_back()
        page.click(".shelf a")
        assert page.inner_text("h1") == "BSD and Linux"
        assert page.get_attribute("html", "lang") == code
        assert KEY[:4] in page.inner_text("dl .code")


@pytest.mark.parametrize("token", NAMES)
def test_pages_have_no_violation_and_no_mistake(visit, rooms, token):
    for code, width in (("en", 360), ("fa", 360), ("de", 1280)):
        path = page_of(rooms, token, code)
        page = visit(path, viewport={"width": width, "height": 800}).page
        assert violations(page) == []
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert mistakes(path.read_text()) == []
