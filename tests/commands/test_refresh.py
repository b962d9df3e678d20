"""``scrapy refresh`` as a person or a timer runs it."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable

import pytest

from simnet import SimNet
from tests.support.loopback import refusing
from tests.support.scrapy_process import TIMEOUT, command, environment, offline, refresh_settings, scrapy, site
from tests.support.sogs_world import SOURCES, read_listings

DIRECTORY = '[site]\nname = "Test"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'
OLD = b"what was published before"


def server(url: str) -> str:
    return f'[[servers]]\nurl = "{url}"\npublic_key = "{"0a" * 32}"\n'


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=1, scenario="demo") as it:
        yield it


@pytest.fixture(scope="module")
def refreshed(net, tmp_path_factory):
    """A refresh while every source is down, with a state that remembers their join links."""
    folder = tmp_path_factory.mktemp("refreshed")
    read_listings(net, folder)
    net.reset_log()
    with offline() as extra:
        return folder, scrapy(folder, "refresh", settings=refresh_settings(net, folder), extra=extra)


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.05)


def old_site(folder):
    """Something that was published before, of which nothing may change."""
    (folder / "site").mkdir()
    for name in ("index.html", "servers.json", "polls.json", "note.txt"):
        (folder / "site" / name).write_bytes(OLD)
    return site(folder)


def test_a_site_is_published_although_every_source_is_down(refreshed):
    folder, done = refreshed
    assert done.returncode == 0, done.stderr
    assert re.search(r"^Published 2\d\d Communities on 4\d servers to .*/site\.$", done.stdout, re.MULTILINE)
    assert done.stdout.count("could not be read") == len(SOURCES) - 1  # the page of directory.toml is up
    published = site(folder)
    assert {"index.html", "servers.json", "polls.json"} <= published.keys()
    assert len(json.loads(published["polls.json"])["polls"]) > 60


def test_the_outcomes_are_a_table_with_examples(refreshed, net):
    _, done = refreshed
    rows = re.findall(r"^ *(\d+)  ([a-z-]+)  ", done.stdout, re.MULTILINE)
    assert {"reached", "refused", "connect-timeout", "tls", "no-rooms"} <= {outcome for _, outcome in rows}
    polls = json.loads(site(refreshed[0])["polls.json"])["polls"]
    assert sum(int(addresses) for addresses, _ in rows) == len(polls)
    refused = next(url for url, expected in net.truth.addresses.items() if expected.kind == "refused")
    assert re.search(rf"^ +1  refused +{re.escape(refused)} *$", done.stdout, re.MULTILINE)
    reached = next(line for line in done.stdout.splitlines() if re.search(r"\d  reached", line))
    assert "http" not in reached


def test_not_on_a_terminal_nothing_but_text_is_written(refreshed):
    _, done = refreshed
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stdout)
    assert "Traceback" not in done.stderr


def test_with_no_network_and_no_state_nothing_is_touched(tmp_path):
    before = old_site(tmp_path)
    with refusing() as closed, offline() as extra:
        (tmp_path / "directory.toml").write_text(DIRECTORY + server(closed) + server("http://sogs.invalid:8080"))
        settings = {"ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32"}
        no_proxy = {"no_proxy": "localhost,127.0.0.1,.invalid"}
        done = scrapy(tmp_path, "refresh", settings=settings, extra=extra | no_proxy)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == (
        "Nothing was published: no server told about any Community (is this machine connected to the network?)."
    )
    assert re.search(rf"1  refused +{re.escape(closed)}", done.stdout)
    assert re.search(r"1  dns +http://sogs\.invalid:8080", done.stdout)
    assert "Traceback" not in done.stderr
    assert site(tmp_path) == before


def test_with_nobody_to_ask_there_is_a_sentence(tmp_path):
    (tmp_path / "directory.toml").write_text(DIRECTORY)
    with offline() as extra:
        done = scrapy(tmp_path, "refresh", settings={}, extra=extra)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == (
        "Nothing was published: there is no server to ask: no join link is known and directory.toml names no server."
    )
    assert site(tmp_path) == {}


@pytest.fixture
def stalling():
    """A server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_stopped_while_the_sources_are_read_no_server_is_asked(tmp_path, net, stalling):
    before = old_site(tmp_path)
    page = f"http://127.0.0.1:{stalling.getsockname()[1]}/"
    known = net.directory_toml.read_text()
    (tmp_path / "directory.toml").write_text(known.replace(net.listing_urls["extra"], page))
    settings = refresh_settings(
        net, tmp_path, DIRECTORY_CONFIG=str(tmp_path / "directory.toml"), PATIENT_RETRY_TIMEOUT=30
    )
    net.reset_log()
    with offline() as extra:
        process, output = start(tmp_path, settings, extra)
        stalling.settimeout(TIMEOUT)
        connection, _ = stalling.accept()
        with connection:
            assert connection.recv(4) == b"GET "
            seconds = interrupt(process)
    assert process.returncode == 1
    assert seconds < 10
    assert output().splitlines()[-1] == "Stopped before any server was asked."
    assert "was being read when the crawl was stopped" in output()
    assert "Traceback" not in output()
    assert net.connections() == []
    assert site(tmp_path) == before


def test_stopped_while_servers_are_asked_the_site_stays_as_it_was(tmp_path, net):
    before = old_site(tmp_path)
    read_listings(net, tmp_path)
    net.reset_log()
    settings = refresh_settings(net, tmp_path, PATIENT_RETRY_TIMEOUT=30, PATIENT_RETRY_DELAY=30)
    with offline() as extra:
        process, output = start(tmp_path, settings, extra)
        wait_for(lambda: len(net.requests()) > 20)
        seconds = interrupt(process)
    assert process.returncode == 1
    assert seconds < 10
    assert output().splitlines()[-1] == "Nothing was published: the crawl was stopped."
    assert "Traceback" not in output()
    assert site(tmp_path) == before  # no file is new, so no temporary one was left either


def test_stopped_by_force_it_says_so(tmp_path, net):
    before = old_site(tmp_path)
    read_listings(net, tmp_path)
    net.reset_log()
    with offline() as extra:
        process, output = start(tmp_path, refresh_settings(net, tmp_path), extra)
        wait_for(lambda: len(net.requests()) > 20)
        process.send_signal(signal.SIGINT)
        wait_for(lambda: "Send again to force" in output())
        interrupt(process)
    assert process.returncode == 1
    assert output().splitlines()[-1] in (
        "Stopped; nothing was published.",
        "Nothing was published: the crawl was stopped.",  # it was quicker
    )
    assert site(tmp_path) == before


def test_spiders_that_cannot_be_started_are_told(tmp_path):
    (tmp_path / "directory.toml").write_text(DIRECTORY)
    with offline() as extra:
        done = scrapy(tmp_path, "refresh", settings={"CRAWL_TIME": "noon"}, extra=extra)
    assert done.returncode == 1
    assert "The spider sogs could not be started: CRAWL_TIME is 'noon'; give whole Unix seconds" in done.stderr
    assert done.stdout.splitlines()[-1] == "Nothing was published: the crawl ended with 'failed': see the log."


def start(folder, settings, extra):
    """Start a refresh; the process, and a function that gives what it has written."""
    path = folder / "output.txt"
    with path.open("wb") as file:
        process = subprocess.Popen(
            command("refresh"),
            cwd=folder,
            env=environment(settings, extra),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    return process, path.read_text


def interrupt(process):
    """Press Ctrl-C; the seconds until the process has ended."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    try:
        process.wait(TIMEOUT)
    finally:
        process.kill()
    return time.monotonic() - began


def test_on_a_terminal_progress_shows_counts(tmp_path):
    ours, theirs = pty.openpty()
    with SimNet(seed=1, scenario="demo", servers=20) as net, offline() as extra:
        read_listings(net, tmp_path)
        settings = refresh_settings(net, tmp_path)
        process = subprocess.Popen(
            command("refresh"),
            cwd=tmp_path,
            env={**environment(settings, extra), "TERM": "xterm", "COLUMNS": "120"},
            stdout=theirs,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        written = read_terminal(ours)
        assert process.wait(TIMEOUT) == 0, written
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)
    assert plain != written
    assert re.search(r"Asking the servers .* [1-9]\d*/[1-9]\d+ .*[1-9]\d* reachable, \d+ failed", plain), plain
    assert "Published" in written


def read_terminal(terminal):
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:  # how Linux says that nobody writes any more
        pass
    os.close(terminal)
    return b"".join(parts).decode()
