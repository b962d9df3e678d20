"""The second process that renders is killed: the run fails with a sentence, and the next one is as if nothing was."""

from __future__ import annotations

import pytest

from tests.faults.runs import faults, files, measured


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with faults(tmp_path_factory.mktemp("second")) as it:
        yield it


@pytest.fixture(scope="module")
def published(faulty):
    """What a run with one process makes of it."""
    folder = faulty.fresh("published")
    assert faulty.run(folder, RENDER_PROCESSES=1).code == 0
    return measured(files(folder / "site"))


@pytest.mark.parametrize("calls", [1, 3_000, 30_000])
def test_killed_while_it_renders(faulty, published, calls):
    folder = faulty.fresh(f"killed-{calls}")
    temporary = folder / "temporary"
    temporary.mkdir()
    before = files(folder / "site")
    run = faulty.run(folder, "refresh", "-s", f"FEED_TEMPDIR={temporary}", second=calls, RENDER_PROCESSES=2)
    assert run.code == 1
    assert "Traceback" not in run.output
    assert (
        "so nothing is published: the process that renders the pages of Communities was ended (SIGKILL)" in run.output
    )
    assert run.last_line.startswith("Nothing was published: ")
    assert files(folder / "site") == before
    assert list(temporary.iterdir()) == []
    assert faulty.run(folder, RENDER_PROCESSES=2).code == 0
    assert measured(files(folder / "site")) == published
