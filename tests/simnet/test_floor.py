"""The floor of small worlds, worked out by hand."""

from __future__ import annotations

import pytest

from sessioncrawler.model import Outcome
from simnet.floor import Limits, floor_seconds
from simnet.specs import Certificate, Flavour, Hello, ServerSpec, Socket, WildLink, World
from simnet.world import make_world


def world(*servers: ServerSpec) -> World:
    return World(1, "hand-made", servers, {"lokilocker": tuple((s.index, link) for s in servers for link in s.links)})


def server(index: int = 0, scheme: str = "http", **more) -> ServerSpec:
    links = (WildLink(scheme, "localhost", "a", "ab12" + "0" * 60),)
    return ServerSpec(index=index, **{"kind": "k", "key": links[0].key, "links": links, "latency": 0.1, **more})


NEVER_ANSWERS = {"fault": "silent", "outcome": Outcome.STALLED}
GOOD, SELF_SIGNED = Certificate.GOOD, Certificate.SELF_SIGNED


@pytest.mark.parametrize(
    ("spec", "seconds"),
    [
        # https breaks off three times (0, 0.5, 1.5 s); http has told meanwhile
        pytest.param(server(), 1.6, id="a list of rooms and a preview page"),
        pytest.param(server(certificate=GOOD), 0.2, id="an upgrade"),
        pytest.param(server(scheme="https", certificate=GOOD), 0.2, id="https"),
        pytest.param(server(scheme="https", certificate=SELF_SIGNED), 0.2, id="bad https, then http"),
        pytest.param(server(flavour=Flavour.BUNSOGS), 1.5, id="no preview page"),
        pytest.param(server(outcome=Outcome.NOT_JSON), 1.5, id="no rooms"),
        pytest.param(server(waits=2.0), 3.6, id="the server asks to wait"),
        pytest.param(server(socket=Socket.REFUSED), 0, id="refused"),
        pytest.param(server(socket=Socket.NONE), 0, id="never asked"),
        pytest.param(server(socket=Socket.BACKLOG_FULL), 2.0, id="connecting hangs for both at once"),
        pytest.param(server(hello=Hello.HANG), 4.2, id="two latencies, the grace of https"),
        pytest.param(server(scheme="https", hello=Hello.HANG), 4.2, id="the same where links say https"),
        pytest.param(server(**NEVER_ANSWERS), 84.0, id="120 tries by both together"),
        pytest.param(
            server(scheme="https", certificate=SELF_SIGNED, **NEVER_ANSWERS), 84.0, id="whatever its certificate"
        ),
        pytest.param(server(fault="drip", outcome=Outcome.STALLED), 30.0, id="a drip is waited for once"),
        pytest.param(server(fault="reset", outcome=Outcome.RESET), 90.0, id="pauses as long as tries that hang"),
        pytest.param(server(fault="short-body", outcome=Outcome.RESET), 90.0, id="the same for cut bodies"),
        # http: 0.1 and a pause of 0.5, 0.1 and one of 1, 0.1; then the preview page
        pytest.param(server(fault="short-body-twice"), 1.9, id="two pauses, four latencies"),
        pytest.param(server(certificate=GOOD, fault="500-twice-by-https"), 1.9, id="the same by https alone"),
        # TLS breaks off three times, 0.5 and 1 between; then four by http are reset before the preview page comes
        pytest.param(server(fault="reset-sometimes"), 9.1, id="every fifth connection"),
    ],
)
def test_floor(spec, seconds):
    assert floor_seconds(world(spec)) == seconds


@pytest.mark.parametrize("fault", ["fifth", "badly-routed"])
def test_what_hangs_at_times_takes_no_longer_than_its_tries(fault):
    for index in range(20):
        spec = server(index, fault=fault, certificate=GOOD)
        assert 0.2 <= floor_seconds(world(spec)) < 30


def test_less_patience_has_a_lower_floor():
    assert floor_seconds(world(server(**NEVER_ANSWERS)), Limits(tries=4)) == 2.5


def test_who_never_answers_can_be_told_apart():
    both = world(server(0, **NEVER_ANSWERS), server(1, certificate=GOOD))
    assert (floor_seconds(both), floor_seconds(both, silent=False)) == (84.0, 0.2)


@pytest.mark.parametrize(
    ("spec", "seconds"),
    [
        pytest.param(server(certificate=GOOD), 0.1, id="https alone"),
        pytest.param(server(), 0.1, id="http, and one handshake that breaks off"),
        pytest.param(server(hello=Hello.HANG), 4.1, id="http, and the grace of https"),
        pytest.param(server(fault="short-body-twice", waits=2), 0.1, id="what passes has passed"),
        pytest.param(server(**NEVER_ANSWERS), 84.0, id="who never answered is not known"),
    ],
)
def test_floor_of_who_is_known(spec, seconds):
    assert floor_seconds(world(spec), known=True) == seconds


def test_the_slowest_known_server_counts():
    slow, quick = server(0, latency=2), server(1)
    unknown = server(2, latency=9, links=())
    assert floor_seconds(world(slow, quick, unknown)) == 4
    configured = server(2, latency=9, links=(), configured=True)
    assert floor_seconds(world(slow, quick, configured)) == 18


def test_nobody_known():
    assert floor_seconds(world()) == 0


def test_a_benchmark_has_the_slow_kinds():
    made = make_world(1, "bench", 100, (0.02, 0.3))
    assert 90 <= floor_seconds(made) < 95
    assert floor_seconds(made, silent=False) < 40
