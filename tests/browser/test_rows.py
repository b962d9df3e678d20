"""Rows of the list: those that one sees come first, those that stay are left alone, and nothing in them is cut."""

import pytest

from sessioncrawler.site.i18n.languages import LOCALES

PHONE = {"viewport": {"width": 390, "height": 844}}
WAITING = "document.querySelectorAll('#communities > [data-later]').length"
UNSEEN = "getComputedStyle(document.querySelectorAll('#communities > li')[20]).contentVisibility === 'hidden'"


def test_no_row_waits_for_long(visit, simulated):
    visitor = visit(simulated, **PHONE)
    visitor.until(f"{WAITING} === 0")
    visitor.seek("-nothing-of-that-kind")
    visitor.until(f"{WAITING} === 0")


def test_without_scripts_no_row_waits(visit, simulated):
    visitor = visit(simulated, java_script_enabled=False, **PHONE)
    assert not visitor.page.evaluate(UNSEEN)


WATCH = """
window.gone = 0;
const seen = (all) => { for (const one of all) gone += [...one.removedNodes].filter((row) => row.marked).length; };
document.querySelector("#communities > li").marked = true;
new MutationObserver(seen).observe(document.querySelector("#communities"), { childList: true });
"""


def test_rows_that_stay_are_left_alone(visit, simulated):
    visitor = visit(simulated)
    first = visitor.names()[0]
    visitor.page.evaluate(WATCH)
    assert first in visitor.seek(first[:4])
    assert first in visitor.seek(first[:5])
    assert visitor.page.evaluate("gone") == 0


def test_a_slip_is_looked_for_again_when_all_words_are_learnt(visit, five_thousand):
    visitor = visit(five_thousand)
    visitor.page.focus("#filter")
    visitor.until("Rooms.complete()")
    visitor.page.fill("#filter", "prviacy")
    visitor.until("List.isPrepared()")
    visitor.until("document.querySelector('#count').textContent.includes('comes near')")
    visitor.until("document.querySelectorAll('#communities > li').length === 40")


def test_chips_of_a_large_list_count_all(visit, five_thousand):
    visitor = visit(five_thousand)
    visitor.page.focus("#filter")
    writable = "document.querySelector('[data-value=writable] small').textContent"
    before = visitor.page.evaluate(writable)
    visitor.until("Rooms.complete()")
    visitor.page.check("#nsfw")
    visitor.until(f"{writable} !== {before!r}")


def test_the_first_of_more_rows_has_the_focus_on_a_phone(visit, five_thousand):
    visitor = visit(five_thousand, viewport={"width": 390, "height": 844})
    visitor.page.fill("#filter", "lang:en")
    visitor.until("Rooms.complete()")
    visitor.until("document.querySelectorAll('#communities > li').length === 40")
    visitor.page.click("#more button")
    assert visitor.focused == visitor.names()[40]


@pytest.mark.parametrize("width", [1280, 1440])
@pytest.mark.parametrize("code", LOCALES)
def test_how_many_come_is_not_cut(visit, small_site, code, width):
    path = small_site / ("" if code == "en" else code) / "index.html"
    page = visit(path, viewport={"width": width, "height": 900}).page
    cut = "all => all.slice(0, 8).filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
    assert page.eval_on_selector_all(".visitors, .activity", cut) == []
