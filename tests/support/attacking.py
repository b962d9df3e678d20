"""A directory of honest servers that is attacked: whole crawls, held against the one before the attack.

``with besieged(folder) as siege`` crawls twelve honest servers once, so that they are known; ``siege.crawl(links)``
crawls them again with strangers' links beside them, and ``siege.holds(…)`` says whether that cost anybody anything.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessioncrawler.model import Sighting
from sessioncrawler.protocol.joinlinks import parse_join_link
from sessioncrawler.state import State
from simnet import UNBOUNDED, SimNet
from tests.support.crawling import Job, run_crawls
from tests.support.sogs_world import NOW, World, identifier, read_listings, settings_for

HOUR = 3_600
MEMORY = 400
"""MiB that a crawl may take, whatever strangers do."""
SLOWER, MORE_SECONDS = 1.5, 5.0
"""How much longer than without the attack a crawl may take: so many times, and so many seconds of a quiet machine."""

CALM = {**UNBOUNDED, "SERVER_BUDGET": 600, "PATIENCE_BUDGET": 300, "ICONS_GRACE": 60}
"""Without an attack nobody is waited for in vain, so a busy machine may take its time."""
QUIET = 5.0
"""Seconds of the crawl before the attack where nothing else works on the machine, at most."""
START = 1.5
"""Seconds in which Python and Scrapy start: a crawl that is forked has them behind it, one of operators has not."""
BUDGETS = ("SERVER_BUDGET", "PATIENCE_BUDGET", "ICONS_GRACE")
"""Settings of a siege that are seconds of such a machine."""

DEFAULTS = {
    "PATIENT_RETRY_TIMES": 120,
    "PATIENT_RETRY_TIMEOUT": 3,
    "PATIENT_RETRY_DELAY": 2,
    "RETRY_PAUSE": 0.5,
    "CONNECT_TIMEOUT": 2,
    "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_MAXSIZE": 5_000_000,
    "SERVER_BUDGET": 600,
    "NEW_PER_IP": 8,
    "NEW_PER_NETWORK": 32,
    "NEW_PER_DOMAIN": 32,
    "NEW_PER_SOURCE": 500,
    "ROOMS_ON_PAGE": 100,
    "NEW_ON_PAGE": 1_000,
    "OPENING_FACTOR": 1,
    "CONNECTIONS_PER_IP": 4,
    "CONNECTION_RATE": 4,
}
"""What operators have: other tests are less patient (``sogs_world.IMPATIENT``), attacks are aimed at patience."""


@dataclass(frozen=True)
class Attacked:
    """A crawl, and what it took."""

    world: World
    seconds: float
    memory: float
    """MiB at most, of the process that crawls."""

    @property
    def listed(self) -> set[str]:
        return {identifier(item) for item in self.world.communities}


@dataclass
class Siege:
    """Honest servers, the state that knows them, and the crawl before the attack."""

    net: SimNet
    folder: Path
    settings: dict[str, Any]
    before: Attacked | None = None
    hours: int = 0

    def crawl(self, links: Iterable[str] = (), *, source: str = "lokilocker", **more: Any) -> Attacked:
        """Crawl, an hour later than before, after ``links`` were posted at ``source``; ``more`` are settings."""
        now = NOW + HOUR * self.hours
        self.hours += 1
        found = [Sighting(link, source) for link in filter(None, map(parse_join_link, links))]
        budgets = {name: self.settings[name] * self._slow for name in BUDGETS if name in self.settings}
        ours = {**self.settings, **budgets, "CRAWL_TIME": now, **more}
        settings = settings_for(self.net, self.folder, **ours)
        with State.open(settings["STATE_URL"]) as state:
            state.record_sightings(found, now)
        began = time.monotonic()
        (crawl,) = run_crawls([Job("sogs", settings=settings)])
        seconds = time.monotonic() - began + START
        return Attacked(World(self.net, self.folder, [], crawl), seconds, crawl.usage["memory"])

    def holds(self, attacked: Attacked, communities: Iterable[str] = ()) -> None:
        """Assert that all honest Communities are listed, besides ``communities`` only, in time and memory."""
        self.lists(attacked, communities)
        assert self.before is not None
        if attacked.seconds >= self._allowed(self.before.seconds):
            # The machine may have become busier: what does a crawl without the attack take now?
            assert attacked.seconds < self._allowed(self._alone())

    def lists(self, attacked: Attacked, communities: Iterable[str] = ()) -> None:
        """The same, however long it takes."""
        assert attacked.world.crawl.reason == "finished", attacked.world.crawl.log
        due = {community.identifier for community in self.net.truth.communities}
        assert not due - attacked.listed
        assert not attacked.listed - due - set(communities)
        assert "Traceback" not in attacked.world.crawl.log
        assert attacked.memory < MEMORY

    @property
    def _slow(self) -> float:
        """How often a second of a quiet machine fits into one of this machine."""
        return max(1.0, self.before.seconds / QUIET) if self.before else 1.0

    def _allowed(self, seconds: float) -> float:
        """How long a crawl may take under attack that takes ``seconds`` without it."""
        return seconds * SLOWER + MORE_SECONDS * self._slow

    def _alone(self) -> float:
        """Seconds of a first crawl of the honest servers, with a state that knows nothing of the attack."""
        with tempfile.TemporaryDirectory() as folder:
            fresh = Siege(self.net, Path(folder), self.settings)
            read_listings(self.net, fresh.folder)
            return fresh.crawl(**CALM).seconds


@contextmanager
def besieged(folder: Path, seed: int = 1, **settings: Any) -> Iterator[Siege]:
    """Twelve honest servers that were crawled once; ``settings`` hold for all crawls, beside the project's own."""
    ours = {"ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8", **DEFAULTS, **settings}
    with SimNet(seed=seed, scenario="honest", latency=(0.01, 0.05)) as net:
        siege = Siege(net, folder, ours)
        read_listings(net, folder)
        siege.before = siege.crawl(**CALM)
        siege.holds(siege.before)
        yield siege
