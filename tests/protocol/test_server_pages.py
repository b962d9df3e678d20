from __future__ import annotations

import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Address, Room
from sessioncrawler.protocol.limits import ServerLimits
from sessioncrawler.protocol.rooms import NotRoomsError, parse_rooms
from sessioncrawler.protocol.server_pages import HomePage, parse_home_page, parse_legacy_rooms, parse_preview_page

SOGS = Path(__file__).parents[3] / "shared/realworld/sogs"
needs_recordings = pytest.mark.skipif(not SOGS.is_dir(), reason="the recorded answers are not beside the checkout")

BASE = Address("http", "chat.example", 8080)
KEY = "a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238"
OTHER_KEY = "118df8c6c471ac0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855640dad821"
PYSOGS_KEY = "2d7b4a5afe37d5934d22f0ffe2520285628b3111ddae948f80c243d37aa2a73f"
LEGACY_KEY = "e18283a6245fb016b4199478fc7cf509c0b51258a2bec87373ad74c6f5985024"

markup = st.lists(
    st.sampled_from(
        [
            "<a href='/r/t'>",
            "<a href='http://[x/view/room/t'>",
            "</a>",
            "<pre>",
            "</pre>",
            f"/t?public_key={KEY}",
            "<",
            "&",
            "x",
        ]
    )
    | st.text(max_size=5),
    max_size=12,
).map("".join)


def home(page):
    return parse_home_page(page.encode(), BASE, ServerLimits(rooms=1_000, name=500))


def preview(page, token="room"):
    return parse_preview_page(page.encode(), token)


def pre(key=KEY, base="http://chat.example", token="room"):
    return f"<pre>{base}/{token}?public_key={key}</pre>"


class TestHomePage:
    @pytest.mark.parametrize(
        "href",
        [
            "/r/room",
            "/r/room/",
            "r/room",
            "/r/room?x=1#y",
            " /r/room\n",
            "http://chat.example:8080/r/room",
            "https://CHAT.example/r/room/",
            "//chat.example/r/room",
        ],
    )
    def test_links_of_a_modern_server(self, href):
        assert home(f'<li><a href="{href}">The &lt;b&gt; Room</a>') == HomePage(
            (Room("room", "The <b> Room"),), legacy=False
        )

    @pytest.mark.parametrize(
        "href", ["/view/room/room", "http://example.net/view/room/room", "https://x.example/sogs/view/room/room/"]
    )
    def test_links_of_a_legacy_server(self, href):
        assert home(f'<a href="{href}">Room</a>') == HomePage((Room("room", "Room"),), legacy=True)

    @pytest.mark.parametrize(
        "href",
        [
            "",
            "#",
            "/r/",
            "/r/a b",
            "/r/a/b",
            "/x/r/a",
            "/R/a",
            "https://other.example/r/privacy",
            "http://[bad/r/a",
            "javascript:/r/a",
            "mailto:a@chat.example",
            f"/r/{'t' * 65}",
            "/r/a?" + "x" * 2048,
            "/view/rooms/a",
        ],
    )
    def test_other_links_are_no_rooms(self, href):
        assert home(f'<a href="{href}">x</a>') == HomePage((), legacy=False)

    def test_rooms_are_unique_and_sorted(self):
        page = '<a href="/r/b">1</a><a href="/r/a">2</a><a href="/r/b/">3</a><a href="/r/b">4</a><a href="/r/B">5</a>'
        assert home(page).rooms == (Room("B", "5"), Room("a", "2"), Room("b", "1"))

    def test_a_modern_server_may_mention_legacy_links(self):
        assert home('<a href="/view/room/old">1</a><a href="/r/new">2</a>') == HomePage(
            (Room("new", "2"),), legacy=False
        )

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (" A <b>b</b> &amp; c\n", "A b & c"),
            ("", "room"),
            ("<img>", "room"),
            ("\x00\x1b", "room"),
            ("x" * 600, "x" * 500),
            ("café ☕", "café ☕"),
        ],
    )
    def test_names_are_text(self, content, name):
        assert home(f'<a href="/r/room">{content}</a>').rooms == (Room("room", name),)

    def test_broken_pages_give_what_they_have(self):
        page = '</ul><a>none</a><a href>none</a><a href="/r/a">A<a href="/r/b">B<!-- <a href="/r/c">C</a> --><table>'
        page += "<a href=/r/d>D"
        assert home(page).rooms == (Room("a", "A"), Room("b", "B"), Room("d", "D"))

    def test_bytes_of_any_encoding(self):
        body = b'<meta charset="utf-16"><a href="/r/a">caf\xe9\x00</a>'
        assert parse_home_page(body, BASE).rooms == (Room("a", "caf�"),)

    def test_entities_of_a_document_are_not_expanded(self):
        page = '<!DOCTYPE a [<!ENTITY x "yyy"><!ENTITY z SYSTEM "file:///etc/passwd">]><a href="/r/a">&x;&z;</a>'
        assert home(page).rooms == (Room("a", "&x;&z;"),)

    def test_rooms_are_bounded(self):
        page = "".join(f'<a href="/r/t{place:05}">x</a>' for place in range(1_050))
        tokens = [room.token for room in home(page).rooms]
        assert tokens == [f"t{place:05}" for place in range(1_000)]
        assert home(page).over_limit == 50

    def test_links_are_bounded(self):
        page = "".join(f'<a href="/{place}">x</a>' for place in range(20_000)) + '<a href="/r/late">x</a>'
        assert home(page).rooms == ()

    @pytest.mark.parametrize("body", [b"", b" ", b"\x00", b"<", b"\xff\xfe", b"{}"])
    def test_nothing_gives_no_rooms(self, body):
        assert parse_home_page(body, BASE) == HomePage((), legacy=False)

    @given(markup)
    def test_no_page_makes_it_fail(self, page):
        tokens = [room.token for room in home(page).rooms]
        assert tokens == sorted(set(tokens))
        assert preview(page, "t") in (None, KEY)

    @given(st.binary())
    def test_no_bytes_make_it_fail(self, body):
        assert parse_home_page(body, BASE).rooms == ()
        assert parse_preview_page(body, "t") is None

    @pytest.mark.parametrize(
        "piece", ["<div>", "<a href=/r/x>", "<pre>", "<a ", "<!--", "&amp;", "<a href='/r/t?", "/r/t?public_key="]
    )
    def test_hostile_pages_cost_little(self, piece):
        body = (piece * (1_000_000 // len(piece))).encode()
        start = process_time()
        assert len(parse_home_page(body, BASE).rooms) <= 1
        assert parse_preview_page(body, "x") is None
        assert process_time() - start < 5

    def test_deeply_nested_pages_are_read_to_the_end(self):
        page = "<div>" * 100_000 + '<a href="/r/a">A</a>' + pre()
        assert home(page).rooms == (Room("a", "A"),)
        assert preview(page) == KEY


class TestPreviewPage:
    @pytest.mark.parametrize(
        "page",
        [
            pre(),
            pre(key=KEY.upper()),
            pre(base="https://other.example:81/path"),
            pre(base="http://[::1]"),
            pre(token="ROOM"),
            pre().replace("http", "\n  <b>http"),
            pre() + pre(base="https://b.example"),
            pre() + pre(key=OTHER_KEY, token="other"),
            pre() + f"<p>http://a/room?public_key={OTHER_KEY}</p>",
            f"<pre>http://a/room?public_key={KEY}<pre>&amp;x",
        ],
    )
    def test_the_key_of_the_room(self, page):
        assert preview(page) == KEY

    @pytest.mark.parametrize(
        "page",
        [
            "",
            f"http://a/room?public_key={KEY}",
            pre().replace("pre", "code"),
            f"<!-- {pre()} -->",
            f"<script>{pre()}</script>",
            pre(token="other"),
            pre(token="xroom"),
            pre(key=KEY[1:]),
            pre(key=KEY + "0"),
            pre() + pre(key=OTHER_KEY),
            f"<pre>http://a/room?public_key=</pre><pre>{KEY}</pre>",
        ],
    )
    def test_no_key_or_none_to_believe(self, page):
        assert preview(page) is None


class TestLegacyRooms:
    def test_reads_tokens_and_names(self):
        entries = [{"id": "b", "name": "B\x00"}, {"id": "a"}, {"id": "c", "name": 5}, {"id": "b", "name": "x"}]
        body = json.dumps({"rooms": [*entries, {"id": "no room"}, {"name": "x"}, 7]}).encode()
        assert parse_legacy_rooms(body).rooms == (Room("a", "a"), Room("b", "B"), Room("c", "c"))

    @pytest.mark.parametrize("name", ["", " ", "\x01", "\x01 \x01", "\x00\n\t\x7f"])
    def test_a_name_of_nothing_is_the_token(self, name):
        body = json.dumps({"rooms": [{"id": "a", "name": name}, {"id": "b", "name": f"{name} B"}]}).encode()
        assert parse_legacy_rooms(body).rooms == (Room("a", "a"), Room("b", "B"))

    @pytest.mark.parametrize("body", [b"[]", b"{}", b'{"rooms": {}}', b'{"status_code": 404}', b"1"])
    def test_refuses_other_json(self, body):
        with pytest.raises(NotRoomsError, match=r"^the answer is JSON without a list of rooms$"):
            parse_legacy_rooms(body)

    def test_refuses_what_is_not_json(self):
        with pytest.raises(NotRoomsError, match="not JSON"):
            parse_legacy_rooms(b"<html>")


@needs_recordings
class TestRecordedPages:
    @pytest.mark.parametrize("server", ["pysogs", "pysogs_norecent"])
    def test_the_home_page_lists_the_rooms_of_the_json(self, server):
        (listing,) = (SOGS / server).glob("*_GET_rooms_all_1.json")
        page = parse_home_page((SOGS / server / "000_GET_root.html").read_bytes(), BASE)
        tokens = [room.token for room in parse_rooms(listing.read_bytes()).rooms]
        # pysogs writes the tokens as names there.
        assert page == HomePage(tuple(Room(token, token) for token in tokens), legacy=False)

    @pytest.mark.parametrize("server", ["pysogs_empty", "pysogs_noindex"])
    def test_a_home_page_may_list_nothing(self, server):
        page = parse_home_page((SOGS / server / "000_GET_root.html").read_bytes(), BASE)
        assert page == HomePage((), legacy=False)

    def test_the_home_page_of_a_legacy_server(self):
        page = parse_home_page((SOGS / "pysogs_v0.2.0/000_GET_root.html").read_bytes(), BASE)
        assert page == HomePage((Room("crypto", "crypto"), Room("main", "main")), legacy=True)

    @pytest.mark.parametrize(
        ("server", "folder", "key", "shown"),
        [
            ("pysogs", "/r/", PYSOGS_KEY, 13),
            ("pysogs_noindex", "/r/", PYSOGS_KEY, 1),
            ("pysogs_norecent", "/r/", PYSOGS_KEY, 1),
            ("pysogs_empty", "/r/", None, 0),
            ("bunsogs", "/r/", None, 0),
            ("pysogs_v0.2.0", "/view/room/", LEGACY_KEY, 3),
        ],
    )
    def test_the_keys_of_all_preview_pages(self, server, folder, key, shown):
        pages = 0
        for answer in json.loads((SOGS / server / "index.json").read_text("utf-8"))["responses"]:
            path, name = answer["path"].partition("?")[0], answer["body_file"]
            if not path.startswith(folder) or not (name or "").endswith(".html"):
                continue
            token = path.removeprefix(folder).partition("/")[0]
            found = parse_preview_page((SOGS / server / name).read_bytes(), token)
            assert found == (key if answer["status"] == 200 else None)
            pages += found is not None
        assert pages == shown

    def test_the_legacy_rooms(self):
        rooms = parse_legacy_rooms((SOGS / "pysogs_v0.2.0/018_GET_legacy_rooms.json").read_bytes()).rooms
        assert rooms == (Room("crypto", "Crypto & Co"), Room("main", "Main"))
        modern = parse_rooms((SOGS / "pysogs/004_GET_rooms.json").read_bytes()).rooms
        rooms = parse_legacy_rooms((SOGS / "pysogs/104_GET_legacy_rooms.json").read_bytes()).rooms
        assert rooms == tuple(Room(room.token, room.name) for room in modern)
