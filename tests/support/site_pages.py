"""Pages of a site, rendered and read again."""

import base64
import hashlib
from dataclasses import replace
from functools import cache

from lxml import html

from sessioncrawler.editorial.config import Directory, Site, Source
from sessioncrawler.model import Address, Outcome, Poll
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.pages.cards import Cards
from sessioncrawler.site.pages.community import CommunityPages
from sessioncrawler.site.pages.places import Place
from sessioncrawler.site.pages.plain import Findings, about_page, plain_page
from sessioncrawler.site.render.environment import build_environment
from sessioncrawler.state import SourceSummary
from tests.support.publishing import NOW

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
FINDINGS = Findings(
    communities=1234,
    servers=2,
    polls=POLLS,
    sources=(
        SourceSummary("lokilocker", 9, 3, 1, 2),
        SourceSummary("https://x.example/<b>", 9, 5, 1, 2),
        SourceSummary("<i>odd</i>", 1, 0, 1, 2),
    ),
    dropped={"closed": 2, "test": 1200, "x": 0},
)


@cache
def environment(code="en"):
    return build_environment(None, site_language(code))


def parse(text):
    return html.document_fromstring(text.encode(errors="replace").decode())


def render(page, code="en", directory=DIRECTORY):
    place = Place(directory.site.url, site_language(code), f"{page}/")
    if page == "404":
        place = replace(place, path="", anywhere=True)
    known = about_page(directory, place, NOW, FINDINGS)
    context = known if page == "about" else plain_page(directory, place, NOW)
    return parse(environment(code).get_template(f"{page}.html").render(page=context))


def room_page(*communities, directory=DIRECTORY):
    template = environment().get_template("community.html")
    pages = CommunityPages(Cards(communities, directory, NOW)).pages()
    return next(parse(template.render(page=page)) for page in pages)


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
