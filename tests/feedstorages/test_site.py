"""The order in which a site is stored, at a place that remembers what it was asked to do."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import pytest

from sessioncrawler.feedstorages._site import NotPublished, Target, Trouble, objection, rank_of, store_file, store_site
from sessioncrawler.publish.manifest import FILES
from tests.support.packed_sites import NEW, OLD, archive, whole

OWN = {"robots.txt": b"mine", "health.json": b"{}", "mine/notes": b"mine"}
"""Files beside a site that are not its own."""
FRONT = "index.html"


class Killed(BaseException):
    """The end of a process."""


class Memory(Target):
    """Files by path, and what was done. ``faults``: number of a change → what is raised instead of it."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = dict(files or {})
        self.done: list[str] = []
        self.faults: dict[int, BaseException] = {}

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def below(self, folder: str) -> Iterable[str]:
        return [path for path in self.files if path.startswith(f"{folder}/")]

    def put(self, paths, read):
        for path in paths:
            self._change(f"put {path}")
            self.files[path] = read(path)

    def delete(self, paths):
        for path in list(paths):
            self._change(f"delete {path}")
            self.files.pop(path, None)

    def _change(self, change: str) -> None:
        if fault := self.faults.pop(len(self.done), None):
            raise fault
        self.done.append(change)


@pytest.fixture
def place():
    """A place with an old site."""
    made = Memory(OWN)
    store_site(archive(OLD), made)
    made.done.clear()
    return made


def test_only_what_has_changed_is_stored_and_in_order(place):
    store_site(archive(NEW), place)
    assert place.files == whole(NEW) | OWN
    assert place.done == [
        f"delete {FILES}",
        "put data.json",
        "put v1/rooms.json",
        "put c/b/index.html",
        "put c/come/index.html",
        "put index.html",
        "delete c/gone/index.html",
        "delete gone.txt",
        f"put {FILES}",
    ]


def test_the_same_site_again_changes_nothing(place):
    store_site(archive(OLD), place)
    assert place.done == []


def test_the_front_page_comes_last():
    names = ["index.html", "c/x/index.html", "c/index.html", "v1/x", "data.json"]
    assert sorted(names, key=rank_of) == ["v1/x", "data.json", "c/x/index.html", "c/index.html", "index.html"]


@pytest.mark.parametrize("manifest", [None, b"", b"{}", b'{"files": {"../x": {}}}'])
def test_without_a_manifest_all_is_stored_and_folders_of_the_site_are_tidied(place, manifest):
    if manifest is None:
        del place.files[FILES]
    else:
        place.files[FILES] = manifest
    place.files["c/left/index.html"] = b"by a run that was killed"
    store_site(archive(NEW), place)
    # Beside its folders nothing is removed: what is there may be somebody else's.
    assert place.files == whole(NEW) | OWN | {"gone.txt": b"old"}
    assert [done for done in place.done if done.startswith("put")][-1] == f"put {FILES}"
    assert len(place.done) == len(NEW) + 1 + 2 + (manifest is not None)


@pytest.mark.parametrize("number", range(9))
def test_whenever_it_is_killed_the_next_run_mends_it(place, number):
    place.faults = {number: Killed()}
    with pytest.raises(Killed):
        store_site(archive(NEW), place)
    assert (FILES in place.files) == (number == 0)
    for path, content in place.files.items():
        assert content in (OLD.get(path), NEW.get(path), OWN.get(path), whole(OLD)[FILES]), path
    if place.files[FRONT] == NEW[FRONT]:
        assert place.files.items() >= NEW.items()
    store_site(archive(NEW), place)
    gone = set(place.files) - set(whole(NEW) | OWN)
    assert gone <= {"gone.txt"}
    assert {path: content for path, content in place.files.items() if path not in gone} == whole(NEW) | OWN


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (0, "what is published stays as it was"),
        (1, "the site is partly new"),
        (5, "the site is partly new"),
        (6, "the site is new, but this should no longer be there"),
    ],
)
def test_trouble_is_told_with_what_is_in_its_place_by_then(place, number, state):
    place.faults = {number: Trouble("somewhere", OSError("no  luck.\n"), "Do something.")}
    with pytest.raises(NotPublished) as told:
        store_site(archive(NEW), place)
    assert str(told.value) == f"somewhere could not be stored (OSError: no luck), so {state}. Do something."


@pytest.mark.parametrize("moment", ["prepare", "put"])
def test_two_runs_at_once_leave_no_manifest_that_is_wrong(place, moment, caplog):
    class Shared(Memory):
        def other(self, name):
            if name == moment:
                self.files |= whole({**OLD, "data.json": b"of another run"})

        def prepare(self, paths, read):
            self.other("prepare")

        def put(self, paths, read):
            super().put(paths, read)
            self.other("put")

    shared = Shared(place.files)
    store_site(archive(NEW), shared)
    assert FILES not in shared.files
    assert caplog.messages == ["Another run published here at the same time: the next one compares every file."]
    place.files = shared.files
    store_site(archive(NEW), place)
    assert place.files == whole(NEW) | OWN | {"gone.txt": b"old"} or place.files == whole(NEW) | OWN


def test_an_archive_that_is_not_whole_is_not_stored(place):
    cut = BytesIO(archive(NEW).getvalue()[:-100])
    with pytest.raises(NotPublished, match=r"the site could not be made, so what is published stays as it was\."):
        store_site(cut, place)
    assert place.done == []


class Unreadable(BytesIO):
    """A temporary file on a full disk: neither its end can be written nor its beginning read."""

    def seek(self, *_: object) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("store", [store_site, lambda file, place: store_file(file, place, "x")])
def test_a_temporary_file_that_cannot_be_read_is_told(place, store):
    with pytest.raises(NotPublished, match=r"No space left on device.*Free some space in FEED_TEMPDIR"):
        store(Unreadable(), place)
    assert place.done == []


def test_one_file_is_stored_whatever_else_is_there(place):
    store_file(BytesIO(b"text"), place, "a.txt")
    assert place.done == ["put a.txt"]
    place.faults = {1: Trouble("a.txt", OSError("no"), "Do something.")}
    with pytest.raises(NotPublished, match="stays as it was"):
        store_file(BytesIO(b"text"), place, "a.txt")


@pytest.mark.parametrize(
    ("stats", "sentence"),
    [
        ({"finish_reason": "finished"}, ""),
        ({"finish_reason": "finished", "spider_exceptions/count": 2}, "exceptions in the spider: 2, so"),
        ({"finish_reason": "monitors_failed"}, "the crawl did not finish (monitors_failed), so what is published"),
        ({}, "the crawl did not finish (None), so"),
    ],
)
def test_what_a_crawl_must_be_like(stats, sentence):
    assert objection(stats).startswith(sentence)
    assert bool(objection(stats)) == bool(sentence)
