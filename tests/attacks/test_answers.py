"""Answers that are meant to cost: errors of megabytes with a wait, crumbs."""

from __future__ import annotations

import pytest

from sessioncrawler.model import Outcome, Sighting
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.state import State
from simnet.attacks import Attackers
from tests.support.crawling import Job, run_crawls
from tests.support.sogs_world import NOW

DIRECTORY = '[site]\nname = "Test"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'


@pytest.mark.parametrize("manner", ["busy", "busy-for-long", "crumbs"])
def test_a_few_answers_that_cost(siege, manner):
    with Attackers(manner, 12, hosts=("127.0.4.1", "127.0.4.2", "127.0.4.3")) as attackers:
        attacked = siege.crawl(attackers.links())
        siege.holds(attacked)
        outcomes = {attacked.world.poll_of(link)["outcome"] for link in map(base, attackers.links())}
        assert outcomes <= {Outcome.STALLED, Outcome.HTTP_STATUS}


def base(link: str) -> str:
    return parse_join_link(link).address.base_url


def test_what_waits_holds_nothing(tmp_path):
    """Four servers that ask for a pause in 4.9 MB, and four with as many bytes of rooms: Scrapy sees heads alone."""
    (tmp_path / "directory.toml").write_text(DIRECTORY)
    order = {
        "STATE_URL": f"sqlite:///{tmp_path}/state.db",
        "SITE_URI": str(tmp_path / "site"),
        "DIRECTORY_CONFIG": "directory.toml",
        "ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
        "CRAWL_TIME": NOW,
        "SERVER_BUDGET": 6,
        "ICONS_ENABLED": False,
        "GUESS_LANGUAGES": False,
    }
    with Attackers("busy", 4) as busy, Attackers("bomb", 4) as bombs:
        links = map(parse_join_link, (*busy.links(), *bombs.links()))
        with State.open(order["STATE_URL"]) as state:
            state.record_sightings([Sighting(link, "lokilocker") for link in links], NOW)
        (crawl,) = run_crawls([Job("tests.attacks.held.Held", settings=order)], folder=tmp_path)
    assert crawl.reason == "finished"
    assert crawl.stats["polls/reached"] == 4
    assert crawl.stats["held"] < 100_000
