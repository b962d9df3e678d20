"""What people type into the search field, and what they get."""

import pytest

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import WEEK, Address, Room, Server, Tag, TagKind
from tests.browser import pages

NORTH = Server(Address("https", "sogs.north.example", 443), "aa" * 32)
SOUTH = Server(Address("https", "caliban.example.org", 8443), "bb" * 32)


def room(token, name, description="", tags=(), language=None, *, server=NORTH, badges=(), **more):
    shown = [Tag(text, TagKind.RESERVED) for text in badges] + [Tag(text) for text in tags]
    return CommunityItem(server, Room(token, name), description, shown, language=language, **more)


ROOMS = [
    room("alpha", "Café Linux", "Free software and privacy", ["linux", "open-source"], "cs", badges=["official"]),
    room(
        "beta",
        "Straße",
        "Crypto and open source things",
        ["crypto"],
        "de",
        server=SOUTH,
        badges=["read-only", "uploads off"],
    ),
    room("gamma", "Ёлка", "Разговоры", ["linuxmint", "свобода"], "ru", server=SOUTH),
    room("delta", "Łódź", "Open the source", ["art"], "pl"),
    room("epsilon", "Brasil", "Conversas", ["artificial"], "pt-BR"),
    room("zeta", "غرفة", "مُحادثة", [], "ar", badges=["new"]),
    room("eta", "Adults", "Private", ["linux"], None, nsfw_reason="curator"),
]


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    return pages.write(ROOMS, tmp_path_factory.mktemp("rooms"))


@pytest.fixture(scope="module")
def found(browser, rooms):
    from tests.browser.conftest import Visit

    visitor = Visit(browser, rooms.as_uri())
    identifiers = "rows => rows.filter(r => r.checkVisibility()).map(r => r.id.split('+')[0])"

    def seek(text):
        visitor.page.fill("#filter", text)
        return " ".join(visitor.page.eval_on_selector_all("tbody tr", identifiers))

    yield seek
    visitor.context.close()
    assert visitor.errors == []


@pytest.mark.parametrize(
    ("query", "tokens"),
    [
        ("linux privacy", "alpha"),
        ("PRIVACY   LINUX", "alpha"),
        ("cafe", "alpha"),
        ("strasse", "beta"),
        ("елка", "gamma"),
        ("lodz", "delta"),
        ("محادثة", "zeta"),
        ("open source", "alpha beta delta"),
        ('"open source"', "beta"),
        ("“open source”", "beta"),
        ('"open source', "beta"),
        ("open -crypto", "alpha delta"),
        ('open -"free software"', "beta delta"),
        ("-open", "epsilon zeta gamma"),
        ("#linux", "alpha"),
        ("#linu", "alpha gamma"),
        ("#LINUX", "alpha"),
        ("#art", "delta"),
        ("tag:arti", "epsilon"),
        ("-#linux open", "beta delta"),
        ("#свобода", "gamma"),
        ("lang:cs", "alpha"),
        ("lang:czech", "alpha"),
        ("lang:čeština", "alpha"),
        ("lang:pt", "epsilon"),
        ("lang:PT-br", "epsilon"),
        ("lang:de lang:pl", "beta delta"),
        ("-lang:cs -lang:de -lang:ru", "epsilon delta zeta"),
        ("polish", "delta"),
        ("host:caliban", "beta gamma"),
        ("server:caliban linux", "gamma"),
        ("caliban", "beta gamma"),
        ("host:caliban host:north source", "alpha beta delta"),
        ("is:official", "alpha"),
        ("is:read-only", "beta"),
        ("is:no-uploads", "beta"),
        ('is:"no uploads"', "beta"),
        ("-is:new lang:ar", ""),
        ("epsilon", "epsilon"),
        ("nothing-like-this", ""),
        ("lang:", "epsilon alpha delta beta zeta gamma"),
        ('- # "" -"" \'', ""),
        ('- # ""', "epsilon alpha delta beta zeta gamma"),
    ],
)
def test_queries(found, query, tokens):
    assert sorted(found(query).split()) == sorted(tokens.split())


def test_the_order_of_the_page_stays(found):
    assert found("") == found("lang:")
    assert found("").split() == [item.room.token for item in sorted(ROOMS, key=lambda i: i.room.name.casefold())][1:]


def test_counts_and_the_way_back(visit, rooms):
    visitor = visit(rooms)
    page = visitor.page
    assert page.inner_text("#count") == "6 Communities"
    assert page.is_hidden("#clear")
    visitor.seek("open")
    assert page.inner_text("#count") == "3 of 6 Communities"
    assert page.inner_text("#status") == "3 of 6 Communities"
    visitor.seek("adults")
    assert page.inner_text("#nothing-text") == "No Community matches “adults”."
    page.click("#nsfw-matches")
    assert visitor.names() == ["Adults"]
    assert page.inner_text("#count") == "1 of 7 Communities"
    visitor.seek("<b>x")
    assert page.inner_text("#nothing-text") == "No Community matches “<b>x”."
    page.click("#way-back")
    assert len(visitor.names()) == 7
    assert visitor.focused == "filter"
    visitor.seek("open")
    page.click("#clear")
    assert page.input_value("#filter") == ""


def test_chips_write_into_the_field(visit, rooms):
    visitor = visit(rooms)
    page = visitor.page
    page.click("#filters summary")
    titles = page.locator("#chips h2").all_inner_texts()
    assert titles == ["Standing", "Languages", "Tags", "Servers"]
    page.click("#chips button:has-text('German')")
    page.click("#chips button:has-text('Polish')")
    assert page.input_value("#filter") == "lang:de lang:pl"
    assert sorted(visitor.names()) == ["Straße", "Łódź"]
    assert page.get_attribute("#chips button:has-text('German')", "aria-pressed") == "true"
    page.click("#chips button:has-text('German')")
    page.click("#chips button:has(bdi:text-is('art'))")
    assert page.input_value("#filter") == "lang:pl #art"
    page.click("#clear")
    page.click("#chips button:has-text('no uploads')")
    assert (page.input_value("#filter"), visitor.names()) == ("is:no-uploads", ["Straße"])
    assert visitor.hash == "#q=is%3Ano-uploads"


def test_a_tag_in_the_list_is_a_filter(visit, rooms):
    visitor = visit(rooms)
    visitor.page.click("tbody .user-tags .tag:has-text('crypto')")
    assert (visitor.page.input_value("#filter"), visitor.names()) == ("#crypto", ["Straße"])


def test_many_tags_are_folded(visit, tmp_path):
    many = [CommunityItem(NORTH, Room(f"t{n}", f"T{n}"), "", [Tag(f"tag-{n:02}")]) for n in range(30)]
    visitor = visit(pages.write(many, tmp_path))
    visitor.page.click("#filters summary")
    visitor.page.click("#chips button:has-text('6 more')")
    assert visitor.page.locator("#chips .chip").count() == 30 + 1
    assert "tag-24" in visitor.focused
    visitor.page.keyboard.press("Enter")
    assert visitor.names() == ["T24"]


def test_sorting(visit, tmp_path):
    items = [
        CommunityItem(
            server,
            Room(token, name, active_users=users, active_users_cutoff=WEEK, created=created, read=read),
            language=language,
            pinned=pinned,
        )
        for token, name, users, created, language, server, read, pinned in [
            ("a", "beta 10", 5, 1_700_000_000, "de", SOUTH, True, False),
            ("b", "Beta 9", 5, 1_600_000_000, "cs", NORTH, True, False),
            ("c", "alpha", None, None, None, NORTH, True, False),
            ("d", "closed", 900, 1_500_000_000, "fr", SOUTH, False, False),
            ("e", "Zulu", 1, 1_750_000_000, "en", NORTH, True, True),
        ]
    ]  # fmt: skip
    visitor = visit(pages.write(items, tmp_path))
    page = visitor.page

    def order():
        return page.eval_on_selector_all("tbody tr", "rows => rows.map(row => row.id[0]).join('')")

    def click(column):
        page.click(f"th[data-sort={column}] button")
        return order(), page.get_attribute(f"th[data-sort={column}]", "aria-sort"), visitor.hash

    assert order() == "eabcd"
    assert click("visitors") == ("eabdc", "ascending", "#sort=visitors")
    assert click("visitors") == ("eabcd", "descending", "")
    assert click("name") == ("ecbad", "ascending", "#sort=name")
    assert click("name") == ("edabc", "descending", "#sort=name-")
    assert click("age") == ("eabdc", "ascending", "#sort=age")
    assert click("age") == ("edbac", "descending", "#sort=age-")
    assert click("language") == ("ebdac", "ascending", "#sort=language")
    assert click("server") == ("eadbc", "ascending", "#sort=server")
    page.go_back()
    assert order() == "ebdac"
    assert page.locator("th[aria-sort]").count() == 1
