"""What the list remembers: activity, servers that are out of reach, names from before a move."""

from urllib.parse import quote

import pytest

from sessioncrawler.model import Server
from sessioncrawler.site.i18n.languages import LOCALES
from tests.browser.test_axe import DESKTOP, PHONE, violations
from tests.browser.test_dialog import DIALOG
from tests.browser.test_html import mistakes
from tests.support import remembered
from tests.support.knowing import HOST, KEY

THEN = f"chess+{Server(remembered.OLD, KEY).server_id}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("remembered")
    weekly = lambda keys: dict.fromkeys(keys, remembered.weeks())  # noqa: E731 - as an edition has it
    known = remembered.lived(remembered.known(remembered.gone("opera", "Opera and cats")))
    histories = remembered.server_history
    return remembered.write(remembered.edition(known, weekly=weekly, server_histories=histories), folder)


ORDERS = {
    "": "Cats Books Chess Dogs Linux",
    "name": "Books Cats Chess Dogs Linux",
    "name-": "Dogs Chess Cats Books Linux",
    "visitors": "Dogs Cats Books Chess Linux",
    "activity-": "Cats Chess Books Dogs Linux",
    "activity": "Chess Cats Books Dogs Linux",
    "server-": "Cats Chess Dogs Books Linux",
    "created": "Cats Books Chess Dogs Linux",
}


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_away_comes_last_in_every_order(visit, site, order):
    visitor = visit(site, f"#sort={order}" if order else "")
    assert " ".join(visitor.names()) == ORDERS[order]


def test_without_scripts_what_is_away_comes_last_and_says_so(visit, site):
    visitor = visit(site, java_script_enabled=False)
    rows = visitor.page.locator("#communities > li")
    assert [name.split(" ")[0] for name in rows.locator("h2 a").all_inner_texts()][-1] == "Linux"
    assert rows.last.locator(".lost").inner_text() == "not reached since 22 January 2026"
    assert visitor.page.locator("#communities .lost").count() == 1


def test_the_most_active_come_first_where_one_wishes_that(visit, site):
    visitor = visit(site)
    visitor.page.select_option("#order", label="Most active")
    assert (visitor.hash, visitor.names()[0]) == ("#sort=activity-", "Cats")
    visitor.page.select_option("#order", label="Recommended")
    assert (visitor.hash, visitor.names()) == ("", ORDERS[""].split())


@pytest.mark.parametrize(
    ("query", "names"),
    [("is:busy", "Cats Linux"), ("is:quiet", "Chess"), ("is:away", "Linux"), ("is:busy -is:away", "Cats")],
)
def test_the_list_is_filtered_by_activity(visit, site, query, names):
    assert " ".join(visit(site).seek(query)) == names


def test_links_with_english_words_work_in_every_language(visit, site):
    german = visit(site.parent / "de" / "index.html", f"#q={quote('is:busy')}")
    assert " ".join(german.names()) == "Cats Linux"


def test_chips_of_activity(visit, site):
    visitor = visit(site)
    visitor.page.click("#all-filters")
    visitor.page.click("#filters .chip:has-text('quiet')")
    assert visitor.page.input_value("#filter") == "is:quiet"
    assert visitor.names() == ["Chess"]


def test_a_former_identifier_opens_the_community(visit, site):
    visitor = visit(site, f"#{THEN}")
    visitor.until("document.querySelector('#details').open")
    assert visitor.page.inner_text("#details-name") == "Chess"
    assert visitor.hash == f"#{THEN}"


def test_the_page_at_a_former_address_leads_on(visit, site):
    visitor = visit(site.parent / "c" / THEN / "index.html")
    visitor.page.wait_for_url(f"**/c/chess%2B{Server(HOST, KEY).server_id}/index.html")
    assert visitor.page.inner_text("h1") == "Chess"


def test_the_dialog_tells_how_busy_it_is_and_when_it_was_reached(visit, site):
    visitor = visit(site)
    page = visitor.page
    page.click("#communities > li:has-text('Linux') h2 a")
    missed = page.locator(f"{DIALOG} [data-fact=missed]")
    told = "Its server was not reached since 22 January 2026, 03:00 UTC. This is what it told then."
    assert missed.inner_text() == told
    assert missed.locator("time").get_attribute("datetime") == "2026-01-22T03:00:00.000Z"
    activity = page.inner_text(f"{DIALOG} [data-fact=activity]")
    assert activity.startswith(
        "busy, more than the week before; events a day: 100 (posts, edits, deletions and reactions); 900"
    )
    page.click(f"{DIALOG} [data-act=close]")
    page.click("#communities > li:has-text('Dogs') h2 a")
    assert missed.is_hidden()
    assert page.inner_text(f"{DIALOG} [data-fact=activity]").startswith("900 posts")


def test_a_page_of_what_is_gone_leads_on(visit, site):
    server = Server(remembered.LOST, remembered.LOST_KEY)
    visitor = visit(site.parent / "c" / f"opera+{server.server_id}" / "index.html")
    visitor.page.click("ul[aria-labelledby=like] a")
    assert visitor.page.inner_text("h1") == "Cats"


def test_pages_are_valid(site):
    pages = {path.relative_to(site.parent): path.read_text() for path in site.parent.rglob("*.html")}
    # Listed, moved, gone, and servers, one of them at two places; the list in two languages, the network, one shelf.
    assert len(pages) == (5 + 2 + 1 + 4) * len(LOCALES) + 2 + 1 + 1
    assert {path: wrong for path, text in pages.items() if (wrong := mistakes(text))} == {}


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_have_no_violation(visit, site, screen):
    gone = f"opera+{Server(remembered.LOST, remembered.LOST_KEY).server_id}"
    away = f"linux+{Server(remembered.AWAY, remembered.AWAY_KEY).server_id}"
    server = f"s/{Server(HOST, KEY).server_id}/index.html"
    of_past = (server, f"de/{server}", f"fa/{server}", "stats/index.html")
    for path in ("index.html", f"c/{gone}/index.html", f"c/{away}/index.html", *of_past):
        page = visit(site.parent / path, viewport=screen).page
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
