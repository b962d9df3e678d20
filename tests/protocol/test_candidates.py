from __future__ import annotations

from sessioncrawler.model import Address, JoinLink, KeyClaim
from sessioncrawler.protocol.candidates import DIRECTORY, group

KEY, OTHER = "a" * 64, "b" * 64
HTTP, HTTPS = Address("http", "sogs.example", 80), Address("https", "sogs.example", 443)


def test_links_are_grouped_by_host_and_port_whatever_their_scheme():
    links = [(JoinLink(HTTP, "b", KEY), "one"), (JoinLink(HTTPS, "a", KEY), "two"), (JoinLink(HTTP, "a", OTHER), "one")]
    (candidate,) = group(links)
    assert candidate.address == HTTPS
    assert candidate.tokens == ("a", "b")
    assert candidate.claims == (KeyClaim(KEY, ("one", "two")), KeyClaim(OTHER, ("one",)))
    assert candidate.addresses() == (HTTPS, HTTP)


def test_another_port_is_another_candidate():
    ported = Address("http", "sogs.example", 8081)
    first, second = group([(JoinLink(HTTP, "a", KEY), "one"), (JoinLink(ported, "a", KEY), "one")])
    assert {first.address, second.address} == {HTTP, ported}
    assert second.addresses() == (Address("https", "sogs.example", 8081), ported)


def test_known_servers_are_candidates_with_a_claim_of_the_directory():
    (candidate,) = group([(JoinLink(HTTP, "a", KEY), "one")], {HTTP: KEY})
    assert candidate.claims == (KeyClaim(KEY, (DIRECTORY, "one")),)
    (alone,) = group([], {HTTP: None})
    assert alone.claims == ()
    assert alone.tokens == ()


def test_the_order_of_links_does_not_matter():
    links = [(JoinLink(HTTP, token, KEY), source) for token in "abc" for source in ("x", "y")]
    assert group(links) == group(reversed(links))


def test_the_port_of_the_other_scheme_makes_no_other_candidate():
    odd = Address("http", "sogs.example", 443)
    (candidate,) = group([(JoinLink(HTTPS, "a", KEY), "one"), (JoinLink(odd, "a", OTHER), "liar")])
    assert candidate.claims == (KeyClaim(KEY, ("one",)), KeyClaim(OTHER, ("liar",)))
    assert candidate.addresses() == (HTTPS, HTTP)
