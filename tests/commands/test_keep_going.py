"""``scrapy refresh --keep-going``: round after round, as a service runs it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from sessioncrawler.commands._rounds import RefreshService, in_units, parse_interval
from simnet import SimNet
from tests.support.scrapy_process import command, environment, offline, refresh_settings, scrapy

LONG = 120
"""Seconds after which a busy machine is a broken one."""


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=1, scenario="demo", servers=4) as it:
        yield it


class Service:
    """A service that runs, and what it has written."""

    def __init__(self, folder: Path, settings: dict, *options: str) -> None:
        self.folder = folder
        self._log = folder / "log.txt"
        self._offline = offline()
        extra = self._offline.__enter__()
        with self._log.open("wb") as file:
            self.process = subprocess.Popen(
                command("refresh", *options),
                cwd=folder,
                env=environment({"KEEP_GOING_LEAST": 0, **settings}, extra),
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def until(self, what: Callable[[], object]) -> None:
        ends = time.monotonic() + LONG
        while not what():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < ends, self.log
            time.sleep(0.05)

    def round(self) -> int:
        """The process of the round under way; 0 between two."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def ends(self) -> int:
        return self.process.wait(LONG)

    def close(self) -> None:
        if child := self.round() if self.process.poll() is None else 0:
            os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self._offline.__exit__(None, None, None)


@pytest.fixture
def serve(tmp_path):
    services = []

    def start(settings: dict, *options: str) -> Service:
        services.append(Service(tmp_path, settings, *options))
        return services[-1]

    yield start
    for one in services:
        one.close()


def rounds(log: str) -> list[tuple[int, str]]:
    """Number of each round that ended, and how."""
    found = re.findall(r"Round (\d+) (published the site|published nothing and ended with [^;]+);", log)
    return [(int(number), how) for number, how in found]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_rounds_follow_each_other_whatever_becomes_of_one(net, serve, tmp_path):
    service = serve(refresh_settings(net, tmp_path), "--keep-going", "1s")
    service.until(lambda: "Published" in service.log)
    assert (tmp_path / "site" / "index.html").exists()
    service.until(lambda: len(rounds(service.log)) >= 1 and service.round())
    os.kill(service.round(), signal.SIGKILL)
    service.until(lambda: len(rounds(service.log)) >= 3)
    hows = [how for _, how in rounds(service.log)]
    assert "published nothing and ended with signal SIGKILL" in hows
    assert hows[0] == "published the site"
    assert hows[-1] == "published the site" or "SIGKILL" in hows[-1]
    service.process.send_signal(signal.SIGTERM)
    assert service.ends() == 0
    assert re.search(r"Stopped after \d rounds\.$", service.log, re.MULTILINE)
    assert not {"Traceback", "ResourceWarning"} & set(service.log.replace(":", " ").split())
    done = scrapy(tmp_path, "health", settings={**refresh_settings(net, tmp_path), "CRAWL_TIME": ""})
    assert "Published on" in done.stdout


def test_between_two_rounds_it_ends_at_once(net, serve, tmp_path):
    service = serve(refresh_settings(net, tmp_path), "--keep-going=24h")
    service.until(lambda: rounds(service.log) == [(1, "published the site")])
    assert re.search(r"the next begins in 2[1-6]h", service.log)
    service.process.send_signal(signal.SIGINT)
    assert service.ends() == 0
    assert "Stopped after 1 round." in service.log


@pytest.fixture
def stalling():
    """A server that accepts connections and says nothing; ``held`` are those that somebody waits at."""
    with ExitStack() as held:
        server = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        server.settimeout(LONG)
        yield server, held


def waiting(net, serve, tmp_path, stalling) -> tuple[Service, int]:
    """A service in whose round a source is waited for, and the round's process."""
    server, held = stalling
    page = f"http://127.0.0.1:{server.getsockname()[1]}/"
    known = net.directory_toml.read_text()
    (tmp_path / "directory.toml").write_text(known.replace(net.listing_urls["extra"], page))
    settings = refresh_settings(net, tmp_path, DIRECTORY_CONFIG=str(tmp_path / "directory.toml"))
    service = serve({**settings, "PATIENT_RETRY_TIMEOUT": 100, "ROBOTS_TIME": 100}, "--keep-going", "45m")
    held.enter_context(server.accept()[0]).recv(4)
    return service, service.round()


def test_a_signal_ends_the_round_under_way_in_peace(net, serve, tmp_path, stalling):
    service, child = waiting(net, serve, tmp_path, stalling)
    service.process.send_signal(signal.SIGTERM)
    assert service.ends() == 0
    assert not alive(child)
    assert "The round under way is stopped; the site stays as it is." in service.log
    assert "Stopped before any server was asked." in service.log
    assert not (tmp_path / "site" / "index.html").exists()


def test_a_second_signal_ends_it_at_once(net, serve, tmp_path, stalling):
    service, child = waiting(net, serve, tmp_path, stalling)
    os.kill(child, signal.SIGSTOP)  # so that it does not end in peace
    service.process.send_signal(signal.SIGTERM)
    service.until(lambda: "Send the signal again to force it." in service.log)
    service.process.send_signal(signal.SIGTERM)
    assert service.ends() == 1
    assert not alive(child)


def test_a_round_that_hangs_is_ended(net, serve, tmp_path, stalling):
    page = f"http://127.0.0.1:{stalling[0].getsockname()[1]}/"
    (tmp_path / "directory.toml").write_text(net.directory_toml.read_text().replace(net.listing_urls["extra"], page))
    settings = refresh_settings(net, tmp_path, DIRECTORY_CONFIG=str(tmp_path / "directory.toml"))
    more = {"PATIENT_RETRY_TIMEOUT": 100, "ROBOTS_TIME": 100, "KEEP_GOING_LONGEST": 8}
    service = serve({**settings, **more}, "--keep-going", "1s")
    service.until(lambda: len(rounds(service.log)) >= 1)
    assert "Round 1 took longer than 8s and is ended." in service.log


def test_failures_in_a_row_are_told_and_make_pauses_longer(serve, tmp_path):
    (tmp_path / "directory.toml").write_text("[site]\nname = 1\n")
    service = serve({"KEEP_GOING_JITTER": 0, "KEEP_GOING_BACKOFF": 4}, "--keep-going", "1s")
    service.until(lambda: len(rounds(service.log)) >= 3)
    assert re.search(r"directory\.toml, line 2", service.log)
    number, how = rounds(service.log)[2]
    assert (number, how.partition(",")[2]) == (3, " the 3 last ones did")
    assert "exit code" in how
    assert "What it wrote above says why." in service.log


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--keep-going", "soon"), "'soon' is no time between two rounds; write it as 45m or 1h30m"),
        (("--keep-going", "5m"), "--keep-going 5m is more often than servers should be asked; give 10m or more"),
        (("--keep-going", "45m", "x"), "'scrapy refresh' takes no argument, but got 'x'"),
    ],
)
def test_what_cannot_be_is_told(tmp_path, options, sentence):
    done = scrapy(tmp_path, "refresh", *options, settings={})
    assert done.returncode == 2
    assert sentence in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "seconds"), [("45m", 2700), ("1h30m", 5400), ("90s", 90), (" 24h ", 86400), ("1m1s", 61)]
)
def test_intervals(text, seconds):
    assert parse_interval(text) == seconds
    assert parse_interval(in_units(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "0m", "45", "-45m", "45 m", "1.5h", "m", "٤٥m", "99999999h"])
def test_what_is_no_interval(text):
    with pytest.raises(ValueError, match="write it as 45m"):
        parse_interval(text)


def test_pauses_grow_with_failures_and_are_not_all_alike():
    service = RefreshService((), 100, backoff=8)
    assert [service._pause(failed=True) for _ in range(6)] == [100, 100 * 2, 400, 800, 800, 800]
    assert service._pause(failed=False) == 100
    service.jitter = 0.1
    pauses = {service._pause(failed=False) for _ in range(50)}
    assert len(pauses) > 40
    assert all(90 <= pause <= 110 for pause in pauses)
    service.failures = 10_000
    assert service._pause(failed=True) <= 880
