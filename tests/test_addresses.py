from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.addresses import canonical_host
from sessioncrawler.model import Address
from sessioncrawler.protocol.joinlinks import parse_address


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "address"),
        [
            ("http://chat.example", Address("http", "chat.example", 80)),
            ("HTTPS://Chat.Example:443/a b?c#d", Address("https", "chat.example", 443)),
            (" http://localhost:8080/\n", Address("http", "localhost", 8080)),
            ("http://a?x", Address("http", "a", 80)),
            ("http://a#x", Address("http", "a", 80)),
            ("http://a:080/", Address("http", "a", 80)),
            ("http://a:65535", Address("http", "a", 65535)),
            ("http://my_server.example", Address("http", "my_server.example", 80)),
            ("http://Müller.example", Address("http", "xn--mller-kva.example", 80)),
            ("http://XN--MLLER-KVA.example", Address("http", "xn--mller-kva.example", 80)),
            ("http://例え。テスト。", Address("http", "xn--r8jz45g.xn--zckzah", 80)),
            ("http://2130706433", Address("http", "127.0.0.1", 80)),
            ("http://0x7f.1", Address("http", "127.0.0.1", 80)),
            ("http://0177.0.0.1", Address("http", "127.0.0.1", 80)),
            ("http://0x/", Address("http", "0.0.0.0", 80)),
            ("http://192.0.2.1.", Address("http", "192.0.2.1", 80)),
            ("http://１２７.０.０.１", Address("http", "127.0.0.1", 80)),
            ("http://127.0x1ff", Address("http", "127.0.1.255", 80)),
            ("http://[2001:DB8:0:0::1]:8080/", Address("http", "2001:db8::1", 8080)),
            ("http://[::ffff:192.0.2.1]", Address("http", "::ffff:c000:201", 80)),
            ("http://[::FFFF:c000:201]", Address("http", "::ffff:c000:201", 80)),
        ],
    )
    def test_reads(self, url, address):
        assert parse_address(url) == address
        assert parse_address(address.base_url) == address

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "chat.example",
            "//chat.example",
            "ftp://chat.example",
            "http://",
            "http://user@a",
            "http://a\\@b",
            "http://a b",
            "http://a:0",
            "http://a:65536",
            "http://a:",
            "http://a:b",
            "http://a:80:80",
            "http://.",
            "http://a..b",
            "http://.a",
            "http://-a.example",
            "http://a-.example",
            "http://a%2eb",
            "http://a,b",
            "http://a*b",
            "http://ü☕.example",
            "http://xn--zz.example",
            "http://℀.example",
            f"http://{'a' * 64}.example",
            "http://" + "a." * 126 + "ab",
            "http://" + "ü" * 280,
            "http://256.0.0.1",
            "http://1.2.3.4.5",
            "http://1.2.65536",
            "http://4294967296",
            "http://08.0.0.1",
            "http://a.0x7g.1",
            "http://1..2",
            "http://[::1",
            "http://[::1]a",
            "http://[::g]",
            "http://[fe80::1%eth0]",
            "http://[]",
            "http://::1",
        ],
    )
    def test_refuses(self, url):
        assert parse_address(url) is None

    def test_an_ipv6_zone_names_no_host(self):
        assert canonical_host("[fe80::1%eth0]") is None

    @given(st.text())
    def test_no_text_makes_it_fail(self, text):
        for url in (text, f"http://{text}", f"http://[{text}]"):
            address = parse_address(url)
            assert address is None or parse_address(address.base_url) == address
