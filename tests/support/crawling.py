"""Real crawls for tests: spiders run in a process of their own (``warm.py``), and tell their stats, items and log.

``run_crawls([Job("lokilocker", {"url": …})])`` starts one process for all jobs, which run there at the same time.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.warm import ROOT, run_fresh, run_warm

TIMEOUT = 120


@dataclass(frozen=True)
class Job:
    """One crawl to run: a spider with its ``-a`` arguments, and settings over those of the project."""

    spider: str
    """The name of a spider of the project, or the dotted path of any."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Crawl:
    """What became of a job. Items are dicts, as ``dataclasses.asdict`` makes them."""

    stats: dict[str, Any]
    items: list[dict[str, Any]]
    log: str
    """The log of the whole process, which all its jobs share."""
    usage: dict[str, float] = field(default_factory=dict)
    """What the whole process took (``crawl_process.usage``)."""

    @property
    def reason(self) -> str:
        return self.stats["finish_reason"]


def run_crawls(
    jobs: Sequence[Job], *, network: bool = True, folder: Path | None = None, forked: bool = True
) -> list[Crawl]:
    """Run jobs in one new process, in ``folder`` (by default a fresh one); the results are in the order of the jobs.

    Without ``network`` an attempt to open a connection or to look up a name raises AssertionError here. The memory of a
    ``forked`` process grows by what it finds in that of its parent, too: where that is measured, it must not be one.
    """
    with tempfile.TemporaryDirectory() as fresh:
        result = Path(fresh, "result.json")
        order = {"jobs": [vars(job) for job in jobs], "network": network, "result": str(result)}
        run = run_warm if forked else run_fresh
        done = run(
            "tests.support.crawl_process:main",
            folder=folder or Path(fresh),
            environment=environment(),
            seconds=TIMEOUT,
            text=json.dumps(order, default=dict),
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return [Crawl(**one, log=done.stderr) for one in json.loads(result.read_text())]


def run_crawl(spider: str, arguments: Mapping[str, str] | None = None, **settings: Any) -> Crawl:
    """Run one spider with settings over those of the project."""
    return run_crawls([Job(spider, arguments or {}, settings)])[0]


def environment() -> dict[str, str]:
    """The environment without what would change the project's settings, so that no machine differs from another."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SESSIONCRAWLER_", "SCRAPY_"))}
    return kept | {"PYTHONPATH": str(ROOT)}
