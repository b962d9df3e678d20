"""A seeded, simulated Session network on loopback: demo, test bed and benchmark in one.

``SimNet`` starts it in a process of its own; ``Truth`` is what a perfect crawl of it finds. Every server has its own
port on 127.0.0.1, which is also ``localhost``. A crawler under test needs leave for 127.0.0.1/32 only.
"""

from simnet.client import ConnectionRecord, RequestRecord, SimNet, SimNetError
from simnet.truth import Bulk, Community, Expected, Truth, Unlisted
from simnet.world import SCENARIOS

__all__ = [
    "SCENARIOS",
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
