"""One parser of hosts and addresses: what it reads, and that whoever reads one is of the same opinion."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessioncrawler.addresses import canonical_host, is_web_url, parse_address, parse_bare_address, parse_host_and_port
from sessioncrawler.editorial.config import DirectoryError, parse_directory
from sessioncrawler.editorial.match import Pattern, PatternKind
from sessioncrawler.explain.subject import Question
from sessioncrawler.model import Address
from sessioncrawler.protocol.joinlinks import find_join_links, parse_join_link

KEY = "118df8c6c471ed0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855ff0d0a04c"
SITE = '[site]\nname = "Rooms"\nurl = "https://rooms.test/"\ncontact = "a@rooms.test"\n'

# What is written behind "http://", and the host and port that it means; 0 is the port of the scheme.
PLACES = [
    ("chat.example", "chat.example", 0),
    ("Chat.EXAMPLE", "chat.example", 0),
    ("chat.example.", "chat.example", 0),
    ("localhost:8080", "localhost", 8080),
    ("chat.example.:8080", "chat.example", 8080),
    ("a", "a", 0),
    ("a:080", "a", 80),
    ("a:00443", "a", 443),
    ("a:1", "a", 1),
    ("a:65535", "a", 65535),
    ("my_server.example", "my_server.example", 0),
    ("_a_.example", "_a_.example", 0),
    ("ab--cd.example", "ab--cd.example", 0),
    ("1a.2b", "1a.2b", 0),
    ("x" * 63 + ".example", "x" * 63 + ".example", 0),
    # other scripts
    ("Müller.example", "xn--mller-kva.example", 0),
    ("XN--MLLER-KVA.example", "xn--mller-kva.example", 0),
    ("mu\u0308ller.example", "xn--mller-kva.example", 0),
    ("faß.example", "xn--fa-hia.example", 0),
    ("例え。テスト。", "xn--r8jz45g.xn--zckzah", 0),
    ("my_server.müller.example", "my_server.xn--mller-kva.example", 0),
    ("ab--cd.müller.example:81", "ab--cd.xn--mller-kva.example", 81),
    ("ｅｘａｍｐｌｅ.org", "example.org", 0),
    ("exam\u00adple.org", "example.org", 0),
    # IPv4 in every spelling
    ("192.0.2.1", "192.0.2.1", 0),
    ("192.0.2.1.", "192.0.2.1", 0),
    ("192.0.2.1:8081", "192.0.2.1", 8081),
    ("2130706433", "127.0.0.1", 0),
    ("0x7f.1", "127.0.0.1", 0),
    ("0X7F.1", "127.0.0.1", 0),
    ("0177.0.0.1", "127.0.0.1", 0),
    ("127.1", "127.0.0.1", 0),
    ("127.0x1ff", "127.0.1.255", 0),
    ("0x", "0.0.0.0", 0),
    ("１２７.０.０.１", "127.0.0.1", 0),
    ("①②⑦.0.0.1", "127.0.0.1", 0),
    # IPv6
    ("[::1]", "::1", 0),
    ("[2001:DB8:0:0::1]:8080", "2001:db8::1", 8080),
    ("[::ffff:192.0.2.1]", "::ffff:c000:201", 0),
    ("[::FFFF:c000:201]:81", "::ffff:c000:201", 81),
    # percent-encoding
    ("ch%61t.example", "chat.example", 0),
    ("chat%2Eexample", "chat.example", 0),
    ("%31%32%37.0.0.1", "127.0.0.1", 0),
    ("m%C3%BCller.example", "xn--mller-kva.example", 0),
]
NO_PLACES = [
    ".",
    "..",
    "a..b",
    ".a",
    "a..",
    "a。。b",
    "-a.example",
    "a-.example",
    "a,b",
    "a*b",
    "a+b",
    "a|b",
    "a\x00b",
    "a\x7fb",
    "x" * 64 + ".example",
    "a." * 126 + "ab",
    "ü" * 280,
    # other scripts
    "xn--a.de",
    "xn--zz.example",
    "xn--.example",
    "xn--a-.example",
    "a.xn--a.müller.example",
    "ü☕.example",
    "℀.example",
    "ab\u200fcd.example",
    "\u0308a.example",
    # numbers
    "256.0.0.1",
    "1.2.3.4.5",
    "1.2.65536",
    "4294967296",
    "08.0.0.1",
    "0x7g.1",
    "a.0x7f",
    "a.1",
    "a.١",
    "1..2",
    # IPv6
    "[]",
    "[::1",
    "::1]",
    "[::1]a",
    "[::g]",
    "[192.0.2.1]",
    "[chat.example]",
    "[fe80::1%eth0]",
    "[fe80::1%25eth0]",
    "%5b::1%5d",
    # ports
    "a:",
    "a:0",
    "a:65536",
    "a:000080",
    "a:b",
    "a:-1",
    "a:80:80",
    "a:８０",
    "[::1]:0",
    # percent-encoding of what no host contains
    "a%00b",
    "a%20b",
    "a%25b",
    "a%2561",
    "a%2fb",
    "a%3a80",
    "a%3A80",
    "user%40a",
    "a%ff.example",
    "a%",
    "a%2",
]


def join_link(written: str) -> str:
    return f"http://{written}/room?public_key={KEY}"


def server_in_directory(url: str) -> Address | None:
    """Read a ``directory.toml`` that names a server."""
    servers = f'[[servers]]\nurl = {json.dumps(url, ensure_ascii=False)}\npublic_key = "{KEY}"\n'.replace(
        "\x7f", "\\u007f"
    )
    try:
        (server,) = parse_directory(SITE + servers, "d.toml").servers
    except DirectoryError:
        return None
    return server.address


def pattern(written: str) -> Pattern | None:
    try:
        return Pattern.parse(written)
    except ValueError:
        return None


def subject(written: str) -> Pattern | None:
    try:
        return Question.parse(written).pattern
    except ValueError:
        return None


@pytest.mark.parametrize(("written", "host", "port"), PLACES)
class TestEverybodyReads:
    def test_urls(self, written, host, port):
        address = Address("http", host, port or 80)
        assert parse_address(f"http://{written}") == address
        assert parse_address(f" HTTP://{written}/a b?c#d\n") == address
        assert parse_address(address.base_url) == address
        assert parse_address(f"https://{written}") == Address("https", host, port or 443)

    def test_join_links(self, written, host, port):
        link = parse_join_link(join_link(written))
        assert link
        assert link.address == Address("http", host, port or 80)
        assert find_join_links(f"Join {join_link(written)} now") == [link]

    def test_directory_toml(self, written, host, port):
        assert server_in_directory(f"http://{written}/") == Address("http", host, port or 80)
        assert is_web_url(f"http://{written}/page")

    def test_patterns(self, written, host, port):
        kind = PatternKind.HOST_PORT if ":" in written.rpartition("]")[2] else PatternKind.HOST
        assert pattern(written) == Pattern(kind, host, port=port)
        assert pattern(str(pattern(written))) == pattern(written)

    def test_what_is_to_be_explained(self, written, host, port):
        assert subject(written) == pattern(written)
        meant = Pattern(PatternKind.HOST_PORT, host, port=port or 80)
        assert subject(f"http://{written}/") == meant
        assert subject(join_link(written)) == meant

    def test_a_canonical_host_again(self, written, host, port):
        assert canonical_host(host) == host
        assert parse_host_and_port(host) == (host, None)


@pytest.mark.parametrize("written", NO_PLACES)
class TestEverybodyRefuses:
    def test_urls(self, written):
        assert parse_address(f"http://{written}") is None
        assert parse_address(f"http://{written}/room") is None

    def test_join_links(self, written):
        assert parse_join_link(join_link(written)) is None
        assert find_join_links(f"Join {join_link(written)} now") == []

    def test_directory_toml(self, written):
        assert server_in_directory(f"http://{written}/") is None
        assert not is_web_url(f"http://{written}/page")

    def test_patterns(self, written):
        assert pattern(written) is None

    def test_what_is_to_be_explained(self, written):
        assert subject(written) is None
        assert subject(f"http://{written}/") is None
        assert subject(join_link(written)) is None


@pytest.mark.parametrize(("written", "host"), [("::1", "::1"), ("2001:DB8::0:1", "2001:db8::1")])
def test_a_whole_host_needs_no_brackets(written, host):
    assert canonical_host(written) == host
    assert pattern(written) == subject(written) == Pattern(PatternKind.HOST, host)
    assert parse_address(f"http://{written}") is None


@pytest.mark.parametrize("written", ["fe80::1%eth0", "[fe80::1%eth0]", "::g", "1:2:3"])
def test_what_is_no_ipv6_address_is_no_host(written):
    assert canonical_host(written) is None
    assert pattern(written) is None


@pytest.mark.parametrize(
    "url",
    ["", "chat.example", "//chat.example", "ftp://chat.example", "http://", "http:///a", "http://user@a", "http://@a",
     "http://user:pass@a", "http://a\\@b", "http://a b", "http://?a", "http:/a", "http:a"],
)  # fmt: skip
def test_what_is_no_url_of_a_server(url):
    assert parse_address(url) is None
    assert server_in_directory(url) is None
    assert not is_web_url(url)


def test_where_the_address_ends():
    assert parse_address("http://a?x") == parse_address("http://a#x") == Address("http", "a", 80)


@pytest.mark.parametrize("rest", ["/room", "//", "?", "/?a", "#", "/#a", " ", "\n"])
def test_an_address_alone_has_nothing_behind_it(rest):
    assert parse_bare_address(f"http://a:81{rest}") is None
    assert parse_address(f"http://a:81{rest}") == Address("http", "a", 81)


@pytest.mark.parametrize("url", ["http://a/b c", "http://a/\n", " http://a/", "http://a/\u00a0"])
def test_a_web_url_has_no_white_space(url):
    assert not is_web_url(url)


@given(st.text())
@example("\ud800")
def test_no_text_makes_it_fail(text):
    for url in (text, f"http://{text}", f"http://[{text}]"):
        address = parse_address(url)
        assert address is None or parse_address(address.base_url) == address
    host = canonical_host(text)
    assert host is None or canonical_host(host) == host
    place = parse_host_and_port(text)
    assert place is None or canonical_host(place[0]) == place[0]
