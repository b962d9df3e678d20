"""A seeded, simulated Session network on loopback: demo, test bed and benchmark in one.

``SimNet`` starts it in a process of its own; ``Truth`` is what a perfect crawl of it finds. Every server has its own
port on 127.0.0.1, which is also ``localhost``. A crawler under test needs leave for 127.0.0.1/32 only.
"""

from simnet.client import ConnectionRecord, RequestRecord, SimNet, SimNetError
from simnet.spread import SPREAD
from simnet.truth import Bulk, Community, Expected, Truth, Unlisted
from simnet.world import SCENARIOS

UNBOUNDED = {
    "NEW_PER_IP": 0,
    "NEW_PER_NETWORK": 0,
    "NEW_PER_DOMAIN": 0,
    "NEW_PER_SOURCE": 0,
    "NEW_ON_PAGE": 0,
    "ROOMS_ON_PAGE": 0,
    "CONNECTIONS_PER_IP": 0,
    "CONNECTION_RATE": 0,
}
"""Settings of a crawl of it: all its servers stand at one IP address, as in no real network."""

__all__ = [
    "SCENARIOS",
    "SPREAD",
    "UNBOUNDED",
    "Bulk",
    "Community",
    "ConnectionRecord",
    "Expected",
    "RequestRecord",
    "SimNet",
    "SimNetError",
    "Truth",
    "Unlisted",
]
