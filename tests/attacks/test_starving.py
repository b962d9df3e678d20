"""Strangers who hold every place that there is: those who are known are asked all the same, and at once."""

from __future__ import annotations

from simnet.attacks import Attackers

FEW_PLACES = {"CONCURRENT_WORK": 30, "CONCURRENT_PATIENCE": 30}


def many(networks: int) -> list[str]:
    """One address in each of so many networks."""
    return [f"127.{20 + number // 250}.{number % 250}.1" for number in range(networks)]


def test_a_machine_that_drips_at_hundreds_of_ports(siege):
    with Attackers("drip", 120) as attackers:
        siege.holds(siege.crawl(attackers.links()))


def test_more_machines_that_drip_than_there_are_places(siege):
    """More than there are places, each in a network of its own."""
    with Attackers("drip", 60, hosts=many(60)) as attackers:
        siege.holds(siege.crawl(attackers.links(), **FEW_PLACES))


def test_more_machines_that_stall_than_there_are_places(siege):
    """What they cost is LAST_GRACE, which is shorter here: a small world allows five seconds."""
    with Attackers("stall", 60, hosts=many(60)) as attackers:
        siege.holds(siege.crawl(attackers.links(), LAST_GRACE=2, CONCURRENT_PATIENCE=30))
