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
        pytest.param(server(), 0.2, id="a list of rooms and a preview page"),
        pytest.param(server(certificate=GOOD), 0.2, id="an upgrade"),
        pytest.param(server(scheme="https", certificate=GOOD), 0.2, id="https"),
        pytest.param(server(scheme="https", certificate=SELF_SIGNED), 0.2, id="bad https, then http"),
        pytest.param(server(flavour=Flavour.BUNSOGS), 0.1, id="no preview page"),
        pytest.param(server(outcome=Outcome.NOT_JSON), 0.1, id="no rooms"),
        pytest.param(server(waits=2.0), 2.2, id="the server asks to wait"),
        pytest.param(server(socket=Socket.REFUSED), 0, id="refused"),
        pytest.param(server(socket=Socket.NONE), 0, id="never asked"),
        pytest.param(server(socket=Socket.BACKLOG_FULL), 4.0, id="connecting hangs for https, then for http"),
        pytest.param(server(hello=Hello.HANG), 0.95, id="one hanging handshake"),
        pytest.param(server(scheme="https", hello=Hello.HANG), 9.2, id="twelve hanging handshakes"),
        pytest.param(server(**NEVER_ANSWERS), 90.75, id="1 by https, 120 by http"),
        pytest.param(server(scheme="https", **NEVER_ANSWERS), 108.0, id="12 by each, 120 by https"),
        pytest.param(
            server(scheme="https", certificate=SELF_SIGNED, **NEVER_ANSWERS), 108.0, id="whatever its certificate"
        ),
        pytest.param(server(fault="drip", outcome=Outcome.STALLED), 30.0, id="a drip is waited for once"),
        pytest.param(server(fault="reset", outcome=Outcome.RESET), 250.0, id="120 latencies, 119 pauses"),
        pytest.param(server(fault="short-body", outcome=Outcome.RESET), 250.0, id="the same for cut bodies"),
        pytest.param(server(fault="short-body-twice"), 4.4, id="two pauses, four latencies"),
        # https closes the first connection; then 4 hang, the next serves, 4 hang, the next serves
        pytest.param(server(fault="fifth"), 6.2, id="every fifth connection"),
        pytest.param(server(4, fault="fifth"), 3.95, id="1 hangs, 1 serves, 4 hang, 1 serves"),
        # https closes the first connection; then 2 are reset, the next serves, 2 are reset, the next serves
        pytest.param(server(fault="reset-sometimes"), 8.2, id="every third connection"),
    ],
)
def test_floor(spec, seconds):
    assert floor_seconds(world(spec)) == seconds


def test_with_all_patience_by_http_where_only_http_hangs():
    spec = server(scheme="https", certificate=SELF_SIGNED, fault="drip", outcome=Outcome.STALLED)
    assert floor_seconds(world(spec)) == 30.0
    # The handshake of a connection that serves fails at once; those before it hang.
    spec = server(3, scheme="https", certificate=SELF_SIGNED, fault="fifth")
    assert floor_seconds(world(spec), Limits(hasty_tries=3)) == pytest.approx(2 * 0.75 + (3 + 1 + 4) * 0.75 + 0.2)


def test_less_patience_has_a_lower_floor():
    assert floor_seconds(world(server(**NEVER_ANSWERS)), Limits(tries=4)) == 3.75


def test_the_slowest_known_server_counts():
    slow, quick, unknown = server(0, latency=2), server(1), server(2, latency=9, links=())
    assert floor_seconds(world(slow, quick, unknown)) == 4
    configured = server(2, latency=9, links=(), configured=True)
    assert floor_seconds(world(slow, quick, configured)) == 18


def test_nobody_known():
    assert floor_seconds(world()) == 0


def test_a_benchmark_has_the_slow_kinds():
    made = make_world(1, "bench", 100, (0.02, 0.3))
    assert 238 < floor_seconds(made) < 238 + 120 * 0.3
