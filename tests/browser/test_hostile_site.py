"""A site full of rooms by people who want to break it: no script of theirs runs, nobody else is asked, nothing bursts.

That no page asks the network and that no page has an error or opens an alert is what ``visit`` holds of each visit.
"""

import json

import pytest

from tests.support import sites

OVERVIEWS = ("index.html", "de/index.html", "fa/index.html", "status/index.html")
TRAPS = """
window.sprung = [];
for (const name of ["alert", "confirm", "prompt", "open", "print", "fetch"])
  window[name] = () => { window.sprung.push(name); };
for (const Kind of [XMLHttpRequest, WebSocket, Worker, EventSource])
  window[Kind.name] = function () { window.sprung.push(Kind.name); };
addEventListener("error", ({ message, target }) => { window.sprung.push(message || target.outerHTML); }, true);
addEventListener("securitypolicyviolation", (event) => { window.sprung.push(`policy: ${event.violatedDirective}`); });
"""
"""Calls that only a stranger's script would make, and every load that fails or that the policy stops."""
STRANGE = """
[...document.querySelectorAll("*")].flatMap((node) => [
  ...(["IFRAME", "OBJECT", "EMBED", "FORM", "BASE"].includes(node.tagName) ? [node.tagName] : []),
  ...[...node.attributes].filter((one) => one.name.startsWith("on")
    || node.tagName !== "LINK" && ["href", "src", "action"].includes(one.name)
    && /^\\s*(javascript|vbscript|data):/i.test(one.value))
    .map((one) => `${node.tagName} ${one.name}=${one.value}`)])
"""
"""Elements and attributes that no template of ours has."""
SCRIPTS = "[...document.scripts].filter((script) => !script.type).length"
"""Those that run; the others are data."""
DIALOG_OVERFLOW = "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('dialog'))"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BURST = """
[...document.querySelectorAll("body *")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.width > 0 && !node.closest(".link, .skip, .unseen, .chips > *, svg") && box.right > innerWidth + 1;
}).slice(0, 5).map((node) => node.outerHTML.slice(0, 200))
"""
WIDTHS = (360, 1440)


@pytest.fixture
def trapped(visit):
    def start(path, width):
        visitor = visit(path, viewport={"width": width, "height": 900})
        visitor.page.add_init_script(TRAPS)
        visitor.page.reload()
        return visitor

    return start


def assert_harmless(page, path):
    assert page.evaluate("window.sprung") == [], path
    assert page.evaluate(STRANGE) == [], path
    assert page.evaluate(OVERFLOW) <= 0, path
    assert page.evaluate(BURST) == [], path


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", OVERVIEWS)
def test_overviews_are_harmless(trapped, hostile_site, small_site, path, width):
    page = trapped(hostile_site / path, width).page
    assert_harmless(page, path)
    ours = trapped(small_site / path, width).page
    assert page.evaluate(SCRIPTS) == ours.evaluate(SCRIPTS)
    page.mouse.move(width / 2, 400)  # for handlers of the mouse
    page.keyboard.press("Tab")
    assert_harmless(page, path)


def test_pages_of_communities_are_harmless(trapped, hostile_site):
    paths = [path for path in sites.pages(hostile_site) if path.startswith("c/")]
    visitor = trapped(hostile_site / paths[0], WIDTHS[0])
    for path in paths:
        visitor.page.goto((hostile_site / path).as_uri())
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 900})
            assert_harmless(visitor.page, path)
        assert visitor.page.evaluate(SCRIPTS) == 1
        assert visitor.page.locator("h1").inner_text().strip()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_dialog_is_harmless(trapped, hostile_site, width):
    visitor = trapped(hostile_site / "index.html", width)
    page = visitor.page
    rows = page.eval_on_selector_all("#communities > li", "rows => rows.map(row => row.id)")
    assert len(rows) > 50
    for row in rows:
        page.evaluate("id => { location.hash = `#${id}`; }", row)
        visitor.until(
            f"document.querySelector('dialog[open] [data-fact=identifier]')?.textContent === {json.dumps(row)}"
        )
        assert_harmless(page, row)
        assert page.evaluate(DIALOG_OVERFLOW) <= 0, row


def test_titles_and_descriptions_are_text(hostile_site, visit):
    """What a stranger wrote in the form of markup is shown letter by letter."""
    shown = visit(hostile_site / "index.html").page.locator("#communities").text_content()
    for letters in ("<script>alert(1)</script>", "{{7*7}}", "${7*7}", "javascript:alert(1)"):
        assert letters in shown
