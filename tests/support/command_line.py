"""Runs ``scrapy`` as a person does, in the root of the repository."""

import subprocess
import sys

from tests.support.crawling import environment
from tests.support.warm import ROOT, run_warm

TIMEOUT = 60


def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the project, warnings being errors, in a process that is forked from a warm one."""
    return run_warm("scrapy.cmdline:execute", arguments, folder=ROOT, environment=environment(), seconds=TIMEOUT)


def fresh_scrapy(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The same in a fresh process; ``variables`` are set on top of this process's own environment."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=environment() | variables,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )
