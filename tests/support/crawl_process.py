"""The process behind ``crawling.run_crawls``: reads an order as JSON from stdin and writes the results to a file."""

from __future__ import annotations

import dataclasses
import json
import re
import resource
import socket
import sys
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from simnet import UNBOUNDED

SMALL = {"COMMUNITIES_TRANSLATED": 0, "SERVERS_TRANSLATED": 0, "SHELF_LANGUAGES": 1, "POSTERS": 0}
"""Of pages of which there are thousands a site has a few: what they show in eight languages is tested on its own."""
QUICK = {
    "DIRECTORY_CONFIG": str(Path(__file__).parents[2] / "directory.toml"),
    "ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
    "PATIENT_RETRY_TIMES": 2,
    "PATIENT_RETRY_DELAY": 0,
    "RETRY_PAUSE": 0.02,
    "LOG_LEVEL": "INFO",
    "ICONS_ENABLED": False,
    **UNBOUNDED,
    **SMALL,
}
"""Loopback may be contacted, nobody is patient, and servers are asked for nothing but their rooms."""


def project_settings() -> Settings:
    """The project's settings, and what keeps a test quick and alone."""
    settings = Settings()
    settings.setmodule("sessioncrawler.settings", priority="project")
    settings.setdict(QUICK, priority="spider")  # below what jobs set; the process merges its own once more
    return settings


def forbid_network() -> list[str]:
    """Make every way to the network fail; the attempts are noted in the list that is returned."""
    attempts: list[str] = []

    def refuse(*args: Any, **kwargs: Any) -> Any:
        attempts.append(repr(args))
        raise OSError("this crawl must not touch the network")

    socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
    socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
    return attempts


class Run:
    """One job, started in a process that is about to run."""

    def __init__(self, process: AsyncCrawlerProcess, job: dict[str, Any]) -> None:
        self.items: list[dict[str, Any]] = []
        name = job["spider"]
        settings = process.settings.copy()
        settings.setdict(job["settings"], priority="cmdline")  # before a spider sets its own by them
        self.crawler = Crawler(load_object(name) if "." in name else process.spider_loader.load(name), settings)
        self.crawler.signals.connect(self.keep, signals.item_scraped)
        process.crawl(self.crawler, **job["arguments"])

    def keep(self, item: Any) -> None:
        self.items.append(dataclasses.asdict(item))

    def result(self) -> dict[str, Any]:
        return {"stats": self.crawler.stats.get_stats(), "items": self.items, "usage": usage()}


def usage() -> dict[str, float]:
    """What this process has taken so far: MiB at most, also those of its largest child, and seconds of CPU of both.

    The peak is that since it began (proc(5)): what getrusage tells includes that of the process it was forked from.
    """
    ours, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    return {
        "memory": (int(peak[1]) if peak else ours.ru_maxrss) / 1024,
        "child_memory": children.ru_maxrss / 1024,
        "cpu": ours.ru_utime + ours.ru_stime + children.ru_utime + children.ru_stime,
    }


def main() -> None:
    """Run all jobs at the same time."""
    order = json.load(sys.stdin)
    attempts = [] if order["network"] else forbid_network()
    process = AsyncCrawlerProcess(project_settings())
    runs = [Run(process, job) for job in order["jobs"]]
    process.start()
    if attempts or process.bootstrap_failed:
        sys.exit(f"a crawl touched the network: {attempts}" if attempts else "a crawl could not be started")
    Path(order["result"]).write_text(json.dumps([run.result() for run in runs], default=str))


if __name__ == "__main__":
    main()
