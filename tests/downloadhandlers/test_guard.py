"""Which addresses are public, against the registries of IANA as they are written there."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessioncrawler.downloadhandlers._attempt import CURRENT, Attempt
from sessioncrawler.downloadhandlers._guard import (
    AddressGuard,
    ForbiddenAddressError,
    port_is_allowed,
    watched_socket,
)

# IANA IPv4 Special-Purpose Address Registry and IPv4 Multicast Address Space: first and last address of each block
# that is not globally reachable, of 192.0.0.0/24 and 192.88.99.0/24 whole, and of one address inside a cloud.
IPV4 = [
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("168.63.129.16", "168.63.129.16"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "255.255.255.255"),
]
# IANA IPv6 Special-Purpose Address Registry, IPv6 Address Space (all but 2000::/3 is reserved or special).
IPV6 = [
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:0fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]
IPV4_BLOCKS = [(int(IPv4Address(first)), int(IPv4Address(last))) for first, last in IPV4]
IPV6_BLOCKS = [(int(IPv6Address(first)), int(IPv6Address(last))) for first, last in IPV6]
NAT64 = int(IPv6Address("64:ff9b::"))
MAPPED = int(IPv6Address("::ffff:0:0"))


def ipv4_is_public(number: int) -> bool:
    return not any(first <= number <= last for first, last in IPV4_BLOCKS)


def ipv6_is_public(number: int) -> bool:
    if number >> 32 in {NAT64 >> 32, MAPPED >> 32}:
        return ipv4_is_public(number & 0xFFFFFFFF)
    return not any(first <= number <= last for first, last in IPV6_BLOCKS)


def edges(blocks: list[tuple[int, int]], largest: int) -> list[int]:
    """The ends of every block, and what lies just outside."""
    return [number for first, last in blocks for number in (first - 1, first, last, last + 1) if 0 <= number <= largest]


@given(st.one_of(st.integers(0, 2**32 - 1), st.sampled_from(edges(IPV4_BLOCKS, 2**32 - 1))))
def test_ipv4_agrees_with_the_registry(number):
    assert AddressGuard().permits(str(IPv4Address(number))) is ipv4_is_public(number)


@given(
    st.one_of(
        st.integers(0, 2**128 - 1),
        st.integers(int(IPv6Address("2000::")), int(IPv6Address("3fff:ffff::"))),
        st.integers(0, 2**32 - 1).map(NAT64.__add__),
        st.integers(0, 2**32 - 1).map(MAPPED.__add__),
        st.sampled_from(edges(IPV6_BLOCKS, 2**128 - 1)),
    )
)
@example(NAT64 + int(IPv4Address("127.0.0.1")))
@example(MAPPED + int(IPv4Address("8.8.8.8")))
def test_ipv6_agrees_with_the_registry(number):
    guard = AddressGuard()
    assert guard.permits(str(IPv6Address(number))) is ipv6_is_public(number)
    assert guard.permits(IPv6Address(number).exploded) is ipv6_is_public(number)


@pytest.mark.parametrize("number", edges(IPV4_BLOCKS, 2**32 - 1))
def test_every_edge_of_ipv4(number):
    assert AddressGuard().permits(str(IPv4Address(number))) is ipv4_is_public(number)


@pytest.mark.parametrize("number", edges(IPV6_BLOCKS, 2**128 - 1))
def test_every_edge_of_ipv6(number):
    assert AddressGuard().permits(str(IPv6Address(number))) is ipv6_is_public(number)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_an_allowed_network_permits_its_own_and_nothing_else(number, inside, length):
    network = IPv4Network((inside, length), strict=False)
    expected = IPv4Address(number) in network or ipv4_is_public(number)
    guard = AddressGuard([str(network)])
    assert guard.permits(str(IPv4Address(number))) is expected
    assert guard.permits(str(IPv6Address(MAPPED + number))) is expected
    assert guard.permits(str(IPv6Address(NAT64 + number))) is ipv4_is_public(number)


@given(st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_an_allowed_ipv6_network_permits_its_own(number, length):
    network = IPv6Network((number, length), strict=False)
    address = IPv6Address(number)
    expected = address.ipv4_mapped is None or ipv6_is_public(number)
    assert AddressGuard([str(network)]).permits(str(address)) is expected


@pytest.mark.parametrize("host", ["", "localhost", "127.1", "2130706433", "0177.0.0.1", "8.8.8.8 ", "[::1]", "a%b"])
def test_what_is_no_address_in_its_plain_form_is_not_permitted(host):
    assert not AddressGuard(["0.0.0.0/0"]).permits(host)


@pytest.mark.parametrize(("host", "named"), [("fe80::1%lo", False), ("2a00::1%eth0", True)])
def test_a_zone_changes_nothing(host, named):
    assert AddressGuard().permits(host) is named


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("example.org", True),
        ("a.b.c.example.org", True),
        ("internal.example.org", True),
        ("8.8.8.8", True),
        ("2a00::1", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("10.0.0.1", False),
        ("localhost", False),
        ("a.localhost", False),
        ("metadata", False),
        ("metadata.google.internal", False),
        ("internal", False),
        ("nas.lan", False),
        ("router.home.arpa", False),
        ("home.arpa", False),
        ("printer.local", False),
    ],
)
def test_names_for_a_proxy(host, named):
    assert AddressGuard().permits_name(host) is named


def test_localhost_goes_to_a_proxy_where_loopback_is_allowed():
    guard = AddressGuard(["127.0.0.0/8"])
    assert guard.permits_name("localhost")
    assert guard.permits_name("127.0.0.1")
    assert not guard.permits_name("nas.lan")


@pytest.mark.parametrize("text", ["10.0.0.0/99", "10.0.0.1/8", "example.org", "10.0.0.0/8;::1", "10.*"])
def test_a_network_that_is_none_is_told(text):
    with pytest.raises(ValueError, match="no network") as caught:
        AddressGuard(["127.0.0.0/8", text])
    assert repr(text) in str(caught.value)
    assert "Write networks as" in str(caught.value)


def test_blanks_between_networks_are_nothing():
    guard = AddressGuard([" 127.0.0.0/8 ", "", "  ", "::1"])
    assert guard.permits("127.0.0.1")
    assert guard.permits("::1")


@pytest.mark.parametrize(
    ("port", "allowed"), [(0, False), (22, False), (80, True), (443, True), (1023, False), (1024, True), (65535, True)]
)
def test_ports(port, allowed):
    assert port_is_allowed(port) is allowed


def test_a_socket_is_made_for_public_addresses_only():
    attempt = Attempt(float)
    token = CURRENT.set(attempt)
    try:
        with pytest.raises(ForbiddenAddressError):
            AddressGuard().check("127.0.0.1")
        assert (attempt.forbidden, attempt.sockets) == ("127.0.0.1", [])
        AddressGuard().check("8.8.8.8")
    finally:
        CURRENT.reset(token)


def test_a_socket_outside_of_any_try():
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))
    with pytest.raises(ForbiddenAddressError):
        AddressGuard().check("127.0.0.1")
    with watched_socket(info) as sock:
        assert sock.family == socket.AF_INET
