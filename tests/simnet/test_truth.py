"""The truth about small worlds, worked out by hand."""

from __future__ import annotations

from hashlib import md5

import pytest

from sessioncrawler.model import Outcome
from simnet.specs import Certificate, Flavour, RoomSpec, ServerSpec, Shown, Socket, WildLink, World
from simnet.truth import Bulk, Expected, Truth, Unlisted, make_truth
from simnet.world import make_world

KEY = "ab12" + "0" * 60


def link(token: str = "a", scheme: str = "http", host: str = "localhost", key: str = KEY, **more) -> WildLink:
    return WildLink(scheme, host, token, key, **more)


def world(*servers: ServerSpec, **more) -> World:
    posts = {"lokilocker": tuple((spec.index, each) for spec in servers for each in spec.links)}
    return World(1, "hand-made", servers, posts, **more)


def server(index: int = 0, **more) -> ServerSpec:
    values = {"kind": "k", "key": KEY, "rooms": (RoomSpec(token="a", name="A"),), "links": (link(),), **more}
    return ServerSpec(index=index, **values)


def test_a_community_in_full():
    room = RoomSpec(
        token="a",
        name="A",
        description="text #x",
        active_users=7,
        active_users_cutoff=86_400,
        created=5.5,
        image_id=3,
        admins=("05a", "05b"),
        moderators=("05b", "05c"),
        tags=("x",),
        language="de",
    )
    spec = server(rooms=(room,), official=True, configured=True, certificate=Certificate.GOOD, latency=0.25)
    truth = make_truth(world(spec, languages=((0, "a"),), pinned=((0, "a"),)), {0: 4000})
    (community,) = truth.communities
    digest = md5(b"localhost:4000", usedforsecurity=False).hexdigest()[:4]
    assert community.identifier == f"a+ab12{digest}"
    assert community.base_url == "https://localhost:4000"
    assert (community.weekly_active_users, community.staff, community.tags) == (49, 3, ("x",))
    assert (community.language, community.official, community.pinned, community.certain) == ("de", True, True, True)
    assert truth.addresses == {"http://localhost:4000": Expected(Outcome.REACHED, (), "k")}
    assert truth.merged == (("https://localhost:4000", "http://localhost:4000"),)
    assert truth.floor_seconds == 0.5
    assert truth.links == {"lokilocker": 1}


@pytest.mark.parametrize(
    ("room", "languages", "expected"),
    [
        (RoomSpec(token="a", name="A", language="de"), (), None),
        (RoomSpec(token="a", name="A", language="de", language_tag=True), (), "de"),
        (RoomSpec(token="a", name="A", language="de"), ((0, "a"),), "de"),
    ],
)
def test_language_is_known_where_somebody_said_it(room, languages, expected):
    truth = make_truth(world(server(rooms=(room,), configured=True), languages=languages), {0: 1})
    assert truth.communities[0].language == expected


def test_what_is_said_of_a_key_that_is_not_proven_does_not_count():
    room = RoomSpec(token="a", name="A", language="de")
    (community,) = make_truth(
        world(server(rooms=(room,)), languages=((0, "a"),), pinned=((0, "a"),)), {0: 1}
    ).communities
    assert (community.language, community.pinned) == (None, False)


@pytest.mark.parametrize(("users", "cutoff"), [(None, 604_800), (5, 0), (5, None)])
def test_unknown_users_are_not_zero(users, cutoff):
    room = RoomSpec(token="a", name="A", active_users=users, active_users_cutoff=cutoff)
    assert make_truth(world(server(rooms=(room,))), {0: 1}).communities[0].weekly_active_users is None


def test_what_is_not_listed_and_why():
    rooms = (
        RoomSpec(token="a", name="A", read=False, write=False),
        RoomSpec(token="b", name="B", tags=("test",)),
        RoomSpec(token="c", name="C"),
        RoomSpec(token="d", name="D", lost=True),
        RoomSpec(token="e", name="E"),
    )
    truth = make_truth(world(server(rooms=rooms), hidden=((0, "c"),)), {0: 1})
    assert [(each.identifier[0], each.reason) for each in truth.unlisted] == [
        ("a", "off-record"),
        ("b", "tag"),
        ("c", "hidden"),
    ]
    assert [each.token for each in truth.communities] == ["e"]


@pytest.mark.parametrize(("flavour", "name"), [(Flavour.LEGACY, "A room"), (Flavour.PYSOGS, "a")])
def test_names_only(flavour, name):
    room = RoomSpec(token="a", name="A room", description="d", read=False, write=False, active_users=4, tags=("x",))
    truth = make_truth(world(server(rooms=(room,), flavour=flavour, shown=Shown.NAMES)), {0: 1})
    (community,) = truth.communities
    assert community.name == name
    assert (community.description, community.weekly_active_users, community.read, community.staff) == (None,) * 4
    assert community.tags == ()


def test_hinted_rooms_only():
    rooms = (RoomSpec(token="a", name="A"), RoomSpec(token="b", name="B"))
    truth = make_truth(world(server(rooms=rooms, shown=Shown.HINTED)), {0: 1})
    assert [each.token for each in truth.communities] == ["a"]


def test_a_twin_is_the_same_server():
    twin = server(1, same_as=0, links=(link(host="127.0.0.1"),))
    truth = make_truth(world(server(), twin), {0: 1, 1: 2})
    assert [each.base_url for each in truth.communities] == ["http://localhost:1"]
    assert truth.merged == (("http://localhost:1", "http://127.0.0.1:2"),)


def test_servers_that_may_be_taken_either_way_are_only_possible():
    truth = make_truth(world(server(alternatives=(Outcome.RESET,))), {0: 1})
    assert truth.communities == ()
    assert [each.token for each in truth.possible] == ["a"]
    assert truth.addresses["http://localhost:1"].alternatives == (Outcome.RESET,)


def test_bulk_is_counted():
    truth = make_truth(world(server(shown=Shown.BULK)), {0: 1})
    assert truth.bulk == (Bulk("http://localhost:1", 1),)
    assert truth.communities == ()


def test_failed_servers_list_nothing_and_their_ports_may_be_foreign():
    gone = server(outcome=Outcome.FORBIDDEN_PORT, socket=Socket.NONE, links=(link(port=22), link(port=80)), latency=9)
    truth = make_truth(world(gone), {})
    assert truth.communities == ()
    assert set(truth.addresses) == {"http://localhost:22", "http://localhost"}
    assert truth.floor_seconds == 0


def test_what_nobody_posted_is_not_known_unless_configured():
    bare = World(1, "hand-made", (server(), server(1, configured=True)), {"lokilocker": ()})
    truth = make_truth(bare, {0: 1, 1: 2})
    assert [each.base_url for each in truth.communities] == ["http://localhost:2"]
    assert set(truth.addresses) == {"http://localhost:2"}


def test_links_are_counted_once_whatever_their_style():
    spec = server(links=(link(), link(style="upper"), link(style="r"), link("b")))
    assert make_truth(world(spec), {0: 1}).links == {"lokilocker": 2}


def test_broken_fields_are_uncertain_and_nulls_are_not():
    rooms = (
        RoomSpec(token="a", name="A", broken={"created": "x"}),
        RoomSpec(token="b", name="B", broken={"description": None}),
    )
    truth = make_truth(world(server(rooms=rooms)), {0: 1})
    assert [each.certain for each in truth.communities] == [False, True]


@pytest.mark.parametrize("scenario", ["demo", "matrix", "hostile"])
def test_json_round_trip_and_consistency(scenario):
    made = make_world(7, scenario)
    truth = make_truth(made, {spec.index: 30_000 + spec.index for spec in made.servers})
    assert Truth.from_json(truth.to_json()) == truth
    identifiers = [each.identifier for each in truth.communities]
    assert len(set(identifiers)) == len(identifiers)
    assert not set(identifiers) & {each.identifier for each in truth.unlisted}
    assert all(isinstance(each, Unlisted) for each in truth.unlisted)
