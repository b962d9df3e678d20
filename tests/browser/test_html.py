"""Whether the pages are valid HTML, by the standard's own parser rules."""

import html5lib
import lxml.html
import pytest
from html5lib.constants import E

from tests.support import sites


def mistakes(text):
    """The parse errors of a document, as ``line: what is wrong``."""
    parser = html5lib.HTMLParser()
    parser.parse(text)
    return [f"{line}: {E[code] % facts}" for (line, _), code, facts in parser.errors]


@pytest.mark.parametrize("site", ["small_site", "hostile_site"])
def test_no_page_has_a_mistake(request, site):
    folder = request.getfixturevalue(site)
    pages = sites.pages(folder)
    assert {
        "index.html",
        "404.html",
        "de/index.html",
        "fa/about/index.html",
        "keys/index.html",
        "status/index.html",
        "fa/stats/index.html",
    } <= {*pages}
    assert len([path for path in pages if path.startswith("c/")]) > 20
    found = {path: mistakes((folder / path).read_text()) for path in pages}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_ids_are_there_once_and_references_lead_somewhere(demo_site):
    for path in sites.pages(demo_site):
        tree = lxml.html.fromstring((demo_site / path).read_bytes())
        ids = tree.xpath("//@id")
        assert len(ids) == len({*ids}), path
        links = {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")}
        named = {one for names in tree.xpath("//@aria-labelledby | //label/@for") for one in names.split()}
        assert links | named <= {*ids}, path


def test_mistakes_are_seen():
    assert mistakes("<!DOCTYPE html><title>x</title><table><p>") != []
    assert mistakes("<!DOCTYPE html><title>x</title><p>") == []
