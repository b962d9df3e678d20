"""What a visit is like: by keyboard, without scripts, in the dark, among thousands, and among people of ill will."""

import time

import pytest

from sessioncrawler.text.names import name as visible_name
from tests.browser import pages

NO_MOUSE = 40
"""Presses of a key that anything near the top may take."""
SECONDS = 60
"""For a browser to know what it kept, on a machine that does much else."""


def press_until(visitor, key, selector):
    for _ in range(NO_MOUSE):
        visitor.page.keyboard.press(key)
        if visitor.page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} is not reached by {key}")


def reload_until(visitor, expression):
    """Chromium tells a new renderer by and by what was kept: a page that is loaded at once may not know of it yet."""
    end, pause = time.monotonic() + SECONDS, 50
    while time.monotonic() < end:
        visitor.page.reload()
        if visitor.page.evaluate(expression):
            return
        visitor.page.wait_for_timeout(pause)
        pause = min(2 * pause, 3_000)  # each new renderer begins to wait anew
    pytest.fail(f"{expression} never came to hold")


def test_the_keyboard_is_enough(visit, simulated):
    visitor = visit(simulated)
    page = visitor.page
    page.keyboard.press("Tab")
    assert visitor.focused == "Skip to the list"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    press_until(visitor, "Tab", ".tongues summary")
    page.keyboard.press("Enter")
    assert page.locator(".tongues nav").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".tongues nav").is_hidden()
    press_until(visitor, "Tab", "#order")
    page.keyboard.press("n")  # "Newest"
    visitor.until("location.hash === '#sort=created-'")
    press_until(visitor, "Tab", "#nsfw")
    outline = "e => [getComputedStyle(e).outlineStyle, getComputedStyle(e, '::after').outlineStyle]"
    assert "solid" in page.eval_on_selector("#nsfw + label", outline)
    page.keyboard.press("Space")
    assert page.is_checked("#nsfw")
    press_until(visitor, "Tab", "#communities h2 a")
    assert "solid" in page.eval_on_selector("#communities h2 a:focus", outline)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    press_until(visitor, "Tab", "[data-act=copy]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.evaluate("document.activeElement.matches('#communities h2 a')")
    page.keyboard.press("/")
    assert visitor.focused == "filter"
    page.keyboard.type("linux/")
    assert page.input_value("#filter") == "linux/"
    page.keyboard.press("Escape")
    assert page.input_value("#filter") == ""
    press_until(visitor, "Tab", "#all-filters")
    page.keyboard.press("Enter")
    page.wait_for_selector("#filters .chip")
    press_until(visitor, "Tab", "#filters .chip")
    page.keyboard.press("Space")
    assert page.input_value("#filter").startswith("is:")


def test_the_theme_is_chosen_and_kept(visit, simulated):
    visitor = visit(simulated, color_scheme="light")
    page = visitor.page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    button = page.locator("[data-theme-switch]")
    assert button.text_content() == "Theme: automatic"
    button.click()
    assert (button.text_content(), page.evaluate(ground)) == ("Theme: light", light)
    button.click()
    dark = page.evaluate(ground)
    assert button.text_content() == "Theme: dark"
    assert dark != light
    reload_until(visitor, "document.documentElement.dataset.theme === 'dark'")
    assert (button.text_content(), page.evaluate(ground)) == ("Theme: dark", dark)
    button.click()
    page.emulate_media(color_scheme="dark")
    assert (button.text_content(), page.evaluate(ground)) == ("Theme: automatic", dark)
    assert page.evaluate("Object.keys(localStorage)") == []
    assert visitor.context.cookies() == []


def test_what_is_not_safe_for_work_has_one_switch(visit, simulated):
    visitor = visit(simulated)
    page = visitor.page
    marked = [item.room.name for item in pages.simulated(60) if item.nsfw_reason]
    assert page.inner_text(".chips label[for=nsfw]").split() == ["Show", "adult", "rooms", str(len(marked))]
    assert page.inner_text(".adults label[for=nsfw]") == f"Show adult rooms ({len(marked)})"
    assert not set(visitor.names()) & set(marked)
    page.check("#nsfw")
    assert set(marked) < set(visitor.names())
    assert len(visitor.names()) == 60
    reload_until(visitor, "document.querySelector('#nsfw').checked")
    title = page.get_attribute("li.nsfw .mark.warning >> nth=0", "title")
    assert title == "Not safe for work: a word in its name says so"
    page.click(".chips label[for=nsfw]")
    assert page.evaluate("Object.keys(localStorage)") == []


def test_it_works_where_nothing_may_be_kept(visit, simulated):
    visitor = visit(simulated)
    denied = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})"
    visitor.page.add_init_script(denied)
    visitor.page.reload()
    visitor.page.click("[data-theme-switch]")
    assert visitor.page.text_content("[data-theme-switch]") == "Theme: light"
    visitor.page.check("#nsfw")
    assert len(visitor.names()) == 60


def test_without_scripts_all_is_there(visit, simulated):
    visitor = visit(simulated, java_script_enabled=False)
    page = visitor.page
    rows = page.locator("#communities > li")
    nsfw = page.locator("#communities > li.nsfw")
    assert rows.count() == 60
    assert page.locator("#communities > li:visible").count() == 60 - nsfw.count()
    page.check("#nsfw")
    assert page.locator("#communities > li:visible").count() == 60
    for selector in (".tools", "button", "dialog", "#filters", "#nothing", "#count", "#toast"):
        assert page.locator(f"{selector}:visible").count() == 0
    assert page.get_attribute("#communities h2 a >> nth=0", "href").startswith("c/room-")
    page.click(".tongues summary")
    assert page.locator(".tongues a[hreflang=fa]").is_visible()


def test_texts_run_in_their_own_direction(visit, simulated):
    page = visit(simulated).page
    page.fill("#filter", "lang:ar lang:fa lang:he -is:nsfw")
    style = "e => [getComputedStyle(e).direction, e.lang]"
    direction, lang = page.eval_on_selector("#communities > li h2 a", style)
    assert (direction, lang in {"ar", "fa", "he", ""}) == ("rtl", True)
    # The direction of the page decides where things stand: the name begins beside its picture.
    row = page.locator("#communities > li >> nth=0")
    picture, name = row.locator(".monogram").bounding_box(), row.locator("h2 a").bounding_box()
    assert 0 < name["x"] - (picture["x"] + picture["width"]) < 20
    page.click("#communities > li h2 a")
    assert page.eval_on_selector("#details h2", "e => getComputedStyle(e).direction") == "rtl"
    assert page.eval_on_selector("#details [data-fact=link]", "e => getComputedStyle(e).direction") == "ltr"


@pytest.mark.parametrize("width", [320, 500, 800, 1440, 2560])
@pytest.mark.parametrize("site", ["hostile", "simulated"])
def test_nothing_spills_over(visit, request, site, width):
    page = visit(request.getfixturevalue(site), viewport={"width": width, "height": 800}).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#communities h2 a >> nth=0")
    assert page.eval_on_selector("dialog", "e => e.scrollWidth <= e.clientWidth")


def test_strangers_run_no_script_and_ask_nobody(visit, hostile):
    visitor = visit(hostile)
    page = visitor.page
    page.click("#all-filters")
    shown = {visible_name(item.room.name) for item in pages.hostile()} - {""}
    assert shown <= set(visitor.names()) | {""}
    for item in pages.hostile():
        page.click(f"[id='{item.identifier}'] h2 a")
        page.wait_for_selector("dialog[open]")
        assert page.inner_text("dialog h2") == (visible_name(item.room.name) or item.room.token)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")
        page.fill("#filter", item.room.name[:100])
        page.fill("#filter", "")
    for chip in page.locator("#filters .chip").all():
        chip.click()
        if page.is_visible("#clear"):
            page.click("#clear")
    assert page.locator("script:not([type='application/ld+json'])").count() == 4
    assert (
        page.locator("#communities img, #communities svg, #communities script, iframe, form, #filters img").count() == 0
    )
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
    count = page.locator("#communities > li").count()
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
    assert page.eval_on_selector(".mark", "e => getComputedStyle(e).borderTopStyle") == "solid"


def test_five_thousand_rooms(visit, five_thousand, record_testsuite_property):
    """The times are reported, not asserted: the machine may be busy."""
    visitor = visit(five_thousand)
    page = visitor.page
    assert page.locator("#communities > li").count() == 200
    page.fill("#filter", "x")
    visitor.until("Rooms.complete()")
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
    visitor.until("document.querySelectorAll('#communities > li').length === 200")
    assert len(visitor.names()) == 200 - page.locator("li.nsfw").count()
    started = time.monotonic()
    page.select_option("#order", label="By name")
    visitor.until("document.querySelectorAll('#communities > li').length === 40")
    record_testsuite_property("sort (s)", round(time.monotonic() - started, 2))
    assert page.locator("#communities > li").count() == 40
    page.click("#more button")
    visitor.until("document.querySelectorAll('#communities > li').length === 80")
