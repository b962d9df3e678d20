from __future__ import annotations

import html
import json
from dataclasses import replace
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.model import Address, JoinLink
from sessioncrawler.protocol.joinlinks import find_join_links, parse_join_link

KEY = "a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238"
OTHER_KEY = "118df8c6c471ac0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855640dad821"
LINK = JoinLink(Address("http", "chat.example", 80), "Room_1-x", KEY)
URL = f"http://chat.example/Room_1-x?public_key={KEY}"

labels = st.from_regex(r"[a-z]([a-z0-9_-]{0,10}[a-z0-9])?", fullmatch=True).filter(lambda text: "xn--" not in text)
hosts = st.one_of(
    st.lists(labels, min_size=1, max_size=4).map(".".join),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).filter(lambda ip: not ip.ipv4_mapped and not ip.scope_id).map(str),
)
schemes = st.sampled_from(["http", "https"])
links = st.builds(
    JoinLink,
    st.builds(Address, schemes, hosts, st.integers(1, 65535)),
    st.from_regex(r"[0-9A-Za-z_-]{1,64}", fullmatch=True),
    st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)
parameters = st.lists(
    st.sampled_from(
        ["a=b", "x", "ref=https%3A%2F%2Fb.example", "copy=1", "amp", "key=00", "", "via=http://c.example/"]
    ),
    max_size=2,
    unique=True,
)


@st.composite
def decorated(draw):
    """A join link and one of the ways in which people write it."""
    link = draw(links)
    address = link.address
    host = f"[{address.host}]" if ":" in address.host else address.host
    if draw(st.booleans()):
        host = host.upper()
    is_default = {"http": 80, "https": 443}[address.scheme] == address.port
    port = "" if is_default and draw(st.booleans()) else f":{address.port}"
    scheme = draw(st.sampled_from([address.scheme, address.scheme.upper(), address.scheme.title()]))
    key = draw(st.sampled_from([link.public_key, link.public_key.upper()]))
    query = "&".join([*draw(parameters), f"public_key={key}", *draw(parameters)])
    middle, slash = draw(st.sampled_from(["", "r/"])), draw(st.sampled_from(["", "/"]))
    return link, f"{scheme}://{host}{port}/{middle}{link.token}{slash}?{query}"


def markdown_escaped(url):
    return url.replace("_", "\\_").replace("-", "\\-")


wrappings = st.sampled_from(
    [
        str,
        html.escape,
        lambda url: url.replace("&", "&#38;"),
        lambda url: url.replace("&", "&#x26;"),
        json.dumps,
        lambda url: json.dumps(url).replace("/", "\\/"),
        lambda url: json.dumps(url).replace("&", "\\u0026"),
        lambda url: html.escape(json.dumps({"url": url})),
        lambda url: json.dumps({"page": f'<a href="{html.escape(url)}">'}).replace("/", "\\/"),
        markdown_escaped,
        lambda url: f"[join]({url})",
        lambda url: f"**{url}**",
        lambda url: f"<{url}>",
        lambda url: f"加入{url}。",
        lambda url: f"({url}), see above.",
    ]
)


class TestFind:
    @given(decorated(), wrappings)
    def test_every_decoration_comes_back_as_the_link(self, case, wrap):
        link, url = case
        assert link in find_join_links(wrap(url))

    @given(links, st.integers(1, 2))
    def test_share_links_are_undone(self, link, layers):
        shared = f"{link.url}&lang=de"
        for _ in range(layers):
            shared = quote(shared, safe="")
        assert find_join_links(f"https://share.example/go?url={shared}&text=hello") == [link]

    @given(st.text())
    def test_no_text_makes_it_fail(self, text):
        found = find_join_links(text)
        assert found == sorted(set(found))

    @given(st.lists(st.one_of(st.text(max_size=5), decorated().map(lambda case: case[1]), st.just(URL)), max_size=8))
    def test_what_is_found_is_sorted_unique_and_canonical(self, pieces):
        found = find_join_links("".join(pieces))
        assert found == sorted(set(found))
        assert [parse_join_link(link.url) for link in found] == found

    @given(
        st.lists(st.sampled_from([*"htps:/[]@.%&?#=_;\\u0026aAr1x ", "public_key=", KEY, "http://", "&amp;", "%3F"]))
    )
    def test_texts_that_resemble_links_give_canonical_links(self, pieces):
        found = find_join_links("http://a/b?" + "".join(pieces))
        assert [parse_join_link(link.url) for link in found] == found

    @pytest.mark.parametrize(
        "text",
        [
            URL,
            f"{URL}{URL}",
            f"{URL}\n{URL.upper().replace('PUBLIC_KEY', 'public_key').replace('ROOM_1-X', 'Room_1-x')}",
            f"http://chat.example:80/Room_1-x/?public_key={KEY}#top",
            f"http://chat.example/r/Room_1-x/?public_key={KEY}",
            f"http://CHAT.example./Room_1-x?public_key={KEY}",
            f"http://chat.example/Room_1-x?a=1&public_key={KEY}&b=2&public_key={KEY.upper()}",
            f"http://chat.example/Room_1-x?via=http://my.example/&public_key={KEY}",
            f"http://chat.example/Room_1-x?a=http://a.example/&b=http%3A%2F%2Fb.example&c=https://c/&public_key={KEY}",
            f"http%3A%2F%2Fchat.example%2FRoom_1-x%3Fa%3D1%26public_key%3D{KEY}",
            f"http://chat.example/Room_1-x%3Fpublic%5Fkey%3D{KEY}%0A",
            f"http&#58;&#47;&#47;chat.example/Room_1-x?public_key={KEY}",
            f"http\\u003a\\u002f\\u002fchat.example/Room_1-x?public_key={KEY}",
            f'"http:\\/\\/chat.example\\/Room_1-x?a=1\\u0026public_key={KEY}\\n"',
            f"_{URL}_",
            f"x{URL}",
            f"http://chat%2Eexample/Room_1-x?public_key={KEY}",
            f"http://user@chat.example/other?public_key={KEY} {URL}",
            URL + "&x=" + "y" * 5000,
        ],
    )
    def test_finds_the_link(self, text):
        assert find_join_links(text) == [LINK]

    def test_a_host_may_end_in_the_name_of_a_scheme(self):
        link = JoinLink(Address("http", "my-http", 8080), "t", KEY)
        assert find_join_links(link.url) == [link]

    @pytest.mark.parametrize(
        "text",
        [
            URL.replace("public_key", "publickey"),
            URL.replace("public_key", "Public_Key"),
            "http://chat.example/t?public_key=64hex",
            f"http://chat.example/t?public_key={KEY[:15]}",
            f"http://chat.example/?public_key={KEY}",
            f"http://chat.example/a/b?public_key={KEY}",
            f"http://chat.example/{'t' * 65}?public_key={KEY}",
            f"http://chat.example/röm?public_key={KEY}",
            f"http://user@chat.example/t?public_key={KEY}",
            f"http://user:pass@chat.example/t?public_key={KEY}",
            f"http://user%40chat.example/t?public_key={KEY}",
            f"http://[fe80::1%25eth0]/t?public_key={KEY}",
            f"http://chat.example\\@evil.example/t?public_key={KEY}",
            f"http:\\/\\/user@chat.example\\/t?public_key={KEY}",
            f"ftp://chat.example/t?public_key={KEY}",
            f"httpſ://chat.example/t?public_key={KEY}",
            f"http:///t?public_key={KEY}",
            f"http://chat.example/t#?public_key={KEY}",
            f"http://chat.example/t?a b&public_key={KEY}",
            "http://chat.example/t?public_key=" + "0" * 3000,
            # A window that ends within a run of digits must not make a key of what it shows.
            "http://chat.example/t?" + "a" * (2048 - 22 - 12 - 64) + "&public_key=" + "0" * 65,
            quote(quote(quote(URL, safe=""), safe=""), safe=""),
        ],
    )
    def test_finds_nothing(self, text):
        assert find_join_links(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            URL[:-1],
            URL + "0",
            URL + "g",
            URL + "SX",
            URL + "%30",
            URL + "&#48;",
            URL + "\\u0030",
            URL[:-48],
            f"{URL}&public_key={OTHER_KEY}",
            f"{URL}&public_key=",
            f"http://chat.example/Room_1-x?public_key={KEY[:22]}/a?public_key={KEY}",
            f"chat.example/Room_1-x?public_key={KEY[:-1]}",
        ],
    )
    def test_a_key_with_a_mistake_leaves_address_and_room(self, text):
        (link,) = find_join_links(text)
        assert link == replace(LINK, public_key="")
        assert parse_join_link(link.url) == link

    def test_a_link_that_swallowed_its_neighbour_leaves_the_neighbour(self):
        garbled = JoinLink(Address("http", "192.0.2.1", 80), "a", "")
        assert find_join_links(f"http://192.0.2.1/a?public_key={KEY[:22]}{URL}") == [garbled, LINK]

    @pytest.mark.parametrize("before", ["", "see ", "加入：", "(", "*", "\n", '"', ",", "«"])
    @pytest.mark.parametrize("middle", ["", "r/"])
    def test_a_link_may_begin_with_its_host(self, before, middle):
        assert find_join_links(f"{before}chat.example/{middle}Room_1-x?public_key={KEY}, or so") == [LINK]

    @pytest.mark.parametrize(
        "before",
        [
            "ftp://",
            "session://",
            "file:",
            "u@",
            "http://a.example/",
            "go?url=",
            "x_",
            "%2F",
            "加",
            "ü",
            "\u0308",
            "\u200f",
        ],
    )
    def test_what_is_a_part_of_something_else_begins_no_link(self, before):
        assert find_join_links(f"{before}chat.example/Room_1-x?public_key={KEY}") == []

    def test_links_are_sorted(self):
        urls = [f"http://{host}/{token}?public_key={KEY}" for host in ("b.example", "a.example") for token in "ba"]
        assert [link.url for link in find_join_links(" ".join(urls))] == sorted(urls)

    @pytest.mark.parametrize(
        "piece",
        [
            "https://",
            "http://a/",
            "http://a/b?public_key=abcdef",
            "&a=b",
            "[",
            "http://a/b?x=",
            f"http://a/b?public_key={KEY[1:]}%",
            "http://a/b?public_key=" + "&amp;" * 20,
            "http://a/b?public_key=" + "%25" * 30,
            "http://a/b?public_key=" + "\\\\" * 30,
            "?public_key=",
            "a.example/b?public_key=",
            "a.b/?public_key=",
            "/a" * 200 + "?public_key=",
        ],
    )
    def test_hostile_texts_cost_little(self, piece):
        text = piece * (2_000_000 // len(piece))
        start = process_time()
        assert not [link for link in find_join_links(text) if link.public_key]
        assert process_time() - start < 5


class TestParse:
    @given(decorated())
    def test_a_link_alone_is_parsed_as_it_is_found(self, case):
        link, url = case
        assert parse_join_link(url) == link
        assert parse_join_link(f"\n {html.escape(url)} ") == link

    @given(links)
    def test_the_canonical_form_comes_back_unchanged(self, link):
        assert parse_join_link(link.url) == link

    @pytest.mark.parametrize("url", [URL, f"  {URL}\n", f"{URL}#a", URL.replace("/", "\\/"), quote(URL, safe="")])
    def test_accepts(self, url):
        assert parse_join_link(url) == LINK

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "http://chat.example",
            "chat.example",
            f"user@chat.example/t?public_key={KEY}",
            f"localhost/t?public_key={KEY}",
            f"{URL} {URL}",
            f"x{URL}",
            f"{URL}#a b",
            f"{URL}&x={'y' * 2048}",
        ],
    )
    def test_refuses_what_is_not_one_link(self, url):
        assert parse_join_link(url) is None
