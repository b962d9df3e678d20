"""What apps take as a join link, by their own vectors: all of it is found, and they take all that is published."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from sessioncrawler.addresses import parse_address
from sessioncrawler.model import Address, JoinLink, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.protocol.joinlinks import find_join_links, parse_join_link
from sessioncrawler.protocol.keys.memory import KnownKey
from sessioncrawler.protocol.servers import settle

VECTORS = Path(__file__).parents[3] / "shared/realworld/client_url_vectors.json"
KEY = "0123456789abcdef" * 4


def reached(address: Address, **more: Any) -> Poll:
    room = Room("room", "Room")
    return Poll(address, Outcome.REACHED, server=Server(address, KEY), rooms=(room,), key_proof=KeyProof.ONION, **more)


def read_vectors() -> list[dict[str, Any]]:
    """URL, app, whether it takes it, and what it reads."""
    return json.loads(VECTORS.read_text("utf-8")) if VECTORS.exists() else []


def taken():
    """Those that some app takes."""
    if not VECTORS.exists():
        return [pytest.param(None, marks=pytest.mark.skip("the apps' vectors are not beside the checkout"))]
    return [pytest.param(one, id=f"{one['client'][:10]} {one['url']}") for one in read_vectors() if one["accepts"]]


@pytest.mark.parametrize("vector", taken())
def test_what_an_app_takes_is_found(vector):
    if ":0/" in vector["url"]:
        assert find_join_links(vector["url"]) == []  # one app takes it as a text, and nothing can listen on port 0
        return
    (link,) = find_join_links(f"Join {vector['url']} today")
    assert link == JoinLink(parse_address(vector["base"]), vector["room"], vector["pubkey"])
    assert parse_join_link(vector["url"]) == link


@pytest.mark.skipif(not VECTORS.exists(), reason="the apps' vectors are not beside the checkout")
def test_what_is_published_all_apps_take():
    """Of all that is found in the vectors: what would be published as it stands there, no app refuses."""
    refused = {one["url"] for one in read_vectors() if not one["accepts"]}
    found = {link for one in read_vectors() for link in find_join_links(one["url"])}
    # Nobody publishes localhost: it is no public address.
    public = [link for link in found if link.address.joinable and link.address.host != "localhost"]
    published = {link.url for link in public if link.public_key}
    assert len(published) > 10
    assert published & refused == set()


@pytest.mark.parametrize(
    "host", ["[2001:db8::1]", "chat", "my_host.example", "chat.my_host.com", "a.b", "abc.onion", "abc.loki"]
)
class TestWhereNoAppGetsTo:
    def test_a_server_that_is_only_there_lists_nothing(self, host):
        address = parse_address(f"http://{host}:8000")
        (poll,) = settle([reached(address)])
        assert (poll.outcome, poll.rooms) == (Outcome.UNJOINABLE, ())

    def test_another_address_of_it_is_the_one_that_is_published(self, host):
        """Even where the other is by http and later, and only an IP address."""
        bad, good = parse_address(f"https://{host}"), parse_address("http://192.0.2.7:8000")
        polls = settle([reached(bad), reached(good)])
        assert [poll.server.address for poll in polls] == [good, bad]
        assert {poll.outcome for poll in polls} == {Outcome.REACHED}

    @pytest.mark.parametrize("vouched", ["operator", "server"])
    def test_a_relay_does_not_take_the_place_of_the_address_that_is_vouched_for(self, host, vouched):
        """Anybody can relay a proof: an address that apps take is no reason to send visitors to a stranger."""
        own, relay = parse_address(f"http://{host}:8000"), parse_address("https://relay.example")
        configured = {(KEY, own)} if vouched == "operator" else ()
        named = {"named": own, "named_at": 1} if vouched == "server" else {}
        for polls in permutations([reached(own), reached(relay, **named)]):
            settled = settle(polls, [KnownKey(KEY, relay, published_at=1, first_proven=1)], configured, now=2)
            assert [poll.address for poll in settled] == [own, relay]
            assert {(poll.outcome, poll.rooms) for poll in settled} == {(Outcome.UNJOINABLE, ())}
            assert {poll.detail for poll in settled} == {f"no app takes a join link to {own}"}

    def test_of_two_that_are_vouched_for_it_is_the_one_that_apps_take(self, host):
        own, name = parse_address(f"http://{host}:8000"), parse_address("https://sogs.example")
        for homes, named in (((own, name), own), ((own,), name), ((name,), own)):
            polls = [reached(own, named=named, named_at=1), reached(name)]
            settled = settle(polls, configured={(KEY, home) for home in homes}, now=2)
            assert [poll.address for poll in settled] == [name, own]
            assert {poll.outcome for poll in settled} == {Outcome.REACHED}


def test_a_published_link_has_the_form_that_all_apps_take():
    link = JoinLink(parse_address("https://xn--bcher-kva.example:8443"), "Room_1-x", KEY)
    assert link.url == f"https://xn--bcher-kva.example:8443/Room_1-x?public_key={KEY}"
