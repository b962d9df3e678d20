"""The network that the demo shows looks like a real one, whatever the seed, and is reached on this machine alone."""

from __future__ import annotations

import io
import json
import os
import socket
import unicodedata
from collections import Counter
from urllib.request import ProxyHandler, build_opener, proxy_bypass_environment

import pytest
from PIL import Image

from sessioncrawler.editorial.guess import guess_language
from sessioncrawler.editorial.tags import nsfw_reason
from sessioncrawler.model import Outcome
from simnet import SimNet
from simnet.images import room_image
from simnet.lifelike.network import OFFICIAL
from simnet.lifelike.roads import Roads
from simnet.lifelike.shapes import SHAPES
from simnet.lifelike.words import written
from simnet.specs import Flavour
from simnet.truth import make_truth
from simnet.world import make_world

SEEDS = (1, 2, 7)
DAY = 86_400
NOW = 1_800_000_000


@pytest.fixture(scope="module", params=SEEDS)
def world(request):
    return make_world(request.param, "lifelike", now=NOW)


@pytest.fixture(scope="module")
def rooms(world):
    return [room for spec in world.servers if spec.outcome is Outcome.REACHED for room in spec.rooms]


def test_it_follows_from_the_seed(world):
    assert world == make_world(world.seed, "lifelike", now=NOW)
    assert world.servers != make_world(world.seed + 1, "lifelike", now=NOW).servers


def test_most_servers_are_small_and_some_are_broken(world):
    sizes = Counter(len(spec.rooms) for spec in world.servers if spec.outcome is Outcome.REACHED)
    assert sum(sizes.values()) >= 40
    assert sum(count for size, count in sizes.items() if size > 12) <= 5
    broken = {spec.outcome for spec in world.servers} - {Outcome.REACHED}
    assert len(broken) == sum(spec.outcome is not Outcome.REACHED for spec in world.servers) == 6
    first = world.servers[0]
    assert (first.official, first.name, first.rooms[0].name) == (True, OFFICIAL, "Welcome to Session")
    assert world.pinned == ((0, first.rooms[0].token),)


def test_hosts_look_like_hosts(world):
    truth = make_truth(world, dict.fromkeys(range(len(world.servers)), 0))
    assert len(truth.addresses) == len(world.servers)
    for url in truth.addresses:
        host = url.partition("://")[2].removesuffix(":8080")
        assert host.endswith(".example")
        assert host.replace(".", "").replace("-", "").isalpha()
    plain = sum(url.endswith(".example") for url in truth.addresses)
    assert plain > len(truth.addresses) * 0.8  # a port of its own is rare


def test_rooms_are_spoken_in_a_dozen_languages_and_scripts(rooms):
    assert len({room.language for room in rooms}) >= 20
    scripts = {unicodedata.name(letter).split()[0] for room in rooms for letter in room.name if letter.isalpha()}
    assert scripts >= {"LATIN", "CYRILLIC", "ARABIC", "GREEK", "HEBREW", "DEVANAGARI", "CJK", "HIRAGANA", "HANGUL"}


def test_nothing_in_it_is_hostile_and_little_is_for_adults(rooms):
    assert not any(room.hostile or room.broken for room in rooms)
    adult = [room for room in rooms if nsfw_reason(room.name, room.tags)]
    assert 1 <= len(adult) <= 5
    assert all(room.description is None or 9 < len(room.description) < 300 for room in rooms)


def test_few_rooms_have_most_visitors(rooms):
    visitors = sorted((room.active_users or 0 for room in rooms), reverse=True)
    assert sum(visitors[: len(visitors) // 10]) > sum(visitors) * 0.3
    assert visitors[len(visitors) // 2] < 60
    assert 1 <= visitors.count(0) < len(visitors) * 0.2
    assert all((room.active_users == 0) or room.events for room in rooms)


def test_rooms_have_an_age(rooms):
    ages = [(NOW - room.created) / DAY for room in rooms]
    assert sum(age < 28 for age in ages) >= 3
    assert max(ages) > 1_000
    assert min(ages) > 0


def test_what_a_server_does_not_count_it_does_not_tell(world):
    uncounted = [spec for spec in world.servers if spec.flavour is Flavour.BUNSOGS]
    assert uncounted
    assert not any(room.active_users for spec in uncounted for room in spec.rooms)


def test_pictures_are_small_and_each_its_own(rooms):
    pictures = [room_image(room) for room in rooms if room.image_id]
    assert len(pictures) > len(rooms) / 2
    assert len(set(pictures)) > len(pictures) - 4  # two of one emblem may have one hue
    assert max(map(len, pictures)) < 4_000
    for picture in pictures[:10]:
        assert Image.open(io.BytesIO(picture)).size == (96, 96)


def test_every_written_room_has_a_picture_and_a_token_of_its_own():
    assert {text.emblem for text in written()} <= SHAPES.keys()
    assert max(Counter(text.token for text in written()).values()) == 1


def test_what_rooms_say_is_in_their_language():
    wrong = {
        text.token: guess.code
        for text in written()
        if (guess := guess_language(text.name, text.description)) and guess.code != text.language
    }
    assert wrong == {}


@pytest.mark.parametrize("known", [None, "localhost"])
def test_no_proxy_is_asked_for_them(monkeypatch, known):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    if known:
        monkeypatch.setenv("no_proxy", known)
    with Roads((), {}):
        assert proxy_bypass_environment(OFFICIAL)
        assert not proxy_bypass_environment("example.org")
        assert bool(proxy_bypass_environment("localhost")) == bool(known)
    assert os.environ.get("no_proxy") == known


def test_its_servers_are_reached_by_their_names_and_ports():
    opener = build_opener(ProxyHandler({}))
    with SimNet(1, "lifelike", servers=2, now=NOW) as net:
        world = make_world(1, "lifelike", 2, now=NOW)
        with Roads(world.servers, net.ports):
            with opener.open(f"http://{OFFICIAL}/rooms", timeout=10) as answer:
                assert [room["token"] for room in json.load(answer)] == [room.token for room in world.servers[0].rooms]
            with opener.open(net.listing_urls["extra"], timeout=10) as answer:
                assert answer.status == 200
            with pytest.raises(socket.gaierror):
                socket.getaddrinfo("nobody.example", 443)
        assert {record.server for record in net.requests()} == {"0-https", "extra"}
        with pytest.raises(OSError, match=r"."):
            opener.open(f"http://{net.directory_toml.parent.name}.invalid/", timeout=10)
    assert "connect" not in vars(socket.socket)
