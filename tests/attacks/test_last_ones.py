"""Strangers who stall do not hold up what all others told, with the patience that operators have."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from simnet import SimNet
from simnet.attacks import Attackers
from tests.attacks.test_starving import many
from tests.support.attacking import DEFAULTS, Siege, besieged
from tests.support.sogs_world import read_listings

GRACE = 2
LONGEST = 45
"""Seconds on a busy machine. Without a grace one of these strangers lasts for 90 to 600."""


def elapsed(attacked) -> float:
    return attacked.world.crawl.stats["elapsed_time_seconds"]


def test_strangers_that_stall_delay_nothing(tmp_path):
    """What stalls, breaks off, drips and asks to wait, all at once: at first new, then known for it."""
    with besieged(tmp_path, LAST_GRACE=GRACE) as siege, ExitStack() as stack:
        links = []
        for number, manner in enumerate(("stall", "reset", "drip", "busy")):
            hosts = many(20)[5 * number : 5 * number + 5]
            links += stack.enter_context(Attackers(manner, 5, hosts=hosts)).links()
        for posted in (links, ()):
            attacked = siege.crawl(posted)
            siege.lists(attacked)
            assert elapsed(attacked) < LONGEST
            ends = [poll["outcome"] for url, poll in attacked.world.polls.items() if "//127.20." in url]
            assert len(ends) == 20
            assert {*ends} == {"stalled", "reset"}


@pytest.fixture(scope="module")
def stalled(tmp_path_factory):
    """Three crawls of honest servers and one that never answers: the first, an hour later, a day later."""
    folder = tmp_path_factory.mktemp("memory")
    quick = {"PATIENT_RETRY_TIMES": 8, "PATIENT_RETRY_TIMEOUT": 1, "CONNECT_TIMEOUT": 1, "SILENT_RETRY_TIMES": 2}
    settings = {"ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8", **DEFAULTS, **quick}
    with SimNet(seed=1, scenario="honest", latency=(0.01, 0.05)) as net, Attackers("stall", 1, many(1)) as one:
        siege = Siege(net, folder, settings)
        read_listings(net, folder)
        first, second = siege.crawl(one.links(), LAST_GRACE=0.5), siege.crawl(LAST_GRACE=60)
        siege.hours += 24
        yield [next(poll for url, poll in crawl.world.polls.items() if url.endswith(one.addresses[0])) for crawl in (
            first, second, siege.crawl(LAST_GRACE=60)
        )]  # fmt: skip


def test_who_never_answered_has_few_tries_and_all_of_them_once_a_day(stalled):
    first, hour, day = stalled
    assert hour["tries"] <= 2 * 4
    assert min(day["tries"], first["tries"]) > 2 * 4
