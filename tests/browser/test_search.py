"""What people type into the search field, and what they get."""

import re

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
        return " ".join(visitor.page.eval_on_selector_all("#communities > li", identifiers))

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
    assert {*found("").split()} == {item.room.token for item in ROOMS} - {"eta"}


def test_counts_and_the_way_back(visit, rooms):
    visitor = visit(rooms)
    page = visitor.page
    assert page.get_attribute("#filter", "placeholder") == "Search 7 Communities"
    assert page.is_hidden("#clear")
    visitor.seek("open")
    assert page.inner_text("#count") == "3 Communities"
    assert page.inner_text("#status") == "3 Communities"
    visitor.seek("adults")
    assert page.inner_text("#nothing-text") == "No Community matches “adults”."
    assert page.inner_text("#nsfw-matches") == "Show adult rooms too (+1)"
    page.click("#nsfw-matches")
    assert visitor.names() == ["Adults"]
    assert page.inner_text("#count") == "1 Community"
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
    page.click("#all-filters")
    titles = page.locator("#filters h2").all_inner_texts()
    assert titles == ["Standing", "Languages", "Tags", "Servers"]
    page.click("#filters button:has-text('German')")
    page.click("#filters button:has-text('Polish')")
    assert page.input_value("#filter") == "lang:de lang:pl"
    assert sorted(visitor.names()) == ["Straße", "Łódź"]
    assert page.get_attribute("#filters button:has-text('German')", "aria-pressed") == "true"
    page.click("#filters button:has-text('German')")
    page.click("#filters button:has(bdi:text-is('art'))")
    assert page.input_value("#filter") == "lang:pl #art"
    page.click("#clear")
    page.click("#filters button:has-text('no uploads')")
    assert (page.input_value("#filter"), visitor.names()) == ("is:no-uploads", ["Straße"])
    assert visitor.hash == "#q=is%3Ano-uploads"


def test_chips_in_view_are_pressed_and_let_go(visit, rooms):
    visitor = visit(rooms)
    german = visitor.page.locator(".chips a:has-text('German')")
    german.click()
    assert (visitor.page.input_value("#filter"), visitor.names()) == ("lang:de", ["Straße"])
    assert german.get_attribute("aria-current") == "true"
    german.click()
    assert (visitor.page.input_value("#filter"), german.get_attribute("aria-current")) == ("", "false")


def test_the_button_for_filters_stays_where_it_is(visit, rooms):
    page = visit(rooms).page
    before = page.locator("#all-filters").bounding_box()
    page.click("#all-filters")
    assert page.locator("#filters").is_visible()
    assert page.locator("#all-filters").bounding_box() == before
    page.click("#all-filters")
    assert page.locator("#filters").is_hidden()


def test_counts_are_of_what_is_shown(visit, tmp_path):
    about = {"language": "de", "topics": ("linux",)}
    linux = [room(f"l{n}", f"L{n}", server=server, **about) for n, server in enumerate((NORTH, SOUTH))]
    adult = room("adult", "Adult", nsfw_reason="curator", **about)
    visitor = visit(pages.write([*linux, adult, room("other", "Other", language="fr")], tmp_path))
    page = visitor.page
    chip = page.locator(".chips a:has-text('linux') small")
    assert chip.inner_text() == "2"
    page.fill("#filter", "topic:linux")
    assert page.inner_text("#count") == "2 Communities +1 adult, hidden"
    page.check("#nsfw")
    assert (page.inner_text("#count"), chip.inner_text()) == ("3 Communities", "3")
    page.click("#clear")
    assert page.locator("#tally").is_hidden()


def test_nobody_makes_a_chip_alone(visit, tmp_path):
    many = [room(f"spam-{n}", f"Spam {n}", "", ["buy-here"]) for n in range(20)]
    visitor = visit(pages.write([*many, room("x", "X", "", ["quiet-topic"], server=SOUTH)], tmp_path))
    assert visitor.page.locator(".chips [data-field]:has-text('buy-here')").count() == 0
    visitor.page.click("#all-filters")
    assert visitor.page.locator("#filters button:has-text('buy-here')").count() == 1


def test_many_tags_are_folded(visit, tmp_path):
    many = [CommunityItem(NORTH, Room(f"t{n}", f"T{n}"), "", [Tag(f"tag-{n:02}")]) for n in range(30)]
    visitor = visit(pages.write(many, tmp_path))
    visitor.page.click("#all-filters")
    visitor.page.click("#filters button:has-text('6 more')")
    assert visitor.page.locator("#filters .chip").count() == 30 + 1
    assert "tag-24" in visitor.focused
    visitor.page.keyboard.press("Enter")
    assert visitor.names() == ["T24"]


@pytest.mark.parametrize(
    ("query", "names", "told"),
    [
        ("crytpo", ["Straße"], "Nothing has “crytpo”. This is what comes near. 1 Community"),
        ("convrsas", ["Brasil"], "Nothing has “convrsas”. This is what comes near. 1 Community"),
        ("privcy softwre", ["Café Linux"], "Nothing has “privcy softwre”. This is what comes near. 1 Community"),
        (
            "conversas crypto",
            ["Brasil", "Straße"],
            "Nothing has all of “conversas crypto”. These have some of it. 2 Communities",
        ),
        ("art xqzw -lang:pl", ["Brasil"], "Nothing has all of “art xqzw -lang:pl”. These have some of it. 1 Community"),
        ("xqzw", [], "0 Communities"),
        ("lang:de conversas", [], "0 Communities"),
    ],
)
def test_slips_are_forgiven_and_some_words_are_better_than_none(visit, rooms, query, names, told):
    visitor = visit(rooms)
    assert sorted(visitor.seek(query)) == names
    assert visitor.page.inner_text("#count") == told
    assert visitor.page.locator("#nothing").is_visible() == (not names)


def test_enter_opens_the_first_and_arrows_walk(visit, rooms):
    visitor = visit(rooms)
    page = visitor.page
    page.fill("#filter", "source")
    first, second, third = visitor.names()
    page.keyboard.press("Enter")
    assert page.inner_text("dialog[open] h2") == first
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.focus("#filter")
    for expected in (first, second, third, third):
        page.keyboard.press("ArrowDown")
        assert visitor.focused == expected
    for expected in (second, first, "filter"):
        page.keyboard.press("ArrowUp")
        assert visitor.focused == expected


ORDERS = {
    "Most visitors": ("visitors-", "d(ab|ba)ec"),
    "Newest": ("created-", "eabdc"),
    "By name": ("name", "cbade"),
    "By server": ("server", "(ad|da)[bce]{3}"),
}
"""Where a pattern leaves a choice, the recommended order of the day decides."""


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
        return page.eval_on_selector_all("#communities > li", "rows => rows.map(row => row.id[0]).join('')")

    recommended = order()
    # Pinned ones lead here alone; of the others those that nobody can read come last.
    assert (recommended[0], recommended[-1]) == ("e", "d")
    for label, (value, pattern) in ORDERS.items():
        page.select_option("#order", label=label)
        assert visitor.hash == f"#sort={value}"
        assert re.fullmatch(pattern, order()), label
    page.select_option("#order", label="Recommended")
    assert (order(), visitor.hash) == (recommended, "")
    page.go_back()
    assert page.input_value("#order") == "server"
