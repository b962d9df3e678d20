"""One measured crawl of a simulated network."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.measured import INTERVAL
from bench.usage import ROOT, BenchError, Usage, measure
from sessioncrawler.model import Outcome
from simnet import UNBOUNDED, SimNet
from simnet.client import RequestRecord
from simnet.floor import Limits, floor_seconds
from simnet.specs import World
from simnet.world import BENCH_LATENCY, make_world

SCENARIO = "bench"
UNREAD = {"LINKS_PER_SOURCE": 1_000_000, "PAGES_PER_SOURCE": 1_000_000, "ANSWER_PIECES": 1_000_000}
"""Bounds on sources that are off where the others are: each source names more servers than any real one does."""
SCRAPY = str(Path(sys.executable).with_name("scrapy"))
SOURCES = """
import json, sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
process = AsyncCrawlerProcess(get_project_settings())
for name, url in json.loads(sys.argv[1]).items():
    process.crawl(name, url=url)
crawlers = list(process.crawlers)
process.start()
sys.exit(any(one.stats.get_value("finish_reason") != "finished" for one in crawlers))
"""
"""``scrapy crawl`` of each source at the address that is given, all at once in one process."""
_ICON = "/file/"
"""In the path of every icon, and of nothing else."""
_PUBLISHED = re.compile(r"'finish_reason': 'finished'")


@dataclass(frozen=True, slots=True)
class Phase:
    """What a crawl took up to the end of a phase."""

    cpu: float
    """Seconds."""
    memory: int
    """Bytes at the peak."""


@dataclass(frozen=True, slots=True)
class Result:
    """A crawl beside its floor and beside a bare client."""

    servers: int
    floor: float
    crawl: Usage
    start: Phase
    """Until the first server is asked: Python, Scrapy, the state."""
    polling: Phase
    """Until the last connection to a server before the first icon is asked for."""
    communities: int
    """That the site lists."""
    requests: int
    """That Scrapy made, whatever became of them; icons among them."""
    polling_requests: int
    """Those among them until polling had ended; icons that were fetched meanwhile, too."""
    answered: int
    """That reached a simulated server."""
    connections: int
    """That simulated servers accepted."""
    bare: Usage
    bare_requests: int
    """Answers that the bare client got: those of servers without faults, each once."""
    scrapy_requests: int
    """Answers that a Scrapy spider got that asked for the same and read nothing."""
    scrapy_cpu: float
    """Seconds that took it, without its start."""


def run(servers: int, seed: int, tries: int) -> Result:
    """Crawl a world of so many servers. BenchError where the crawl publishes nothing."""
    world = make_world(seed, SCENARIO, servers, BENCH_LATENCY)
    with SimNet(seed, SCENARIO, servers, BENCH_LATENCY) as net, tempfile.TemporaryDirectory() as folder:
        environment = settings(net, Path(folder), PATIENT_RETRY_TIMES=tries)
        read_sources(net, environment)
        net.reset_log()
        crawl = measure([SCRAPY, "crawl", "sogs", "-s", "STATS_DUMP=True"], environment)
        requests, connections = net.requests(), net.connections()
        if not _PUBLISHED.search(crawl.log) or not Path(folder, "site", "index.html").exists():
            raise BenchError(f"The crawl of {servers} servers published nothing:\n{crawl.log[-2000:]}")
        chains = json.dumps(_chains(world, requests))
        bare = measure([sys.executable, "-m", "bench.bare_client", str(net.ca_file)], stdin=chains)
        scrapy = measure([sys.executable, "-m", "bench.bare_scrapy"], stdin=chains).output.split()
    begun = min(one.offset for one in connections)
    polled = max((one.offset for one in requests if _ICON not in one.path), default=begun)
    made = _stat(crawl, "downloader/request_count")
    return Result(
        servers=servers,
        floor=floor_seconds(world, Limits(tries=tries)),
        crawl=crawl,
        start=_until(crawl, net.started + begun),
        polling=_until(crawl, net.started + polled),
        communities=_stat(crawl, "figures/communities"),
        requests=made,
        polling_requests=made - sum(_ICON in one.path and one.offset > polled for one in requests),
        answered=len(requests),
        connections=len(connections),
        bare=bare,
        bare_requests=int(bare.output),
        scrapy_requests=int(scrapy[0]),
        scrapy_cpu=float(scrapy[1]),
    )


def _until(crawl: Usage, moment: float) -> Phase:
    # One look later: the last answer is read as well.
    moment += 2 * INTERVAL
    return Phase(crawl.cpu_at(moment), crawl.memory_at(moment))


def settings(net: SimNet, folder: Path, **more: object) -> dict[str, str]:
    """Settings, as variables of the environment, of crawls of ``net`` that keep state and site in ``folder``."""
    ours = {
        "DIRECTORY_CONFIG": net.directory_toml,
        "TLS_CA_FILE": net.ca_file,
        "STATE_URL": f"sqlite:///{folder}/state.db",
        "SITE_URI": f"{folder}/site",
        "ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8",
        **UNBOUNDED,
        **UNREAD,
        **more,
    }
    return {f"SESSIONCRAWLER_{name}": str(value) for name, value in ours.items()}


def read_sources(net: SimNet, environment: dict[str, str], root: Path = ROOT) -> None:
    """Fill the state as a refresh does, with the code of the checkout ``root``."""
    # However few tries servers have: a source that ends the connection after its robots.txt takes a second one.
    patient = environment | {"SESSIONCRAWLER_PATIENT_RETRY_TIMES": "8"}
    urls = {"sources" if name == "extra" else name: url for name, url in net.listing_urls.items()}
    measure([sys.executable, "-c", SOURCES, json.dumps(urls)], patient, root=root)


def _chains(world: World, requests: Iterable[RequestRecord]) -> list[list[str]]:
    """URLs that were asked of servers without faults, each once, by server in the order they were asked."""
    sound = {
        f"{spec.index}-{spec.kind}": spec.host
        for spec in world.servers
        if not spec.fault and spec.outcome is Outcome.REACHED
    }
    chains: dict[str, dict[str, None]] = defaultdict(dict)
    for request in requests:
        if request.server in sound:
            chains[request.server][f"{request.scheme}://{sound[request.server]}:{request.port}{request.path}"] = None
    return [list(chain) for _, chain in sorted(chains.items())]


def _stat(crawl: Usage, name: str) -> int:
    found = re.search(rf"'{re.escape(name)}': (\d+)", crawl.log)
    if found is None:
        raise BenchError(f"The crawl did not tell its stat {name}:\n{crawl.log[-2000:]}")
    return int(found[1])
