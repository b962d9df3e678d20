"""What axe-core says of every kind of page, in light and dark, on a phone and on a desktop."""

from importlib.resources import files

import pytest

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
"""The script itself: the package would add its own idea of a report."""
LOOK = "axe.run(document, {resultTypes: ['violations'], elementRef: false})"
"""All rules that are on by default: WCAG 2 A and AA, and what axe holds for good practice."""
PAGES = {
    "list": "index.html",
    "German list": "de/index.html",
    "Persian list": "fa/index.html",
    "join": "join/index.html",
    "about": "about/index.html",
    "Persian about": "fa/about/index.html",
    "privacy": "privacy/index.html",
    "not found": "404.html",
    "status": "status/index.html",
    "Persian status": "fa/status/index.html",
    "keys": "keys/index.html",
    "Persian keys": "fa/keys/index.html",
    "languages and topics": "browse/index.html",
    "statistics": "stats/index.html",
    "Persian statistics": "fa/stats/index.html",
}
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
SHOWN = 5
"""Elements of a violation that are named."""


def violations(page):
    """A line for each rule that is broken in light or dark, with the elements."""
    page.evaluate(AXE)
    lines = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        lines += [
            f"{rule['id']}, {scheme}: {rule['help']}\n"
            + "\n".join(f"  {node['html'][:200]}" for node in rule["nodes"][:SHOWN])
            for rule in page.evaluate(LOOK)["violations"]
        ]
    return lines


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def screen(request):
    return {"viewport": request.param}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_has_no_violation(visit, small_site, screen, path):
    assert violations(visit(small_site / path, **screen).page) == []


def test_pages_of_communities_have_no_violation(visit, small_site, screen):
    communities = sorted((small_site / "c").rglob("index.html"), key=lambda path: (path.stat().st_size, path))
    for path in (communities[0], communities[len(communities) // 2], communities[-1]):
        assert violations(visit(path, **screen).page) == [], path


def test_pages_of_servers_have_no_violation(visit, small_site, screen):
    servers = sorted((small_site / "s").rglob("index.html"), key=lambda path: (path.stat().st_size, path))
    for path in (servers[0], servers[-1], small_site / "fa" / servers[0].relative_to(small_site)):
        page = visit(path, **screen).page
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert violations(page) == [], path


def test_what_opens_and_comes_after_copying_has_no_violation(visit, small_site, screen):
    page = visit(small_site / "index.html", permissions=["clipboard-write"], **screen).page
    page.click(".tongues summary")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.click("#communities button.copy >> nth=0")
    page.wait_for_selector("#toast:visible")
    assert violations(page) == []


def test_an_open_dialog_has_no_violation(visit, small_site, screen):
    page = visit(small_site / "index.html", **screen).page
    page.click("#communities h2 a >> nth=0")
    page.wait_for_selector("dialog[open]")
    assert violations(page) == []


def test_open_filters_and_a_search_without_result_have_no_violation(visit, small_site, screen):
    page = visit(small_site / "index.html", **screen).page
    page.click("#all-filters")
    page.wait_for_selector("#filters .chip")
    page.fill("#filter", "qqqq xxxx")
    page.wait_for_selector("#nothing:visible")
    assert violations(page) == []


def test_axe_sees_what_is_wrong(visit, small_site):
    """A check that finds nothing has to be one that can find something."""
    page = visit(small_site / "join" / "index.html").page
    page.evaluate("document.querySelector('main').innerHTML = '<img src=\"data:,\">'")
    assert {"image-alt, light", "image-alt, dark"} <= {line.partition(":")[0] for line in violations(page)}


def test_axe_sees_what_is_too_dark(visit, small_site):
    """The same of each of both schemes."""
    page = visit(small_site / "join" / "index.html").page
    rule = "@media (prefers-color-scheme: dark) { main * { color: #333 !important } }"
    page.evaluate("rule => document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length)", rule)
    assert {line.partition(":")[0] for line in violations(page)} == {"color-contrast, dark"}
