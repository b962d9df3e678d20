"""``scrapy demo``: the directory against a simulated network."""

from __future__ import annotations

import argparse
import importlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.crawler import AsyncCrawlerProcess, CrawlerProcessBase
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from sessioncrawler.clock import crawl_time
from sessioncrawler.commands._past import LivedPast
from sessioncrawler.commands._process import run_refresh

if TYPE_CHECKING:
    from simnet import SimNet

PATIENT_RETRY_TIMES = 8
"""Tries for a server that never answers: enough for the simulated ones that answer at times, and soon over."""
MOST_DAYS = 800
PAST_STEP = 8 * 3_600
"""Seconds between two crawls of the past."""
_REMEDIES = {
    "simnet": "The simulated network is not here, since it is never deployed: "
    "run 'make demo' in a checkout of the project",
    "trustme": "The simulated network makes certificates with trustme, which is missing: run 'make demo', "
    "or 'pip install -r requirements-demo.txt'",
}
"""What to do where a module is missing."""


class DemoCommand(ScrapyCommand):
    """Everything happens on loopback; the state is thrown away."""

    requires_project = True

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
            raise UsageError(f"'scrapy demo' takes no argument, but got {args[0]!r}; settings are given with -s")
        assert self.settings is not None  # noqa: S101 - scrapy.cmdline sets it
        if not 0 <= opts.days <= MOST_DAYS:
            raise UsageError(f"--days is {opts.days}; give days from 0 to {MOST_DAYS}", print_help=False)
        with _simulated_network()(seed=opts.seed) as net, tempfile.TemporaryDirectory() as folder:
            simulate(self.settings, net, f"sqlite:///{folder}/state.db")
            past = _past(self.crawler_process, net, opts.seed, opts.days)
            self.exitcode = run_refresh(self.crawler_process, net.listing_urls, past)
        page = Path(self.settings["SITE_URI"]) / "index.html"
        if self.exitcode == 0 and page.exists():
            print(f"Open {page.resolve().as_uri()}")


def _simulated_network() -> type[SimNet]:
    """``SimNet``, imported only here: it is not deployed, and Scrapy imports every command to list them all."""
    try:
        from simnet import SimNet  # noqa: PLC0415

        importlib.import_module("trustme")  # what the network needs besides, in a process of its own
    except ModuleNotFoundError as missing:
        if missing.name not in _REMEDIES:
            raise
        raise UsageError(_REMEDIES[missing.name], print_help=False) from missing
    return SimNet


def _past(process: CrawlerProcessBase | None, net: SimNet, seed: int, days: int) -> LivedPast | None:
    """The ``days`` before the crawl of the simulated network, in which its servers fell, moved and grew."""
    if not days or not isinstance(process, AsyncCrawlerProcess):
        return None
    from simnet.life import Life, ask_all  # noqa: PLC0415 - as above
    from simnet.world import make_world  # noqa: PLC0415

    # The crawl that follows comes an hour after the last one of the past.
    end = crawl_time(process.settings) - 3_600
    life = Life(make_world(seed), end, days, PAST_STEP, ports=net.ports, mortal=False, seed=seed)
    sources = {"extra": net.listing_urls["extra"]}
    return LivedPast(process, process.settings, life, ask_all, sources=sources, quiet=True)


def simulate(settings: BaseSettings, net: SimNet, state_url: str) -> None:
    """Turn a refresh towards ``net``: its directory, its certificate authority, its network."""
    ours = {
        "DIRECTORY_CONFIG": str(net.directory_toml),
        "TLS_CA_FILE": str(net.ca_file),
        "STATE_URL": state_url,
        "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
        "PATIENT_RETRY_TIMES": PATIENT_RETRY_TIMES,
    }
    for name, value in ours.items():
        settings.set(name, value, priority="spider")
