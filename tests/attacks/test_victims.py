"""Strangers who have us call upon somebody else: in one crawl few of their links lead there, and slowly."""

from __future__ import annotations

import pytest

from simnet.attacks import Attackers
from simnet.attacks.client import links
from tests.support.attacking import besieged
from tests.support.hostile_system import NAMES

VICTIM = "127.0.9.1"


@pytest.fixture
def victim():
    with Attackers("stall", 1, hosts=(VICTIM,)) as found:
        yield found


def outcomes_of(attacked, ending: str) -> list[str]:
    """How the addresses ended whose host ends so."""
    return sorted(poll["outcome"] for poll in attacked.world.polls.values() if poll["address"]["host"].endswith(ending))


def is_spared(contacts, seconds: float) -> None:
    """Assert that nobody had to bear more than four connections at a time, and four a second."""
    assert max(contacts.most.values()) <= 5  # one whose end it has not noticed yet
    assert 0 < len(contacts.times) <= 4 * seconds + 4
    ordered = sorted(contacts.times)
    busiest = max(sum(one <= other < one + 1 for other in ordered) for one in ordered)
    assert busiest <= 6


def test_hundreds_of_ports_of_one_machine(siege):
    with Attackers("stall", 60, hosts=(VICTIM,)) as attackers:
        attacked = siege.crawl(attackers.links())
        is_spared(attackers.contacts(), attacked.seconds)
    siege.holds(attacked)
    assert outcomes_of(attacked, VICTIM) == ["crowded"] * 52 + ["stalled"] * 8
    told = next(poll for poll in attacked.world.polls.values() if poll["outcome"] == "crowded")
    assert told["detail"] == f"is one of too many new addresses at {VICTIM}: 8 are asked a crawl"


def test_ports_of_a_whole_network(siege):
    hosts = [f"127.0.10.{number}" for number in range(1, 41)]
    with Attackers("stall", 80, hosts=hosts) as attackers:
        attacked = siege.crawl(attackers.links())
    siege.holds(attacked)
    crowded = [one for host in hosts for one in outcomes_of(attacked, host)].count("crowded")
    assert crowded == 80 - 32


def test_hundreds_of_domains_of_one_machine(siege, victim):
    (at,) = victim.addresses
    port = at.rpartition(":")[2]
    names = [f"sogs.victim{number}.example:{port}" for number in range(40)]
    answers = {f"victim{number}.example": [VICTIM, 0] for number in range(40)}
    attacked = siege.crawl(links(names), EXTENSIONS=NAMES, HOSTILE_NAMES=answers)
    is_spared(victim.contacts(), attacked.seconds)
    siege.holds(attacked)
    assert outcomes_of(attacked, ".example") == ["crowded"] * 32 + ["stalled"] * 8


def test_hundreds_of_names_of_one_domain_at_as_many_machines(siege):
    names = [f"n{number}.crowd.example:9999" for number in range(60)]
    answers = {"crowd.example": ["127.0.11", 0]}
    attacked = siege.crawl(links(names), EXTENSIONS=NAMES, HOSTILE_NAMES=answers, NEW_PER_NETWORK=0)
    siege.holds(attacked)
    assert outcomes_of(attacked, "crowd.example") == ["crowded"] * 28 + ["refused"] * 32


def test_those_who_are_known_are_not_bounded(tmp_path, victim):
    """Twelve honest servers at one IP address, at which strangers are, too."""
    with (
        besieged(tmp_path, SERVER_BUDGET=4, PATIENCE_BUDGET=2) as siege,
        Attackers("stall", 50, hosts=("127.0.0.1",)) as attackers,
    ):
        siege.holds(siege.crawl(attackers.links()))


def test_a_source_that_names_more_than_its_share(siege):
    names = [f"sogs.s{number}.example:9999" for number in range(40)]
    answers = {f"s{number}.example": [f"127.0.{20 + number}.1", 0] for number in range(40)}
    attacked = siege.crawl(links(names), EXTENSIONS=NAMES, HOSTILE_NAMES=answers, NEW_PER_SOURCE=15)
    siege.holds(attacked)
    crowded = [
        poll
        for poll in attacked.world.polls.values()
        if poll["outcome"] == "crowded" and poll["address"]["host"].startswith("sogs.s")
    ]
    assert len(crowded) >= 25
    assert crowded[0]["detail"] == "is one of too many new addresses of lokilocker: 15 are asked a crawl"
