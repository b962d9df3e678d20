"""Names whose DNS servers take their time: those that are known wait for none of them."""

from __future__ import annotations

import json

from simnet.attacks.client import links
from tests.support.hostile_system import NAMES


def test_names_that_take_their_time(siege, tmp_path):
    log = tmp_path / "asked.json"
    names = [f"sogs.slow{number}.example:9999" for number in range(40)]
    answers = {f"slow{number}.example": ["127.0.13.1", 0.4] for number in range(40)}
    attacked = siege.crawl(
        links(names), EXTENSIONS=NAMES, HOSTILE_NAMES=answers, HOSTILE_NAMES_LOG=str(log), DNS_THREADS=8
    )
    siege.holds(attacked)
    began = sorted(at for _, at in map(json.loads, log.read_text().splitlines()))
    assert max(sum(one <= other < one + 0.35 for other in began) for one in began) <= 6
