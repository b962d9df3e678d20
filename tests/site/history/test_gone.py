"""What becomes of the page of a Community that is gone."""

import re
from dataclasses import replace

import pytest
from lxml import html

from sessioncrawler.model import Outcome, Server
from sessioncrawler.publish.outputs import OUTPUTS, files
from sessioncrawler.site.history.gone import KEPT, MOST_OF_SERVER, Why, gone_pages
from sessioncrawler.site.i18n.languages import LOCALES
from sessioncrawler.state import KnownKey
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, failed, http, knew
from tests.support.remembered import LOST, LOST_KEY, edition, gone, known
from tests.support.site_pages import assert_policy, words

OPERA = gone("opera", "Opera and cats", description="Arias\n\n\n\nand <b>more</b>", language="en", tags=("hobby",))
PATH = f"c/opera+{Server(LOST, LOST_KEY).server_id}/index.html"


def rendered(*more):
    shown = [output for output in OUTPUTS if output.path in {"", "sitemap.xml"}]
    return dict(files(edition(known(*more)), shown))


def pages(*more, taken=()):
    one = edition(known(*more))
    return [page for page in gone_pages(one.known, one.cards, taken) if page.language.code == "en"]


def test_the_page_stays_says_so_and_leads_to_what_looks_like_it():
    site = rendered(OPERA)
    tree = html.document_fromstring(site[PATH].decode())
    assert tree.xpath("string(//h1)") == "Opera and cats"
    assert "Gone since 17 January 2026, 12:00 UTC. Its server could not be reached for days." in words(tree)
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert tree.xpath("//p[@class='lead']/time/@datetime") == ["2026-01-17T12:00:00Z"]
    assert tree.xpath("string(//p[@class='words'])") == "Arias\n\nand <b>more</b>"
    links = tree.xpath("//ul[@aria-labelledby='like']//a")
    assert [link.text_content() for link in links] == ["Cats", "Chess"]
    assert all(re.fullmatch(r"\.\./\.\./c/\w+%2B[0-9a-f]{8}/index\.html", link.get("href")) for link in links)
    assert tree.xpath("//a[contains(@class,'button')]/@href")[0] == "../../index.html#q=lang%3Aen"
    assert_policy(tree)
    assert "opera" not in site["sitemap.xml"].decode()


def test_the_join_link_is_text_where_it_may_work_again():
    tree = html.document_fromstring(rendered(OPERA)[PATH].decode())
    assert tree.xpath("string(//code[@class='link'])") == OPERA.facts.join_url
    assert OPERA.facts.join_url not in tree.xpath("//@href")


@pytest.mark.parametrize(
    ("one", "poll", "why"),
    [
        (OPERA, None, Why.SILENT),
        (gone("birds", "Birds", HOST, KEY), None, Why.ROOM),
        (OPERA, failed(Outcome.KEY_CHANGED, address=LOST), Why.OTHER),
        (gone("nobody", "Nobody", http("nobody.example"), OTHER), None, Why.OTHER),
    ],
)
def test_why_it_is_gone(one, poll, why):
    everything = known(one)
    if poll:
        others = [told for told in everything.polls if told.poll.address != LOST]
        everything = replace(everything, polls=(*others, knew(poll)))
    page, *others = gone_pages(everything, edition(everything).cards, ())
    assert [one.language.code for one in (page, *others)] == list(LOCALES)
    assert page.why is why
    assert bool(page.join_url) == (why is Why.SILENT)


def test_after_thirty_days_it_is_no_more():
    days = KEPT / DAY
    assert [page.name for page in pages(gone("a", "A", days=days), gone("b", "B", days=days - 0.01))] == ["B"]


def test_what_came_back_has_its_own_page():
    back = gone("cats", "Cats", HOST, KEY)
    assert pages(back) == []


def test_nobody_takes_the_page_of_another():
    """A stranger's Community had the identifier of one that is listed, and went away."""
    forged = KEY[:4] + OTHER[4:]
    one = gone("CATS", "Evil", HOST, forged)
    site = rendered(one)
    assert b"Evil" not in site[f"c/cats+{Server(HOST, KEY).server_id}/index.html"]
    assert f"c/CATS+{forged}/index.html" in site


def test_strangers_make_no_more_pages_than_that():
    many = [gone(f"r{number}", f"Room {number}", days=number / 10) for number in range(1, MOST_OF_SERVER + 9)]
    found = pages(*many, OPERA)
    assert len(found) == MOST_OF_SERVER
    assert [page.name for page in found[:2]] == ["Room 1", "Room 2"]


def test_names_are_cleaned_and_safe_ones_lead_to_safe_ones():
    everything = known(gone("x", "\u202eCats\u202c\n\n<b>", tags=("hobby",)), keys=(KnownKey(OTHER, HOST),))
    one = edition(everything)
    for item in one.communities:
        item.nsfw_reason = "tag" if item.room.token == "cats" else None
    (page,) = gone_pages(everything, one.cards, (), most_translated=0)
    assert page.name == "Cats <b>"
    assert [card.name for card in page.like] == ["Chess"]
    assert page.gone_at == NOW - 5 * DAY
