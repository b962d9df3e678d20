"""``kill -9`` at moments of a whole run: what is published is never half, what is known is never lost.

With icons, so that a run does all that there is to do.
"""

import pytest

from tests.faults.killing import PAIRS, kill_twice, killing
from tests.faults.runs import SIGKILLED


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    with killing(tmp_path_factory.mktemp("killed"), seed=2, ICONS_ENABLED=True) as it:
        yield it


@pytest.mark.parametrize("number", range(PAIRS))
def test_killed_at_any_moment(killed, number):
    kill_twice(killed, number)


def test_nearly_all_were_killed(killed):
    if len(killed.codes) < 2 * PAIRS:
        pytest.skip("not all moments were tested")
    # Some moments are past the end of a run that was quicker than the one in which they were drawn.
    assert killed.codes.count(SIGKILLED) >= 3 * PAIRS // 2
