"""Records whole spider runs against the simulated network as Betamax cassettes.

Run ``python -m tests.support.record_cassettes`` in the root of the repository after a change of what spiders ask for;
the tests replay the cassettes without any network. ``tests/cassettes/index.json`` holds, for each listing spider, the
URL that it started from and how many join links the simulated network had posted there, and for ``sogs`` what a perfect
crawl lists of the servers that could be recorded. ``tests/cassettes/directory.toml`` is the configuration of that
network.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from simnet import SimNet
from tests.support.betamax_handler import HANDLERS
from tests.support.crawling import Crawl, Job, run_crawls

CASSETTES = Path(__file__).parents[1] / "cassettes"
INDEX = CASSETTES / "index.json"
DIRECTORY = CASSETTES / "directory.toml"
LISTINGS = ("awesome_session_groups", "lokilocker", "session_directory")
SERVERS = 16


def cassette_settings(name: str, *, record: bool = False) -> dict[str, Any]:
    """Settings with which a crawl replays, or records, ``tests/cassettes/NAME.json``."""
    return {
        "DOWNLOAD_HANDLERS": HANDLERS,
        "CASSETTE": str(CASSETTES / f"{name}.json"),
        "CASSETTE_RECORD": record,
        "CRAWL_TIME": 1_795_000_000,
        "DIRECTORY_CONFIG": str(DIRECTORY),
    }


def listed(crawl: Crawl) -> list[list[Any]]:
    """What a crawl of the servers lists, in its order: address, key, token, name, active users."""
    return [
        [
            ":".join(map(str, item["server"]["address"].values())),
            item["server"]["public_key"],
            *(item["room"][name] for name in ("token", "name", "active_users")),
        ]
        for item in crawl.items
        if "room" in item
    ]


def main() -> None:
    """Record every cassette anew."""
    index: dict[str, Any] = {}
    with SimNet(seed=1, scenario="demo", servers=SERVERS) as net, tempfile.TemporaryDirectory() as folder:
        shutil.copy(net.directory_toml, DIRECTORY)
        for name in LISTINGS:
            (CASSETTES / f"{name}.json").unlink(missing_ok=True)
            url = net.listing_urls[name]
            crawl = _record(Job(name, {"url": url}, cassette_settings(name, record=True)), folder)
            index[name] = {"url": url, "links": net.truth.links[name]}
        (CASSETTES / "sogs.json").unlink(missing_ok=True)
        settings = cassette_settings("sogs", record=True) | {"CASSETTE_CA": str(net.ca_file)}
        crawl = _record(Job("sogs", {}, settings), folder)
        index["sogs"] = listed(crawl)
        truth = {(each.token, each.public_key) for each in net.truth.communities}
        false = {(token, key) for _, key, token, *_ in index["sogs"]} - truth
        assert not false, false
    INDEX.write_text(json.dumps(index, indent=1, ensure_ascii=True) + "\n")


def _record(job: Job, folder: str) -> Crawl:
    [crawl] = run_crawls([job], folder=Path(folder))
    assert crawl.reason == "finished", crawl.log
    return crawl


if __name__ == "__main__":
    main()
