"""A throw-away machine with systemd as its first process and nothing but loopback as its network; see boot.sh."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.crawling import ROOT

BOOT_SECONDS = 40
NAMESPACES = ("--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup")
FETCH = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", 80, timeout=10)
connection.request("GET", sys.argv[1], headers={"Host": "communities.example.org"})
answer = connection.getresponse()
sys.stdout.buffer.write(b"%d " % answer.status + answer.read())
"""


@dataclass(frozen=True)
class Machine:
    """A machine that runs; ``pid`` is that of its first process, as seen from here."""

    pid: int

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as root of the machine."""
        inside = ["nsenter", "--target", str(self.pid), "--all", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        return subprocess.run([*inside, *command], capture_output=True, text=True, timeout=120, check=False)

    def path(self, name: str) -> Path:
        """A file of the machine; links in its path would lead out of it."""
        return Path(f"/proc/{self.pid}/root{name}")

    def write(self, name: str, text: str) -> None:
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text)

    def log(self) -> str:
        """What the last start of the service wrote."""
        self.run("journalctl", "--sync")
        log = self.run("journalctl", "--output=cat", "--unit=sessioncrawler.service").stdout
        return log[log.rindex("Starting sessioncrawler.service") :]

    def fetch(self, path: str) -> tuple[int, bytes]:
        """Status and body of what its web server answers."""
        command = [*self._beside(), sys.executable, "-c", FETCH, path]
        done = subprocess.run(command, capture_output=True, timeout=30, check=True)
        status, _, body = done.stdout.partition(b" ")
        return int(status), body

    @contextmanager
    def simulated(self, servers: int) -> Iterator[dict[str, str]]:
        """A simulated network on the machine's loopback; the handshake of ``simnet.process``."""
        command = [*self._beside(), sys.executable, "-m", "simnet", "--servers", str(servers)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin
            assert process.stdout
            try:
                yield json.loads(process.stdout.readline())
            finally:
                process.stdin.close()  # upon which it ends
                process.wait(timeout=20)

    def _beside(self) -> list[str]:
        """Begins a command that has the disk and the Python of this machine, and the network of that one."""
        return ["nsenter", "--target", str(self.pid), "--net"]


@contextmanager
def booted(folder: Path) -> Iterator[Machine]:
    """Boot a machine; skips where that cannot be done."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to make namespaces and mounts")
    if not (Path("/lib/systemd/systemd").exists() and shutil.which("nsenter") and shutil.which("unshare")):
        pytest.skip("needs systemd and util-linux: apt-get install systemd util-linux")
    base = Path(sys.base_prefix)
    script = Path(__file__).with_name("boot.sh")
    command = ["unshare", "--fork", "--kill-child", "--propagation", "private", *NAMESPACES, "sh", str(script)]
    arguments = [folder, ROOT, base, sysconfig.get_path("purelib")]
    with (folder.parent / "console.txt").open("w+") as console:
        process = subprocess.Popen([*command, *map(str, arguments)], stdout=console, stderr=console)
        try:
            yield _ready(process, Path(console.name))
        finally:
            process.kill()
            process.wait()


def _ready(process: subprocess.Popen[bytes], console: Path) -> Machine:
    """The machine when it runs. What boot.sh could not do is a reason for skipping, what systemd could not is a bug."""
    ends = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            pytest.skip(f"cannot boot a machine here: {console.read_text().strip()}")
        first = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if first and Path(f"/proc/{first[0]}/comm").read_text().strip() == "systemd":
            machine = Machine(int(first[0]))
            if machine.run("systemctl", "is-system-running").stdout.strip() == "running":
                return machine
        time.sleep(0.1)
    raise AssertionError(f"systemd did not come up:\n{console.read_text()}")
