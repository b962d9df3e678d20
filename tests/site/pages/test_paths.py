from dataclasses import replace
from urllib.parse import unquote, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Address, Server
from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.site.pages.paths import HERE, TRANSLATED, Place, community_paths, server_paths
from sessioncrawler.state import KnownKey
from tests.support.publishing import community as room

BASE = "https://rooms.example/list/"


def place(code="en", path="", base=BASE, **more):
    return Place(base, site_language(code), path, **more)


def test_links_between_pages():
    assert place().link() == "index.html"
    assert place().link("join/") == "join/index.html"
    assert place("de", "about/").link("join/") == "../../de/join/index.html"
    assert place("de", "about/").link() == "../../de/index.html"
    assert place(path="c/x+1/").link("about/") == "../../about/index.html"
    assert place("de").link("c/x+1/") == "../de/c/x%2B1/index.html"
    assert place("de").link("c/x+1/", alone=True) == "../c/x%2B1/index.html"
    assert place("de").link("status/") == "../de/status/index.html"
    assert place("de", "s/118d1234/").link() == "../../../de/index.html"
    assert place("de").link("s/118d1234/") == "../de/s/118d1234/index.html"
    assert place("de", "about/").file("logo/a.png") == "../../logo/a.png"


def test_a_page_for_any_address_links_from_the_root_of_the_site():
    assert place(anywhere=True).link("join/") == BASE + "join/index.html"
    assert [link for _, link, _ in place(anywhere=True).translations][:2] == [
        BASE + "index.html",
        BASE + "de/index.html",
    ]


def test_addresses():
    assert place("de", "about/").url == BASE + "de/about/"
    assert place(path="c/x+1/").url == BASE + "c/x%2B1/"
    assert place(base="").url == ""
    assert place().real_base == BASE


@pytest.mark.parametrize("base", ["", "https://example.org/", "https://www.example.com/x/", "http://example.net:8080/"])
def test_examples_are_no_real_addresses(base):
    assert place(base=base).real_base == ""


@given(st.sampled_from(LOCALES), st.sampled_from(TRANSLATED), st.sampled_from(LOCALES), st.sampled_from(TRANSLATED))
def test_links_lead_where_the_addresses_are(code, path, other, other_path):
    here, there = place(code, path), place(other, other_path)
    (link,) = [link for language, link, _ in here.translations if language.code == other]
    assert urljoin(here.url, link) == place(other, path).url + "index.html"
    assert urljoin(there.url, there.link(path)) == place(other, path).url + "index.html"
    assert urljoin(here.url, here.root) == BASE


def test_translations():
    languages = {language.code: (link, url) for language, link, url in place("de", "join/").translations}
    assert list(languages) == list(LOCALES)
    assert languages["en"] == ("../../join/index.html", BASE + "join/")
    assert languages["fa"] == ("../../fa/join/index.html", BASE + "fa/join/")
    of_room = {language.code: (link, url) for language, link, url in place(path="c/x+1/").translations}
    assert of_room["fa"] == ("../../fa/c/x%2B1/index.html", BASE + "fa/c/x%2B1/")
    english_only = {language.code: (link, url) for language, link, url in place(path="c/x+1/", alone=True).translations}
    assert english_only["fa"] == ("../../fa/index.html", "")


def test_pages_without_translations_are_kin_in_one_depth():
    one, other = place(path="c/a+1/", alone=True), place(path="c/b+2/", alone=True)
    assert one.kin == other.kin != place(path="join/").kin
    assert one.kin.link("join/") == one.link("join/")
    assert place(path="c/a+1/").kin == place(path="c/b+2/").kin != place(path="s/b/").kin
    assert place("de", path="c/a+1/").kin != place(path="c/a+1/").kin
    assert place("de", "about/").kin == place("de", "about/")
    assert len({place("de", path).kin for path in TRANSLATED}) == len(TRANSLATED)


@given(st.from_regex("[0-9A-Za-z_-]{1,64}", fullmatch=True))
def test_folders_of_communities(token):
    one = room(token)
    ((key, path),) = community_paths([one, one])
    assert key == (one.server.public_key, token.casefold())
    link = place(base="").link(path)
    assert unquote(urljoin("file:///site/", link)) == f"file:///site/c/{one.identifier}/index.html"


def test_rooms_with_one_identifier_take_nothing_from_each_other():
    real, false = (Server(Address("https", "a.example", 443), f"118d{digit * 60}") for digit in "01")
    rooms = [room("general", server=real), room("General", server=false), room("other", server=false)]
    assert rooms[0].identifier.casefold() == rooms[1].identifier.casefold()
    assert [path for _, path in community_paths(rooms)] == [
        f"c/general+{real.public_key}/",
        f"c/General+{false.public_key}/",
        f"c/{rooms[2].identifier}/",
    ]


HONEST, FORGED = (Server(Address("https", "a.example", 443), f"118d{digit * 60}") for digit in "10")
SHORT, FULL = f"s/{HONEST.server_id}/", f"s/{FORGED.public_key}/"


def published(server, at):
    return KnownKey(server.public_key, server.address, published_at=at)


@pytest.mark.parametrize(
    ("servers", "keys"),
    [
        pytest.param([FORGED, HONEST], [published(FORGED, 2), published(HONEST, 1)], id="published first"),
        pytest.param([FORGED, HONEST], [published(HONEST, 1)], id="the other was not published yet"),
        pytest.param([FORGED, replace(HONEST, proven=True)], [], id="both are new, and one is proven"),
        pytest.param([FORGED, HONEST], [published(FORGED, None), published(HONEST, 1)], id="only seen, not published"),
    ],
)
def test_nobody_takes_the_page_of_a_server(servers, keys):
    assert server_paths(servers, keys) == {HONEST.public_key: SHORT, FORGED.public_key: FULL}


def test_the_page_of_a_server_is_kept_free_while_it_is_away():
    keys = [published(HONEST, 1), published(FORGED, 2)]
    assert server_paths([FORGED], keys) == {FORGED.public_key: FULL}
    assert server_paths([HONEST], keys) == {HONEST.public_key: SHORT}
    assert server_paths([FORGED], keys[1:]) == {FORGED.public_key: SHORT}


def test_what_a_server_had_at_another_address_does_not_count():
    moved = replace(HONEST, address=Address("https", "b.example", 443))
    assert server_paths([moved], [published(FORGED, 1)]) == {HONEST.public_key: f"s/{moved.server_id}/"}


@pytest.mark.parametrize("path", [*TRANSLATED, "c/a+1/", "c/ä&%20'/", "s/abcd/", "language/zh/", "page/2/"])
def test_what_kin_say_of_translations_is_what_the_page_does(path):
    page = place("de", path)
    said = [(link.replace(HERE, page.own), url.replace(HERE, page.own)) for _, link, url in page.kin.translations]
    assert said == [(link, url) for _, link, url in page.translations]
