"""As ``test_killed.py``, with icons, which are one more table and one more tree; a file of its own for the cores."""

import pytest

from tests.faults.killing import PAIRS, kill_twice, killing
from tests.faults.runs import SIGKILLED


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    with killing(tmp_path_factory.mktemp("killed"), seed=2, ICONS_ENABLED=True) as it:
        yield it


@pytest.mark.parametrize("number", range(PAIRS))
def test_killed_at_any_moment_with_icons(killed, number):
    kill_twice(killed, number)


def test_nearly_all_were_killed_with_icons(killed):
    if len(killed.codes) < 2 * PAIRS:
        pytest.skip("not all moments were tested")
    # Some moments are past the end of a run that was quicker than the one in which they were drawn.
    assert killed.codes.count(SIGKILLED) >= 25
