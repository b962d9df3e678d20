"""The board, as the simulated network shows it."""

from __future__ import annotations

from sessioncrawler.state import State
from simnet import SimNet
from tests.support.crawling import Job, run_crawls
from tests.support.sogs_world import settings_for


def test_links_and_tags_of_the_board(tmp_path):
    with SimNet(seed=3, servers=20) as net:
        (done,) = run_crawls(
            [Job("group_board", {"url": net.listing_urls["group_board"]}, settings_for(net, tmp_path))]
        )
    assert done.reason == "finished"
    with State.open(f"sqlite:///{tmp_path}/state.db") as state:
        sightings = state.sightings()
    assert len(sightings) > 5
    assert {sighting.source for sighting in sightings} == {"group_board"}
    assert any(sighting.tags for sighting in sightings)
