"""Whole sites to be looked at: simulated networks, crawled and published once a run of the tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from sessioncrawler.settings import DEFAULTS
from simnet import SimNet
from tests.support.crawl_process import SMALL
from tests.support.crawling import Job, run_crawls
from tests.support.sogs_world import read_listings, settings_for

QUICK = {
    "PATIENT_RETRY_TIMES": 2,
    "PATIENT_RETRY_TIMEOUT": 1,
    "CONNECT_TIMEOUT": 1,
    "GUESS_LANGUAGES": True,
    "ICONS_ENABLED": True,
    **{name: DEFAULTS[name] for name in SMALL},
}
"""Servers that rarely answer may be missing: these tests are about pages."""


def crawled(factory: pytest.TempPathFactory, scenario: str, *, servers: int | None = None) -> Path:
    """The folder of the site that the simulated network ``scenario`` gives, with every page; nobody may change it.

    It is made once, and shared between the processes of a run.
    """
    base = factory.getbasetemp()
    top = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = top / f"{scenario}-{servers or 'whole'}"
    with FileLock(f"{folder}.lock"):
        if not (folder / "made").exists():
            folder.mkdir(exist_ok=True)
            _crawl(scenario, folder, servers)
            (folder / "made").touch()
    return folder / "site"


def _crawl(scenario: str, folder: Path, servers: int | None) -> None:
    with SimNet(seed=1, scenario=scenario, servers=servers, latency=(0.0, 0.0)) as net:
        read_listings(net, folder)
        (done,) = run_crawls([Job("sogs", settings=settings_for(net, folder, **QUICK))])
    assert done.reason == "finished", done.log


def pages(site: Path) -> list[str]:
    """Every page of a site, as paths from its folder."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
