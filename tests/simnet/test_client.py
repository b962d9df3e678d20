"""The network in a process of its own: handshake, log, control, and that it never outlives its parent."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from simnet import SimNet, SimNetError, client
from simnet.__main__ import main
from simnet.process import raise_file_limit, serve
from simnet.world import make_world

ROOT = Path(__file__).parents[2]


def read(url: str) -> bytes:
    with urlopen(url, timeout=5) as response:
        return response.read()


def wait_for_the_end_of_all_connections(net: SimNet) -> None:
    """A server notices a moment after its client that a connection has ended."""
    latest = time.monotonic() + 5
    while not all(each.ended is not None and each.ended >= each.offset for each in net.connections()):
        assert time.monotonic() < latest
        time.sleep(0.01)


def test_a_network_from_start_to_end():
    with SimNet(seed=2, scenario="demo", servers=6) as net:
        folder = net.ca_file.parent
        assert net.ca_file.read_bytes().startswith(b"-----BEGIN CERTIFICATE")
        assert net.directory_toml.is_file()
        assert set(net.listing_urls) == {"awesome_session_groups", "lokilocker", "session_directory", "extra"}
        assert b"public_key=" in read(net.listing_urls["lokilocker"])
        plain = next(url for url, expected in net.truth.addresses.items() if expected.kind == "http-ip")
        assert isinstance(json.loads(read(plain + "/rooms")), list)
        first, second = net.requests()
        assert (first.server, first.method, first.scheme) == ("lokilocker", "GET", "http")
        assert (second.server, second.path) == ("1-http-ip", "/rooms")
        assert second.user_agent.startswith("Python-urllib/")
        assert 0 < first.offset <= second.offset
        assert [each.server for each in net.connections()] == ["lokilocker", "1-http-ip"]
        wait_for_the_end_of_all_connections(net)
        net.reset_log()
        assert net.requests() == net.connections() == []
        net.set_listing("lokilocker", "empty")
        assert b"public_key=" not in read(net.listing_urls["lokilocker"])
        with pytest.raises(SimNetError, match="no source 'nowhere' with a mode 'up'"):
            net.set_listing("nowhere", "up")
    assert not folder.exists()
    with pytest.raises(SimNetError, match="does not answer /requests"):
        net.requests()
    net.__exit__(None, None, None)  # a second end does nothing


def test_the_same_seed_gives_the_same_truth_but_for_ports():
    def shape(net: SimNet) -> list[tuple[str, str, str | None, str]]:
        return sorted((each.token, each.name, each.language, each.public_key) for each in net.truth.communities)

    with SimNet(5, "demo", 8) as one, SimNet(5, "demo", 8) as other:
        assert shape(one) == shape(other)
        assert one.listing_urls != other.listing_urls


def test_a_process_that_does_not_start_is_an_error(monkeypatch):
    with pytest.raises(SimNetError, match="did not start"), SimNet(scenario="nowhere"):
        pass


def test_a_process_that_does_not_stop_is_killed(monkeypatch):
    monkeypatch.setattr(client, "STOP_SECONDS", 0)
    with SimNet(scenario="empty") as net:
        process = net._process
    assert process.returncode is not None


def start() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "simnet", "--scenario", "empty"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    handshake = json.loads(process.stdout.readline())
    assert Path(handshake["truth"]).is_file()
    process.folder = Path(handshake["truth"]).parent
    return process


@pytest.mark.parametrize("how", ["sigterm", "stdin"])
def test_it_stops_and_leaves_nothing_behind(how):
    with start() as process:
        if how == "sigterm":
            process.send_signal(signal.SIGTERM)
        else:
            process.stdin.close()
        assert process.wait(10) == 0
    assert not process.folder.exists()


def test_it_dies_with_its_parent():
    code = (
        "import os, sys\nfrom simnet import SimNet\n"
        "net = SimNet(scenario='empty').__enter__()\n"
        "print(net._process.pid, net.ca_file, flush=True)\nos.kill(os.getpid(), 9)\n"
    )
    parent = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    pid, ca_file = parent.stdout.split()
    assert parent.returncode == -signal.SIGKILL
    for _ in range(200):
        if not Path(ca_file).exists():
            break
        asyncio.run(asyncio.sleep(0.05))
    assert not Path(ca_file).exists()
    assert pid.isdigit()


@pytest.fixture
def closed_stdin(monkeypatch):
    """A stdin whose other end is closed already."""
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield


def test_main_prints_one_line_and_ends_with_stdin(closed_stdin, capsys):
    assert main(["--seed", "3", "--scenario", "bench", "--servers", "4", "--latency", "0.1", "0.2"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    handshake = json.loads(line)
    assert (handshake["seed"], handshake["scenario"], handshake["servers"]) == (3, "bench", 4)
    assert not Path(handshake["directory_toml"]).exists()


def test_serve_reads_stdin_to_its_end(monkeypatch, capsys):
    reading, writing = os.pipe()
    os.write(writing, b"ignored\n")

    async def whole() -> None:
        task = asyncio.create_task(serve(make_world(1, "empty")))
        await asyncio.sleep(0.3)
        assert not task.done()
        os.close(writing)
        await task

    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        asyncio.run(whole())
    assert "control_url" in capsys.readouterr().out


def test_file_limit_is_raised_where_the_system_allows():
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        raise_file_limit()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert soft == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
