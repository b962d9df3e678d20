"""Rooms whose pictures are sent to take time: a byte every half second, or seven seconds of work in 60 kB."""

from __future__ import annotations

import pytest

from simnet.attacks import Attackers
from tests.support.attacking import besieged
from tests.support.sogs_world import identifier

HONEST = "127.0.0.1"
"""The host of all servers that are honest."""


WORK = {"CONCURRENT_WORK": 12, "ICONS_AT_ONCE": 8}
"""Less than operators have, so that few attackers are many."""


@pytest.fixture(scope="module")
def siege(tmp_path_factory):
    """Twelve honest servers that are known; pictures are fetched anew in every crawl, and the site waits for icons
    alone as long as for one server.
    """
    settings = {"SERVER_BUDGET": 4, "ICONS_ENABLED": True, "ICONS_EXPIRE_DAYS": 0, "ICONS_GRACE": 4, **WORK}
    with besieged(tmp_path_factory.mktemp("siege"), **settings) as found:
        assert found.before.world.crawl.stats["icons/fetched"] > 10
        yield found


def holds(siege, attacked):
    """Nobody else lost anything; the rooms of attackers are rooms like all others."""
    found = {identifier(item): item["server"]["address"]["host"] for item in attacked.world.communities}
    siege.holds(attacked, {room for room, host in found.items() if host != HONEST})
    shown = [{item["icon"] for item in crawl.world.communities if item["icon"]} for crawl in (siege.before, attacked)]
    assert shown[0] == shown[1]
    assert attacked.world.crawl.stats["icons/fetched"] == siege.before.world.crawl.stats["icons/fetched"]


def test_dripping_pictures_from_everywhere(siege):
    """More of them than all work there may be at a time."""
    with Attackers("drip-pictures", 24, hosts=[f"127.0.4.{number}" for number in range(1, 25)]) as attackers:
        attacked = siege.crawl(attackers.links())
    holds(siege, attacked)
    assert attacked.world.crawl.stats["icons/later"] == 24


def test_a_server_whose_thousand_pictures_drip(siege):
    """It has twenty of its own in a crawl, and loses only these."""
    with Attackers("many-drip-pictures", 1, hosts=["127.0.6.1"]) as attackers:
        attacked = siege.crawl(attackers.links())
        assert len(attackers.contacts().times) < 40
    holds(siege, attacked)


def test_pictures_that_decode_for_seconds(siege):
    with Attackers("costly-pictures", 14, hosts=[f"127.0.5.{number}" for number in range(1, 15)]) as attackers:
        attacked = siege.crawl(attackers.links())
    holds(siege, attacked)
    refused, later = (attacked.world.crawl.stats.get(f"icons/{stat}", 0) for stat in ("too-costly", "later"))
    assert refused + later == 14
