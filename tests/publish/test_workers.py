"""Two processes that render one site: what they make is what one makes, or nothing."""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import select
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sessioncrawler.publish import workers
from sessioncrawler.publish.workers import processes
from sessioncrawler.settings import FEED_EXPORTERS, FEED_STORAGES, SPIDER_MODULES
from tests.support.publishing import SITE, Published, community, publish

SETTINGS = {"FEED_EXPORTERS": FEED_EXPORTERS, "FEED_STORAGES": FEED_STORAGES, "SPIDER_MODULES": SPIDER_MODULES}
PATIENCE = 30
"""Seconds."""
NOT_RENDERED = "ERROR The site could not be rendered, so nothing is published: "


def crawl(folder: Path, processes: int = 2, **more: Any) -> Published:
    items = [community(f"room{number}", f"Room {number}") for number in range(20)]
    (folder / "temporary").mkdir(parents=True, exist_ok=True)
    settings = {"RENDER_PROCESSES": processes, "FEED_TEMPDIR": str(folder / "temporary"), **SETTINGS, **more}
    return publish(items, {str(folder / "site"): SITE}, folder, **settings)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_nothing_is_left(folder: Path) -> None:
    assert multiprocessing.active_children() == []
    assert list((folder / "temporary").iterdir()) == []


@pytest.fixture
def apart(monkeypatch):
    """Has the second process do something else than what it does."""

    def rendered_by(render: Callable[[Any], Any]) -> None:
        outputs = [replace(one, render=render) if one.apart else one for one in workers.OUTPUTS]
        monkeypatch.setattr(workers, "OUTPUTS", outputs)

    return rendered_by


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The site as one process makes it."""
    folder = tmp_path_factory.mktemp("alone")
    assert crawl(folder, 1).errors == []
    return files(folder / "site")


def test_two_processes_make_the_bytes_of_one(tmp_path, alone):
    assert crawl(tmp_path).errors == []
    assert files(tmp_path / "site") == alone
    assert sum(path.startswith("c/") for path in alone) == 20
    assert_nothing_is_left(tmp_path)


def test_the_second_one_renders_all_that_is_apart_and_nothing_else(tmp_path, apart):
    def render(_: Any) -> Iterator[tuple[str, bytes]]:
        yield "process", str(os.getpid()).encode()

    apart(render)
    assert crawl(tmp_path).errors == []
    found = files(tmp_path / "site")
    assert [path for path in found if path.startswith("c/")] == ["c/process"]
    assert found["c/process"] != str(os.getpid()).encode()


def test_one_that_is_killed_publishes_nothing(tmp_path, apart, monkeypatch, alone):
    assert crawl(tmp_path).errors == []
    before = files(tmp_path / "site")

    def killed(_: Any) -> Iterator[tuple[str, bytes]]:
        yield "half", b"done"
        os.kill(os.getpid(), signal.SIGKILL)

    apart(killed)
    done = crawl(tmp_path, CRAWL_TIME=1_769_999_999)
    sentence = "the process that renders the pages of Communities was ended (SIGKILL). Run it again; "
    assert done.errors[0].startswith(NOT_RENDERED + sentence)
    assert "the site could not be made, so what is published stays as it was" in done.errors[1]
    assert files(tmp_path / "site") == before
    assert_nothing_is_left(tmp_path)
    monkeypatch.undo()
    assert crawl(tmp_path).errors == []
    assert files(tmp_path / "site") == alone


def test_one_that_ends_by_itself_is_told(tmp_path, apart):
    apart(lambda _: os._exit(3))
    assert "was ended (exit code 3)" in crawl(tmp_path).errors[0]
    assert_nothing_is_left(tmp_path)


@pytest.mark.parametrize("number", [1, 2])
def test_what_a_renderer_raises_is_told_alike(tmp_path, apart, number):
    def failing(_: Any) -> Iterator[tuple[str, bytes]]:
        yield "half", b"done"
        raise LookupError(lambda: "what cannot be sent")

    apart(failing)
    done = crawl(tmp_path, number)
    assert done.errors[0].startswith(f"{NOT_RENDERED}LookupError: <function ")
    assert len(done.errors) == 2
    assert not (tmp_path / "site").exists()
    assert_nothing_is_left(tmp_path)


def test_a_path_that_both_make_is_told(tmp_path, apart, monkeypatch):
    apart(lambda _: [("twice", b"")])
    twice = replace(next(one for one in workers.OUTPUTS if one.apart), apart=False)
    monkeypatch.setattr(workers, "OUTPUTS", [*workers.OUTPUTS, twice])
    assert crawl(tmp_path).errors[0] == f"{NOT_RENDERED}ValueError: 'c/twice' comes twice"


def test_when_the_first_one_fails_the_second_is_ended(tmp_path, apart, monkeypatch):
    def endless(_: Any) -> Iterator[tuple[str, bytes]]:
        signal.pause()
        yield "never", b""

    def failing(_: Any) -> bytes:
        raise LookupError("here")

    apart(endless)
    first, *others = workers.OUTPUTS
    monkeypatch.setattr(workers, "OUTPUTS", [replace(first, render=failing), *others])
    assert crawl(tmp_path).errors[0] == f"{NOT_RENDERED}LookupError: here"
    assert_nothing_is_left(tmp_path)


def test_a_signal_to_stop_is_not_for_the_second_one(tmp_path, apart):
    def asked_to_stop(_: Any) -> Iterator[tuple[str, bytes]]:
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(os.getpid(), one)
        yield "done", b"done"

    apart(asked_to_stop)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert crawl(tmp_path).errors == []
    assert (tmp_path / "site/c/done").read_bytes() == b"done"
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_who_started_us_may_ignore_the_ends_of_children(tmp_path, alone):
    child = os.fork()
    if not child:
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel keeps no exit codes then
            crawl(tmp_path)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert files(tmp_path / "site") == alone


def test_where_no_process_can_be_started_one_does_all(tmp_path, monkeypatch, alone):
    def fork() -> int:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", fork)
    assert crawl(tmp_path).errors == []
    assert files(tmp_path / "site") == alone
    assert gc.get_freeze_count() == 0
    assert_nothing_is_left(tmp_path)


def test_where_the_first_one_is_killed_the_second_ends(tmp_path, apart):
    def endless(_: Any) -> Iterator[tuple[str, bytes]]:
        os.write(alive, b"!")
        while True:
            yield f"{os.urandom(4).hex()}", b""

    apart(endless)
    wait, alive = os.pipe()
    child = os.fork()
    if not child:
        try:
            crawl(tmp_path)
        finally:
            os._exit(1)
    os.close(alive)
    with os.fdopen(wait, "rb", buffering=0) as pipe:
        assert pipe.read(1) == b"!"
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        # The end comes when nobody holds the other side any more.
        assert select.select([pipe], [], [], PATIENCE)[0]
        assert pipe.read(1) == b""
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(("cores", "wanted", "found"), [(1, 0, 1), (8, 0, 2), (1, 2, 2), (8, 1, 1), (8, 9, 2)])
def test_how_many(monkeypatch, cores, wanted, found):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    assert processes(wanted) == found
