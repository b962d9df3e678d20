"""Two processes that render one site: what they make is what one makes, or nothing."""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import select
import signal
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sessioncrawler.exporters import site
from sessioncrawler.publish import workers
from sessioncrawler.publish.outputs import Output
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
    """Has the second process do something else than what it does: one output, which the first one leaves to it."""
    begun = multiprocessing.get_context("fork").Event()
    first, *others = [one for one in workers.OUTPUTS if not one.apart]

    def rendered_by(render: Callable[[Any], Any]) -> None:
        def here(edition: Any) -> Any:
            assert processes_are_one() or begun.wait(PATIENCE)
            return first.render(edition)

        def there(edition: Any) -> Any:
            begun.set()
            return render(edition)

        outputs = [replace(first, render=here), *others, Output("c/", there, apart=True)]
        monkeypatch.setattr(workers, "OUTPUTS", outputs)

    return rendered_by


def processes_are_one() -> bool:
    return not multiprocessing.active_children()


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


def waits_for_ever() -> None:
    while True:
        signal.pause()


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "was ended (SIGKILL)"),
        (lambda: os._exit(3), "was ended (exit code 3)"),
        (waits_for_ever, "told nothing for 1 s"),
    ],
)
def test_what_one_that_fails_took_is_rendered_by_the_other(tmp_path, apart, monkeypatch, fails, words):
    monkeypatch.setattr(workers, "PATIENCE", 1)
    here = os.getpid()

    def render(_: Any) -> Iterator[tuple[str, bytes]]:
        yield "one", b"done"
        if os.getpid() != here:
            fails()
        yield "other", b"done"

    apart(render)
    done = crawl(tmp_path)
    assert done.errors == []
    (told,) = [line for line in done.log if "second process" in line]
    assert told.startswith(f"WARNING The second process that renders {words}, so the first one renders the rest.")
    found = files(tmp_path / "site")
    assert [path for path in found if path.startswith("c/")] == ["c/one", "c/other"]
    assert_nothing_is_left(tmp_path)


def test_who_is_free_renders_the_next_part(tmp_path, monkeypatch, alone):
    rendered = multiprocessing.get_context("fork").Event()
    here = os.getpid()

    def slow(render: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def rendered_by_either(edition: Any) -> Any:
            if os.getpid() == here:
                rendered.set()
            else:  # one part takes as long as the first process needs to come to another one
                assert rendered.wait(PATIENCE)
            return render(edition)

        return rendered_by_either

    outputs = [replace(one, render=slow(one.render)) if one.apart else one for one in workers.OUTPUTS]
    monkeypatch.setattr(workers, "OUTPUTS", outputs)
    assert crawl(tmp_path).errors == []
    assert rendered.is_set()
    assert files(tmp_path / "site") == alone


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
    monkeypatch.setattr(workers, "OUTPUTS", [*workers.OUTPUTS, Output("c/", lambda _: [("twice", b"")])])
    assert crawl(tmp_path).errors[0] == f"{NOT_RENDERED}ValueError: 'c/twice' comes twice"


def test_when_the_first_one_fails_the_second_is_ended(tmp_path, apart, monkeypatch):
    def endless(_: Any) -> Iterator[tuple[str, bytes]]:
        waits_for_ever()
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


def test_what_was_rendered_is_not_kept_in_memory(tmp_path, monkeypatch):
    seen = []

    def packed(archive: Any, edition: Any, **more: Any) -> None:
        seen.append(weakref.ref(edition))
        workers.pack_edition(archive, edition, **more)

    monkeypatch.setattr(site, "pack_edition", packed)
    gc.disable()  # it would be found some time, but the site is stored before
    try:
        assert crawl(tmp_path).errors == []
        assert [one() for one in seen] == [None]
    finally:
        gc.enable()


@pytest.mark.parametrize(("cores", "wanted", "found"), [(1, 0, 1), (8, 0, 2), (1, 2, 2), (8, 1, 1), (8, 9, 2)])
def test_how_many(monkeypatch, cores, wanted, found):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    assert processes(wanted) == found
