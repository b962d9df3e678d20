"""Pages of a site, rendered and read again."""

import base64
import hashlib
from functools import cache

from lxml import html

from sessioncrawler.editorial.config import Directory, Site, Source
from sessioncrawler.model import Address, Outcome, Poll
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.about import about_page
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.community import community_pages
from sessioncrawler.site.pages.every_page import error_page, plain_page
from sessioncrawler.site.render.environment import build_environment
from sessioncrawler.state import SourceSummary
from tests.support.publishing import NOW, community

URL = "https://rooms.example/"
SITE = Site(
    name="Rooms & <more>",
    url=URL,
    contact="crew@rooms.example",
    description="All <rooms>.",
    about="One.\n\nTwo <us>.",
    source_code="https://rooms.example/code",
    default_language="de",
)
DIRECTORY = Directory(SITE, sources=(Source("https://more.example/groups"),))
POLLS = tuple(Poll(Address("https", f"s{n}.example", 443), Outcome.REACHED if n else Outcome.DNS) for n in range(1300))
CARDS = Cards([community(f"room-{n}") for n in range(1234)], DIRECTORY, NOW)
FINDINGS = {
    "polls": POLLS,
    "summaries": (
        SourceSummary("lokilocker", 9, 3, 1, 2),
        SourceSummary("https://x.example/<b>", 9, 5, 1, 2),
        SourceSummary("<i>odd</i>", 1, 0, 1, 2),
    ),
    "sources": {"lokilocker": ("LokiLocker wiki", "https://lokilocker.com/wiki")},
}
LEFT_OUT = {"closed": 2, "test": 1200, "x": 0}


@cache
def environment(code="en"):
    return build_environment(None, site_language(code))


def parse(text):
    return html.document_fromstring(text.encode(errors="replace").decode())


def render(page, code="en", directory=DIRECTORY):
    language = site_language(code)
    if page == "404":
        context = error_page(directory, NOW)
    elif page == "about":
        cards = CARDS if directory is DIRECTORY else Cards([], directory, NOW)
        context = about_page(cards, LEFT_OUT, language, **FINDINGS)
    else:
        context = plain_page(directory, NOW, language, page)
    return parse(environment(code).get_template(f"{page}.html").render(page=context))


def room_page(*communities, directory=DIRECTORY, **more):
    (page, *_) = community_pages(Cards(communities, directory, NOW, **more))
    return parse(environment().get_template("community.html").render(page=page))


def words(tree, path="//main"):
    return " ".join(tree.xpath(path)[0].text_content().split())


def facts(element):
    return " ".join(" ".join(element.itertext()).split())


def meta(tree, name):
    return tree.xpath(f"string(//meta[@property='{name}' or @name='{name}']/@content)")


def assert_policy(tree):
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    for elements in ("//style", "//script[not(@type)]"):
        for text in tree.xpath(f"{elements}/text()"):
            assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert set(tree.xpath("//script/@type")) <= {"application/ld+json"}
    assert tree.xpath("//@style | //@src") == []
