"""``scrapy demo``: the directory against a simulated network."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.crawler import AsyncCrawlerProcess, CrawlerProcessBase
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

import sessioncrawler
from sessioncrawler.clock import crawl_time
from sessioncrawler.commands._past import LivedPast
from sessioncrawler.commands._process import run_refresh
from sessioncrawler.discretion import CarefulCommand
from sessioncrawler.text.secrets import redacted

if TYPE_CHECKING:
    from simnet import SimNet
    from simnet.specs import World

PATIENT_RETRY_TIMES = 8
"""Tries for a server that never answers: enough for the simulated ones that answer at times, and soon over."""
MOST_DAYS = 800
SCENARIO = "lifelike"
"""The simulated network that is shown: one as the real one is, not the tests' one, in which every fault occurs."""
PAST_STEP = 8 * 3_600
"""Seconds between two crawls of the past."""
VENDORED = Path(sessioncrawler.__file__).with_name("vendored")
"""Where a wheel keeps the simulated network (setup.py); a checkout has it beside the package, an egg not at all."""
_MEND = "run pip install 'sessioncrawler[demo]', or 'make demo' in a checkout of the project"
_REMEDIES = {
    "simnet": f"The simulated network is not here, since what is deployed goes without it: {_MEND}",
    "trustme": f"The simulated network makes certificates with trustme, which is missing: {_MEND}",
}
"""What to do where a module is missing."""


class DemoCommand(CarefulCommand):
    """Everything happens on loopback; the state is thrown away."""

    def syntax(self) -> str:
        """Options only."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Publish a site from a simulated network on this machine"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """``--seed`` makes another world, ``--days`` gives it a past."""
        super().add_options(parser)
        days = "days of crawls that the directory remembers, for its charts: 90 take one or two minutes (default: 0)"
        parser.add_argument("--days", type=int, default=0, metavar="N", help=days)
        parser.add_argument("--seed", type=int, default=1, help="seed of the simulated network (default: 1)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Start the simulated network, refresh against it, say where the page is."""
        if args:
            got = redacted(args[0])
            raise UsageError(f"'scrapy demo' takes no argument, but got {got!r}; settings are given with -s")
        assert self.settings is not None  # noqa: S101 - scrapy.cmdline sets it
        if not 0 <= opts.days <= MOST_DAYS:
            raise UsageError(f"--days is {opts.days}; give days from 0 to {MOST_DAYS}", print_help=False)
        now = crawl_time(self.settings)
        with _simulated_network()(opts.seed, SCENARIO, now=now) as net, tempfile.TemporaryDirectory() as folder:
            from simnet.lifelike.roads import ROADS, Roads  # noqa: PLC0415 - as below
            from simnet.world import make_world  # noqa: PLC0415

            simulate(self.settings, net, f"sqlite:///{folder}/state.db")
            self.settings.setdict(ROADS, priority="spider")
            world = make_world(opts.seed, SCENARIO, now=now)
            past = _past(self.crawler_process, net, world, now, opts.days)
            with Roads(world.servers, net.ports):
                self.exitcode = run_refresh(self.crawler_process, net.listing_urls, past)
        page = Path(self.settings["SITE_URI"]) / "index.html"
        if self.exitcode == 0 and page.exists():
            print(f"Open {page.resolve().as_uri()}")


def _simulated_network() -> type[SimNet]:
    """``SimNet``, imported only here: it is not deployed, and Scrapy imports every command to list them all."""
    if VENDORED.is_dir():
        sys.path.insert(0, str(VENDORED))  # before any other package of that name
    try:
        from simnet import SimNet  # noqa: PLC0415

        importlib.import_module("trustme")  # what the network needs besides, in a process of its own
    except ModuleNotFoundError as missing:
        if missing.name not in _REMEDIES:
            raise
        raise UsageError(_REMEDIES[missing.name], print_help=False) from missing
    return SimNet


def _past(process: CrawlerProcessBase | None, net: SimNet, world: World, now: int, days: int) -> LivedPast | None:
    """The ``days`` before the crawl of the simulated network, in which its servers fell, moved and grew."""
    if not days or not isinstance(process, AsyncCrawlerProcess):
        return None
    from simnet.life import Life, ask_all  # noqa: PLC0415 - as above

    # The crawl that follows comes an hour after the last one of the past.
    life = Life(world, now - 3_600, days, PAST_STEP, mortal=False, seed=world.seed)
    sources = {"extra": net.listing_urls["extra"]}
    return LivedPast(process, process.settings, life, ask_all, sources=sources, quiet=True)


def simulate(settings: BaseSettings, net: SimNet, state_url: str) -> None:
    """Turn a refresh towards ``net``: its directory, its certificate authority, its network."""
    from simnet import UNBOUNDED  # noqa: PLC0415 - as above

    ours = {
        "DIRECTORY_CONFIG": str(net.directory_toml),
        "TLS_CA_FILE": str(net.ca_file),
        "STATE_URL": state_url,
        "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
        "PATIENT_RETRY_TIMES": PATIENT_RETRY_TIMES,
        # All pictures in one crawl: there is no next one.
        "ICONS_GRACE": 60,
        "ICONS_PER_SERVER": 50,
        **UNBOUNDED,
    }
    for name, value in ours.items():
        settings.set(name, value, priority="spider")
