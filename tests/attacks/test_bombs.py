"""Servers with more rooms than anybody needs, in little that travels and much that is unpacked."""

from __future__ import annotations

from sessioncrawler.editorial.config import load_directory
from sessioncrawler.model import Server
from sessioncrawler.protocol.joinlinks import parse_join_link
from simnet.attacks import Attackers

TAKEN = 100
"""Rooms that are taken of a server that is new: a tenth of ROOMS_PER_SERVER."""


def test_a_few_bombs_of_rooms(siege):
    """Of 10,000 rooms a hundred are taken, of these twenty listed, while all the honest are as new as they."""
    ours = {one.address.base_url for one in load_directory(siege.net.directory_toml).servers}
    most = sum(one.base_url not in ours for one in siege.net.truth.communities) + 100
    with Attackers("bomb", 5, hosts=[f"127.0.5.{number}" for number in range(1, 6)]) as attackers:
        links = list(map(parse_join_link, attackers.links()))
        servers = [Server(link.address, link.public_key) for link in links]
        oldest = {f"room{age}+{server.server_id}" for server in servers for age in range(20)}
        attacked = siege.crawl(attackers.links(), NEW_ON_PAGE=most, ROOMS_ON_PAGE=30)
        siege.holds(attacked, oldest)
    assert oldest <= attacked.listed
    stats = attacked.world.crawl.stats
    assert stats["polls/over_limit"] == 5 * (10_000 - TAKEN)
    assert "tells 10,000 rooms, of which the 100 oldest are taken" in attacked.world.crawl.log
    assert stats["policy/dropped/beyond"] == 5 * (TAKEN - 20)
    site = siege.folder / "site"
    assert "400 beyond what one server, or all new servers, may list" in (site / "v1" / "policy.json").read_text()
    assert "70 rooms are not listed, because its server lists 100 rooms" in (site / "status" / "index.html").read_text()
