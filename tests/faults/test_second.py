"""The second process that renders is killed: the first one renders its parts, and says so."""

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
    run = faulty.run(folder, "refresh", "-s", f"FEED_TEMPDIR={temporary}", second=calls, RENDER_PROCESSES=2)
    assert run.code == 0, run.output
    assert "Traceback" not in run.output
    assert "The second process that renders was ended (SIGKILL), so the first one renders the rest." in run.output
    assert list(temporary.iterdir()) == []
    assert measured(files(folder / "site")) == published
