"""More stalling links than there are files: they wait, and neither the honest nor the state lack any."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from simnet.attacks import Attackers
from tests.attacks.test_starving import many
from tests.support.hostile_system import FEW_FILES

FEW = 128
IMPATIENT = {"PATIENT_RETRY_TIMEOUT": 1}


@contextmanager
def few_files() -> Iterator[None]:
    """The soft limit of processes that are started meanwhile; the hard one stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_system_that_has_few_files(siege):
    with Attackers("stall", 120, hosts=many(120)) as attackers:
        attacked = siege.crawl(attackers.links(), EXTENSIONS=FEW_FILES, FEW_FILES=160, **IMPATIENT)
    siege.holds(attacked)
    assert "open files" not in attacked.world.crawl.log
    outcomes = Counter(poll["outcome"] for poll in attacked.world.polls.values())
    assert outcomes["stalled"] >= 120
    assert outcomes["abandoned"] == 0


def test_a_shell_that_allows_few_files(siege):
    with Attackers("stall", 2 * FEW, hosts=many(2 * FEW)) as attackers, few_files():
        attacked = siege.crawl(attackers.links(), **IMPATIENT)
    outcomes = Counter(poll["outcome"] for poll in attacked.world.polls.values())
    assert attacked.world.crawl.reason == "finished"
    assert outcomes["stalled"] >= 2 * FEW
    assert outcomes["abandoned"] == 0  # for want of a file
