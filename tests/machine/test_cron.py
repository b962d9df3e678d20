"""The lines of deploy/cron/sessioncrawler, and the command that they run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import pytest

from simnet import UNBOUNDED, SimNet
from tests.support.crawling import ROOT
from tests.support.scrapy_process import offline

CRONTAB = (ROOT / "deploy/cron/sessioncrawler").read_text()
LINE = re.compile(r"(\S+)\s+(\S+) \* \* \*  (\S+)  (.+)")
VARIABLES = dict(re.findall(r"^([A-Z_]+)=(.*)$", CRONTAB, re.MULTILINE))
LINES = [found.groups() for line in CRONTAB.splitlines() if (found := LINE.fullmatch(line))]
TIMEOUT = 60


def field(text, most):
    """The numbers that a field of a cron line names: lists and ranges with steps."""
    for part in text.split(","):
        first, last, step = re.fullmatch(r"(\d+)(?:-(\d+)/(\d+))?", part).groups()
        yield from range(int(first), min(int(last or first), most) + 1, int(step or 1))


def test_the_lines_tick_every_45_minutes():
    ticks = sorted(
        60 * hour + minute for minutes, hours, *_ in LINES for hour in field(hours, 23) for minute in field(minutes, 59)
    )
    assert ticks == list(range(0, 24 * 60, 45))


def test_every_line_is_read_as_cron_reads_it():
    read = [
        line for line in CRONTAB.splitlines() if not line.startswith("#") and line and not re.match(r"[A-Z_]+=", line)
    ]
    assert len(read) == len(LINES) == 3
    assert {(user, command) for *_, user, command in LINES} == {("sessioncrawler", LINES[0][3])}
    assert "%" not in "".join(read), "which cron takes for a line break"
    assert CRONTAB.endswith("\n"), "or cron does not read the last line"


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=1, scenario="demo", servers=6) as it:
        yield it


@pytest.fixture
def machine(tmp_path, net):
    """A folder for /: the code as it is, and a Python that counts how often it is started."""
    code = tmp_path / "opt/sessioncrawler"
    (code / "deploy/cron").mkdir(parents=True)
    shutil.copy(ROOT / "deploy/cron/refresh", code / "deploy/cron")
    for part in ("sessioncrawler", "templates", "scrapy.cfg"):
        (code / part).symlink_to(ROOT / part)
    (code / ".venv/bin").mkdir(parents=True)
    scrapy = code / ".venv/bin/scrapy"
    scrapy.write_text(
        f'#!/bin/sh\necho started >>{tmp_path}/starts\nexec {shlex.quote(sys.executable)} -W error -m scrapy "$@"\n'
    )
    scrapy.chmod(0o755)
    for folder in ("etc/sessioncrawler", "var/lib/sessioncrawler", "srv/sessioncrawler"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(net.directory_toml, tmp_path / "etc/sessioncrawler/directory.toml")
    return tmp_path


def below(root, text):
    """``text`` with the paths of a machine below ``root``."""
    return re.sub(r"/(?=(?:opt|etc|var/lib|srv)/sessioncrawler)", f"{root}/", text)


@pytest.fixture
def cron(machine, net):
    """Starts the command of the lines as cron does: their variables, the home of the user, and little else."""
    started = []
    ours = {
        "HOME": str(machine / "var/lib/sessioncrawler"),
        "PATH": VARIABLES["PATH"],
        "SPREAD": "0",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "SESSIONCRAWLER_TLS_CA_FILE": str(net.ca_file),
        "SESSIONCRAWLER_ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
        "SESSIONCRAWLER_PATIENT_RETRY_TIMES": "3",
        "SESSIONCRAWLER_PATIENT_RETRY_DELAY": "0.1",
        "SESSIONCRAWLER_ICONS_ENABLED": "False",
        **{f"SESSIONCRAWLER_{name}": str(value) for name, value in UNBOUNDED.items()},
    }
    for name, value in VARIABLES.items():
        if name.startswith("SESSIONCRAWLER"):
            ours[name] = below(machine, value)
    with offline() as proxies:

        def start():
            command = [VARIABLES["SHELL"], "-c", below(machine, LINES[0][3])]
            started.append(
                subprocess.Popen(
                    command,
                    cwd=ours["HOME"],
                    env=ours | proxies,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    start_new_session=True,
                )
            )
            return started[-1]

        yield start
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def starts(root):
    path = root / "starts"
    return path.read_text().count("started") if path.exists() else 0


def test_two_at_once_are_one_and_say_nothing(machine, cron):
    first = cron()
    ends = time.monotonic() + TIMEOUT
    while not starts(machine):
        assert first.poll() is None, first.communicate()
        assert time.monotonic() < ends
        time.sleep(0.02)
    second = cron()
    assert second.communicate(timeout=TIMEOUT)[0] == ""
    assert second.returncode == 0
    assert first.poll() is None, "it still runs"
    assert first.communicate(timeout=TIMEOUT)[0] == ""
    assert first.returncode == 0
    assert starts(machine) == 1
    assert (machine / "srv/sessioncrawler/index.html").is_file()
    assert (machine / "var/lib/sessioncrawler/state.db").is_file()
    assert "Published" in (machine / "var/lib/sessioncrawler/refresh.log").read_text()


def test_what_goes_wrong_is_said_and_does_not_block_the_next(machine, cron):
    (machine / "etc/sessioncrawler/directory.toml").write_text("[site]\nnam = 1\n")
    for times in (1, 2):
        process = cron()
        output = process.communicate(timeout=TIMEOUT)[0]
        assert process.returncode != 0
        assert "directory.toml" in output
        assert starts(machine) == times
    assert not (machine / "srv/sessioncrawler/index.html").exists()


def test_the_delay_of_a_machine_is_within_its_bounds():
    text = (ROOT / "deploy/cron/refresh").read_text()
    line = next(line for line in text.splitlines() if line.startswith("sleep "))
    for spread in (0, 1, 600):
        for checksum in (0, 600, 4_294_967_295):
            script = f"machine={checksum}\n{line.replace('sleep', 'echo')}"
            done = subprocess.run(["sh", "-c", script], env={"SPREAD": str(spread)}, capture_output=True, check=True)
            assert 0 <= int(done.stdout) <= spread
