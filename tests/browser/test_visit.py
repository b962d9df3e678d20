"""What a visit is like: by keyboard, without scripts, in the dark, among thousands, and among people of ill will."""

import time

import pytest

from sessioncrawler.text.names import name as visible_name
from tests.browser import pages

NO_MOUSE = 40
"""Presses of a key that anything near the top may take."""


def press_until(visitor, key, selector):
    for _ in range(NO_MOUSE):
        visitor.page.keyboard.press(key)
        if visitor.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} is not reached by {key}")


def test_the_keyboard_is_enough(visit, simulated):
    visitor = visit(simulated)
    page = visitor.page
    page.keyboard.press("Tab")
    assert visitor.focused == "Skip to the list"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('th')?.dataset.sort") == "name"
    page.keyboard.press("Enter")
    assert visitor.hash == "#sort=name"
    press_until(visitor, "Tab", "tbody a.open")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    press_until(visitor, "Tab", "[data-act=copy]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.activeElement.matches('tbody a.open')")
    page.keyboard.press("/")
    assert visitor.focused == "filter"
    page.keyboard.type("linux/")
    assert page.input_value("#filter") == "linux/"
    page.keyboard.press("Escape")
    assert page.input_value("#filter") == ""
    press_until(visitor, "Tab", "#filters summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chips .chip")
    press_until(visitor, "Tab", "#chips .chip")
    page.keyboard.press("Space")
    assert page.input_value("#filter").startswith("is:")


def test_the_theme_is_chosen_and_kept(visit, simulated):
    visitor = visit(simulated, color_scheme="light")
    page = visitor.page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    button = page.locator("[data-theme-switch]")
    assert button.inner_text() == "Theme: automatic"
    button.click()
    assert (button.inner_text(), page.evaluate(ground)) == ("Theme: light", light)
    button.click()
    dark = page.evaluate(ground)
    assert button.inner_text() == "Theme: dark"
    assert dark != light
    page.reload()
    assert (button.inner_text(), page.evaluate(ground)) == ("Theme: dark", dark)
    button.click()
    page.emulate_media(color_scheme="dark")
    assert (button.inner_text(), page.evaluate(ground)) == ("Theme: automatic", dark)
    assert page.evaluate("Object.keys(localStorage)") == []
    assert visitor.context.cookies() == []


def test_what_is_not_safe_for_work_has_one_switch(visit, simulated):
    visitor = visit(simulated)
    page = visitor.page
    marked = [item.room.name for item in pages.simulated(60) if item.nsfw_reason]
    assert page.inner_text("label.switch") == f"Show what is not safe for work ({len(marked)})"
    assert not set(visitor.names()) & set(marked)
    page.check("#nsfw")
    assert set(marked) < set(visitor.names())
    assert page.inner_text("#count") == "60 Communities"
    assert page.evaluate("({...localStorage})") == {"nsfw": "show"}
    page.reload()
    assert page.is_checked("#nsfw")
    title = page.get_attribute("tr.nsfw .tag.warning >> nth=0", "title")
    assert title == "Not safe for work: a word in its name says so"
    page.uncheck("#nsfw")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_it_works_where_nothing_may_be_kept(visit, simulated):
    visitor = visit(simulated)
    denied = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})"
    visitor.page.add_init_script(denied)
    visitor.page.reload()
    visitor.page.click("[data-theme-switch]")
    assert visitor.page.inner_text("[data-theme-switch]") == "Theme: light"
    visitor.page.check("#nsfw")
    assert len(visitor.names()) == 60


def test_without_scripts_all_is_there(visit, simulated):
    visitor = visit(simulated, java_script_enabled=False)
    page = visitor.page
    rows = page.locator("tbody tr")
    nsfw = page.locator("tbody tr.nsfw")
    assert rows.count() == 60
    assert page.locator("tbody tr:visible").count() == 60 - nsfw.count()
    page.check("#nsfw")
    assert page.locator("tbody tr:visible").count() == 60
    for selector in (".search", ".acts", "button", "dialog", "#nothing", "#count"):
        assert page.locator(f"{selector}:visible").count() == 0
    summary = page.locator("tbody summary >> nth=0")
    whole = page.locator("tbody details p >> nth=0")
    assert not whole.is_visible()
    summary.click()
    assert whole.is_visible()
    assert page.locator("tbody .link >> nth=0").inner_text().startswith("https://sogs")


def test_texts_run_in_their_own_direction(visit, simulated):
    page = visit(simulated).page
    page.fill("#filter", "lang:ar lang:fa lang:he -is:nsfw")
    style = "e => [getComputedStyle(e).direction, e.lang]"
    direction, lang = page.eval_on_selector("tbody tr:not([hidden]) strong", style)
    assert (direction, lang in {"ar", "fa", "he", ""}) == ("rtl", True)
    page.click("tbody tr:not([hidden]) a.open")
    assert page.eval_on_selector("#details h2", "e => getComputedStyle(e).direction") == "rtl"
    assert page.eval_on_selector("#details .link", "e => getComputedStyle(e).direction") == "ltr"


@pytest.mark.parametrize("width", [320, 500, 800, 1440, 2560])
@pytest.mark.parametrize("site", ["hostile", "simulated"])
def test_nothing_spills_over(visit, request, site, width):
    page = visit(request.getfixturevalue(site), viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("tbody a.open >> nth=0")
    assert page.eval_on_selector("dialog", "e => e.scrollWidth <= e.clientWidth")


def test_strangers_run_no_script_and_ask_nobody(visit, hostile):
    visitor = visit(hostile)
    page = visitor.page
    page.click("#filters summary")
    shown = {visible_name(item.room.name) for item in pages.hostile()} - {""}
    assert shown <= set(visitor.names()) | {""}
    for item in pages.hostile():
        page.click(f"[id='{item.identifier}'] a.open")
        page.wait_for_selector("dialog[open]")
        assert page.inner_text("dialog h2") == (visible_name(item.room.name) or item.room.token)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        page.fill("#filter", item.room.name[:100])
        page.fill("#filter", "")
    for chip in page.locator("#chips .chip").all():
        chip.click()
        page.click("#clear")
    assert page.locator("script:not([type='application/ld+json'])").count() == 4
    assert page.locator("tbody img, tbody svg, tbody script, iframe, form, #chips img").count() == 0
    # The fixture asserts that there was no request and no error.


def test_a_hostile_address_does_no_harm(visit, hostile):
    for fragment in (
        "#<img src=x onerror=alert(1)>",
        "#q=%3Cscript%3Ealert(1)%3C/script%3E",
        "#x[]+abcd",
        "#__proto__",
    ):
        visitor = visit(hostile, fragment)
        assert visitor.page.locator("main img").count() == 0
        assert visitor.page.is_visible("#filter")


def test_the_policy_forbids_what_is_not_ours(browser, simulated):
    context = browser.new_context()
    page = context.new_page()
    lines = []
    page.on("console", lambda line: lines.append(line.text))
    page.goto(simulated.as_uri())
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1'; document.body.append(s);"
        " document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.bad = 1\">');"
        " return fetch('https://example.org/').catch(() => 0) }"
    )
    assert page.evaluate("window.bad") is None
    assert sum("Content Security Policy" in line for line in lines) >= 3
    context.close()


def test_the_real_directory(visit, real):
    visitor = visit(real)
    page = visitor.page
    count = page.locator("tbody tr").count()
    page.check("#nsfw")
    assert len(visitor.names()) == count
    assert visitor.seek("lang:czech") != []
    assert len(visitor.seek("host:caliban")) == 29
    assert {"Germany"} <= set(visitor.seek("lang:de"))


def test_reduced_motion_and_forced_colours_are_respected(visit, simulated):
    page = visit(simulated, reduced_motion="reduce", forced_colors="active").page
    moving = """[...document.querySelectorAll("*")].map((element) => getComputedStyle(element)).filter(
      (style) => parseFloat(style.transitionDuration) > 0 || style.animationName !== "none").length"""
    assert page.evaluate(moving) == 0
    assert page.eval_on_selector(".tag", "e => getComputedStyle(e).borderTopStyle") == "solid"


def test_five_thousand_rooms(visit, five_thousand, record_testsuite_property):
    """The times are reported, not asserted: the machine may be busy."""
    visitor = visit(five_thousand)
    page = visitor.page
    assert page.locator("tbody tr").count() == 5000
    page.fill("#filter", "x")
    measure = """async (text) => {
      const field = document.querySelector("#filter");
      const started = performance.now();
      field.value = text;
      field.dispatchEvent(new Event("input", {bubbles: true}));
      const scripted = performance.now() - started;
      document.body.offsetHeight;
      const laidOut = performance.now() - started;
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      return [scripted, laidOut, performance.now() - started].map(Math.round);
    }"""
    for text in ("p", "pr", "pri", "priv", "privacy -nsfw", "lang:de linux", "zzz", ""):
        times = page.evaluate(measure, text)
        record_testsuite_property(f"filter {text!r} (script, layout, painted; ms)", times)
    assert len(visitor.names()) == 5000 - page.locator("tr.nsfw").count()
    started = time.monotonic()
    page.click("th[data-sort=name] button")
    record_testsuite_property("sort (s)", round(time.monotonic() - started, 2))
    assert page.locator("tbody tr").count() == 5000
