"""Worlds follow from their seeds, and hold what their scenarios promise."""

from __future__ import annotations

import zlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessioncrawler.model import Outcome
from simnet.images import HOSTILE_IMAGES, MISSING_IMAGE, SLOW_IMAGE, is_showable, room_image
from simnet.kinds import KINDS
from simnet.rooms import broken_rooms
from simnet.specs import RoomSpec, Socket
from simnet.texts import HOSTILE, PLAIN
from simnet.world import KNOWN, SCENARIOS, SITES, make_world


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["demo", "bench", "empty"]))
def test_the_same_seed_gives_the_same_world(seed, scenario):
    world = make_world(seed, scenario, 30)
    assert world == make_world(seed, scenario, 30)
    assert [spec.index for spec in world.servers] == list(range(len(world.servers)))
    for spec in world.servers:
        tokens = [room.token for room in spec.rooms]
        assert len(tokens) == len(set(tokens))
        assert spec.links or not spec.configured


def test_seeds_differ():
    assert make_world(1) != make_world(2)


def test_demo_is_large_and_spoken_in_many_languages():
    world = make_world(1, "demo")
    rooms = [room for spec in world.servers for room in spec.rooms]
    assert len(world.servers) >= 40
    assert len(rooms) >= 250
    assert len({room.language for room in rooms} - {None}) >= 12
    names = {room.name for room in rooms}
    assert names >= {name for name, _ in HOSTILE}
    assert world.hidden
    assert world.pinned
    assert world.languages
    assert {spec.socket for spec in world.servers} == set(Socket)


def test_matrix_holds_every_kind_and_known_outcomes():
    world = make_world(1, "matrix")
    assert {spec.kind for spec in world.servers} == set(KINDS)
    assert {spec.outcome for spec in world.servers} == {
        Outcome.REACHED,
        Outcome.DNS,
        Outcome.REFUSED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.TLS,
        Outcome.STALLED,
        Outcome.RESET,
        Outcome.TOO_LARGE,
        Outcome.HTTP_STATUS,
        Outcome.NOT_JSON,
        Outcome.NO_ROOMS,
        Outcome.KEY_CONFLICT,
        Outcome.KEY_COPY,
        Outcome.REDIRECTED,
        Outcome.FORBIDDEN_ADDRESS,
        Outcome.FORBIDDEN_PORT,
    }


def test_bench_has_as_many_servers_as_wanted_and_latency():
    world = make_world(1, "bench", 300)
    assert len(world.servers) == 300
    assert all(0.02 <= spec.latency <= 0.3 for spec in world.servers)
    assert len(make_world(1, "bench").servers) == 200
    assert all(spec.latency == 0.5 for spec in make_world(1, "bench", 10, (0.5, 0.5)).servers)


def test_a_scenario_may_be_cut_short():
    assert len(make_world(1, "demo", 5).servers) == 5
    assert [spec.kind for spec in make_world(1, "matrix", 0).servers] == list(KNOWN)


def test_empty_has_no_posts():
    assert make_world(3, "empty").posts == dict.fromkeys(SITES, ())


def test_unknown_scenario_is_named():
    with pytest.raises(ValueError, match=f"'nowhere'; take one of {SCENARIOS[0]}"):
        make_world(1, "nowhere")


def test_links_overlap_between_the_sites_and_vary_in_style():
    world = make_world(1, "demo")
    seen = [post for posts in world.posts.values() for post in posts]
    assert len(set(seen)) < len(seen)
    assert {link.style for _, link in seen} == {"plain", "r", "upper", "extra"}


def test_referring_servers_refer_to_the_one_before():
    world = make_world(1, "matrix")
    by_kind = {spec.kind: spec for spec in world.servers}
    twin, copy, peer = by_kind["twin"], by_kind["key-copy"], by_kind["redirect-peer"]
    assert twin.same_as == twin.index - 1
    assert twin.rooms == world.servers[twin.index - 1].rooms
    assert copy.key == world.servers[copy.index - 1].key
    assert copy.rooms != world.servers[copy.index - 1].rooms
    assert peer.peer == peer.index - 1


def test_wrong_keys():
    world = make_world(1, "matrix")
    keys = {spec.kind: [link.key == spec.key for link in spec.links] for spec in world.servers}
    assert not any(keys["wrong-keys"])
    assert keys["conflicting-keys"] == keys["bunsogs-conflict"] == [True, False]


def test_broken_rooms_have_good_neighbours():
    rooms = broken_rooms(Random(1), "x")
    assert not rooms[0].broken
    assert not rooms[-1].broken
    assert any(room.lost for room in rooms)


def test_texts_are_in_many_scripts():
    assert len(PLAIN) >= 12
    assert any(len(name) >= 2000 for name, _ in HOSTILE)


def test_hostile_pictures_are_small_files():
    numbers = range(HOSTILE_IMAGES, MISSING_IMAGE)
    pictures = [room_image(RoomSpec(token="t", name="n", image_id=number)) for number in numbers]
    assert sum(len(picture) > 1_000_000 for picture in pictures) == 1
    assert b"" in pictures
    assert sum(picture.startswith(b"\x89PNG") for picture in pictures) == 4
    assert sum(map(is_showable, numbers)) == 2
    assert [is_showable(other) for other in (None, 1, MISSING_IMAGE, SLOW_IMAGE)] == [False, True, False, False]


def test_the_picture_bomb_is_a_valid_png_of_432_megabytes():
    picture = room_image(RoomSpec(token="t", name="n", image_id=HOSTILE_IMAGES))
    begin = picture.index(b"IDAT") + 4
    unpacker = zlib.decompressobj()
    packed, length = picture[begin : picture.index(b"IEND") - 8], 0
    while packed:
        length += len(unpacker.decompress(packed, 1 << 24))
        packed = unpacker.unconsumed_tail
    assert unpacker.eof
    assert length == 12_000 * (1 + 3 * 12_000)


def test_pictures_follow_from_the_room():
    one, same, other = (RoomSpec(token=token, name="n", image_id=1) for token in "aab")
    assert room_image(one) == room_image(same) != room_image(other)
