"""Folders in which nothing can be written, or not enough: the site stays as it was, and a sentence says why."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil

import pytest

from sessioncrawler.feedstorages.folder import UNPUBLISHED
from tests.faults.disks import fill, make_read_only, tmpfs
from tests.faults.runs import Run, faults, files, measured, state_rows

NOBODY = 65534
SITE_KEPT = "Nothing was published: the site could not be rendered or stored: see the log."


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with faults(tmp_path_factory.mktemp("disk")) as it:
        yield it


def assert_failed(run: Run, *sentences: str) -> None:
    assert run.code == 1, run.output
    assert "Traceback" not in run.output
    for sentence in sentences:
        assert sentence in run.output


@pytest.mark.parametrize("leave", [0, 300_000, 2_000_000])
def test_a_full_disk_under_the_site(faulty, folder, leave):
    site = folder / "site"
    with tmpfs(site):
        before = files(site)
        fill(site, leave)
        run = faulty.run(folder)
        (site / "ballast").unlink()
        assert files(site) == before
        again = faulty.run(folder)
    assert_failed(
        run,
        "could not be stored (No space left on device), so what is published stays as it was. "
        "Free some space there, and in FEED_TEMPDIR, and run it again.",
    )
    assert run.last_line == SITE_KEPT
    assert run.output.count("Error storing") < 5
    assert again.code == 0


def test_a_full_disk_under_the_state(faulty, folder):
    data = folder / "data"
    data.mkdir()
    for path in folder.glob("state.db*"):
        path.rename(data / path.name)
    before, known = files(folder / "site"), state_rows(data)
    with tmpfs(data, "4m"):
        fill(data, 0)
        run = faulty.run(folder, STATE_URL=f"sqlite:///{data}/state.db")
        (data / "ballast").unlink()
        rows = state_rows(data)
    assert_failed(run, "has no room to grow, or its disk fails. Free some space, check the disk, and try again")
    assert run.last_line == "Nothing was published: the state database could not be used: see the log."
    assert files(folder / "site") == before
    for table, old in known.items():
        assert rows[table] >= old, table


@pytest.mark.parametrize("leave", [0, 200_000])
def test_a_full_disk_under_the_temporary_folder(faulty, folder, leave):
    temporary = folder / "temporary"
    temporary.mkdir()
    before = files(folder / "site")
    with tmpfs(temporary, "4m"):
        fill(temporary, leave)
        run = faulty.run(folder, "refresh", "-s", f"FEED_TEMPDIR={temporary}")
        assert list(files(temporary)) == ["ballast"]
    assert_failed(run, "No space left on device")
    assert run.last_line == SITE_KEPT
    assert files(folder / "site") == before


def test_a_file_that_may_not_become_so_large(faulty, folder):
    before = files(folder / "site")
    run = faulty.run(folder, largest=400_000)
    assert_failed(run, os.strerror(errno.EFBIG))
    assert files(folder / "site") == before


def test_a_site_folder_that_is_read_only(faulty, folder):
    site = folder / "site"
    with tmpfs(site):
        make_read_only(site)
        before = files(site)
        run = faulty.run(folder)
        assert files(site) == before
    assert_failed(
        run, "could not be stored (Read-only file system)", "Give this user the right to write there, or set SITE_URI"
    )
    assert run.last_line == SITE_KEPT


def test_a_site_folder_without_the_right_to_write(faulty, folder):
    for path in (folder / "site").rglob("*"):
        if path.is_dir():
            path.chmod(0o555)
            if not os.geteuid():
                shutil.chown(path, NOBODY)
    before = files(folder / "site")
    run = faulty.run(folder, ordinary=True)
    assert_failed(run, "could not be stored (Permission denied)", "Give this user the right to write there")
    assert files(folder / "site") == before


@pytest.mark.parametrize("name", ["site", "site/c", "site/index.html"])
def test_something_else_in_the_place(faulty, folder, name):
    place = folder / name
    if place.is_dir():
        shutil.rmtree(place)
        place.write_text("a file")
    else:
        place.unlink()
        place.mkdir()
    before = files(folder / "site") if name != "site" else {}
    run = faulty.run(folder)
    assert_failed(run, "Something else is in its place: move it away, or set SITE_URI to another folder")
    assert run.last_line == SITE_KEPT
    if name == "site":
        assert place.read_text() == "a file"
    else:
        assert files(folder / "site") == before


def test_what_killed_runs_have_left_goes(faulty, folder):
    for name in ("site", "site/c", "site/c/gone", "site/v1"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / f"{UNPUBLISHED}left").write_text("half")
    assert faulty.run(folder).code == 0
    assert not [name for name in files(folder / "site") if UNPUBLISHED in name]
    assert not (folder / "site" / "c" / "gone").exists()


def test_what_another_run_is_about_to_publish_is_left_alone(faulty, folder):
    waiting = folder / "site" / "c" / f"{UNPUBLISHED}waiting"
    waiting.write_text("in a moment")
    other = os.open(folder / "site", os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert faulty.run(folder, PUBLISH_WAIT=0.5).code == 1
    finally:
        os.close(other)
    assert waiting.read_text() == "in a moment"


def test_a_new_folder_is_made(faulty, folder):
    run = faulty.run(folder, SITE_URI=str(folder / "a" / "b"))
    assert run.code == 0
    assert measured(files(folder / "a" / "b")).keys() >= {"index.html", "v1/manifest.json", "files.json"}
