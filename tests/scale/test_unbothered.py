"""What the bounds on strangers cost a real-shaped network: nothing, in the first crawl of a directory and after it."""

from __future__ import annotations

from simnet import SPREAD, UNBOUNDED, SimNet
from tests.support.crawl_process import project_settings
from tests.support.crawling import Job, run_crawls
from tests.support.sogs_world import NOW, World, read_listings, settings_for

HOUR = 3_600
PATIENT = {"PATIENT_RETRY_TIMES": 24, "PATIENT_RETRY_TIMEOUT": 1.5, "CONNECT_TIMEOUT": 1.5}
"""Tries that fail at once use up what one IP address may bear a second, so there are many; none of them is long."""


def bounds() -> dict[str, object]:
    """What operators have."""
    ours = project_settings()
    ours.setmodule("sessioncrawler.settings", priority="cmdline")
    return {name: ours[name] for name in UNBOUNDED}


def test_every_kind_of_server_is_as_welcome_as_without_bounds(tmp_path):
    """Sixty servers with every fault, each where it may be in a real network; nobody is known at first."""
    assert all(value > 0 for value in bounds().values())
    with SimNet(seed=3, scenario="demo", spread=True) as net:
        read_listings(net, tmp_path)
        due = {one.identifier for one in net.truth.communities}
        assert len(due) > 100
        for hours in (0, 1):
            more = {**bounds(), **SPREAD, **PATIENT, "CRAWL_TIME": NOW + hours * HOUR}
            (crawl,) = run_crawls([Job("sogs", settings=settings_for(net, tmp_path, **more))], folder=tmp_path)
            world = World(net, tmp_path, [], crawl)
            listed = set(world.listed())
            assert crawl.reason == "finished"
            assert not due - listed
            assert not listed - due - {one.identifier for one in net.truth.possible}
            assert "policy/dropped/beyond" not in crawl.stats
            assert not [one for one in world.polls.values() if one["outcome"] == "crowded"]
