"""Records whole spider runs against the simulated network as Betamax cassettes.

Run ``python -m tests.record_cassettes`` in the root of the repository after a change of what spiders ask for; the tests
replay the cassettes without any network. ``tests/cassettes/index.json`` holds, for each cassette, the URL that the
spider started from and how many join links the simulated network had posted there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sessioncrawler.simnet import SimNet
from tests.betamax_handler import HANDLERS
from tests.crawling import Job, run_crawls

CASSETTES = Path(__file__).parent / "cassettes"
INDEX = CASSETTES / "index.json"
LISTINGS = ("awesome_session_groups", "lokilocker", "session_directory")
SERVERS = 16


def cassette_settings(name: str, *, record: bool = False) -> dict[str, Any]:
    """Settings with which a crawl replays, or records, ``tests/cassettes/NAME.json``."""
    return {
        "DOWNLOAD_HANDLERS": HANDLERS,
        "CASSETTE": str(CASSETTES / f"{name}.json"),
        "CASSETTE_RECORD": record,
        "CRAWL_TIME": 1_700_000_000,
    }


def main() -> None:
    """Record every cassette anew."""
    index = {}
    with SimNet(seed=1, scenario="demo", servers=SERVERS) as net:
        for name in LISTINGS:
            (CASSETTES / f"{name}.json").unlink(missing_ok=True)
            url = net.listing_urls[name]
            [crawl] = run_crawls([Job(name, {"url": url}, cassette_settings(name, record=True))])
            assert crawl.reason == "finished", crawl.log
            index[name] = {"url": url, "links": net.truth.links[name]}
    INDEX.write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
