"""Hosts that break every connection off."""

from __future__ import annotations

from simnet.attacks import Attackers

TRIES = 150
"""Of each of eight machines."""
MORE = 60
"""MiB; tries that kept their connections would hold 300."""


def test_a_few_machines_that_reset_every_connection(siege):
    with Attackers("reset", 8, hosts=("127.0.3.1", "127.0.3.2")) as attackers:
        siege.holds(siege.crawl(attackers.links("https")))
        assert attackers.contacts().times


def test_memory_is_flat_over_a_thousand_failed_tries(siege):
    """As many as they please: no pause between tries, no bound on connections."""
    haste = {"CONNECTIONS_PER_IP": 0, "CONNECTION_RATE": 0, "PATIENT_RETRY_DELAY": 0}
    long = {"PATIENT_RETRY_TIMES": TRIES, "SERVER_BUDGET": 60, "PATIENCE_BUDGET": 60}
    with Attackers("reset", 8, hosts=("127.0.3.1", "127.0.3.2")) as attackers:
        attacked = siege.crawl(attackers.links("https"), **haste, **long)
    assert attacked.world.crawl.stats["polls/tries"] > 7 * TRIES
    assert attacked.memory < siege.before.memory + MORE
