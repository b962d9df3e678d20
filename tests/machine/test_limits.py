"""A whole refresh under the limits of the units: memory, files, tasks."""

from __future__ import annotations

import re
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from scrapy.settings import Settings

import sessioncrawler.settings
from sessioncrawler.downloadhandlers._sockets import most_sockets
from simnet import SimNet
from tests.support.crawling import ROOT
from tests.support.scrapy_process import command, environment, offline, refresh_settings

UNIT = dict(re.findall(r"^(\w+)=(\d+\w?)$", (ROOT / "deploy/systemd/sessioncrawler.service").read_text(), re.MULTILINE))
MIB = 2**20
BUDGET = 400
"""MiB that strangers and twelve servers may come to (tests/attacks)."""
SERVERS = 60


def size(text: str) -> int:
    """Bytes, as systemd reads them."""
    return int(text[:-1]) * {"M": MIB, "G": 1024 * MIB}[text[-1]]


@dataclass(frozen=True)
class Group:
    """A control group with a limit of memory."""

    folder: Path
    peak: str
    killed: str

    def enter(self) -> None:
        """Called in the process that is to be limited."""
        (self.folder / "cgroup.procs").write_text("0")

    @property
    def most(self) -> float:
        """MiB."""
        return int((self.folder / self.peak).read_text()) / MIB

    @property
    def kills(self) -> int:
        return int(re.search(r"^oom_kill (\d+)$", (self.folder / self.killed).read_text(), re.MULTILINE)[1])


KINDS = (
    ("/sys/fs/cgroup", "memory.max", "memory.peak", "memory.events"),
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control"),
)
"""Those of both versions of control groups: root, limit, what is told."""


@contextmanager
def limited(memory: int) -> Iterator[Group]:
    """Skips where no control group can be made."""
    for root, limit, peak, killed in KINDS:
        folder = Path(root, "sessioncrawler-test")
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            if (folder / limit).exists() and (folder / peak).exists():
                (folder / limit).write_text(str(memory))
                yield Group(folder, peak, killed)
                return
        finally:
            folder.rmdir()
    pytest.skip("needs root and control groups that can be written")


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=1, scenario="demo", servers=SERVERS) as net:
        yield net


def refresh(net: SimNet, folder: Path, before: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    """A whole refresh in a process of its own, in which ``before`` is called first."""
    ours = {"ICONS_ENABLED": True, "RENDER_PROCESSES": 2, "MONITOR_MIN_SOURCES": 0, "PATIENT_RETRY_TIMES": 8}
    with offline() as proxy:
        variables = environment(refresh_settings(net, folder, **ours), proxy)
        return subprocess.run(
            command("refresh"),
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            preexec_fn=before,
        )


def test_a_whole_refresh_fits_into_the_memory_and_the_files_of_the_unit(net, tmp_path):
    files = int(UNIT["LimitNOFILE"])

    def enter() -> None:
        group.enter()
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with limited(size(UNIT["MemoryMax"])) as group:
        done = refresh(net, tmp_path, enter)
        assert done.returncode == 0, done.stdout + done.stderr
        assert group.kills == 0
        assert 50 < group.most < BUDGET
    assert (tmp_path / "site" / "index.html").exists()


def test_the_units_memory_holds_the_budget_twice():
    assert size(UNIT["MemoryMax"]) >= 2 * BUDGET * MIB


def test_the_units_files_are_those_that_are_asked_for(monkeypatch):
    files = int(UNIT["LimitNOFILE"])
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    settings = Settings({name: getattr(sessioncrawler.settings, name) for name in ("OPEN_FILES", "MAX_SOCKETS")})
    assert settings.getint("OPEN_FILES") == files
    assert most_sockets(settings) > 3 * sessioncrawler.settings.CONCURRENT_REQUESTS
