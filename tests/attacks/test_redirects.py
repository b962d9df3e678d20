"""A server that leads to ever new names: one poll leads to one more, twice in a row at most."""

from __future__ import annotations

from simnet.attacks import Attackers
from tests.support.hostile_system import NAMES


def test_a_server_that_leads_to_ever_new_names(siege):
    with Attackers("lead", 1, hosts=("127.0.12.1",)) as attackers:
        answers = {"further.example": ["127.0.12.1", 0]}
        attacked = siege.crawl(attackers.links(), EXTENSIONS=NAMES, HOSTILE_NAMES=answers)
    siege.holds(attacked)
    asked = [poll for poll in attacked.world.polls.values() if poll["address"]["host"].endswith("further.example")]
    assert len(asked) == 2
