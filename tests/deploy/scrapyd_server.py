"""A real scrapyd on loopback, in a folder of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.deploying import TIMEOUT, TOOLS, environment

CONFIG = """
[scrapyd]
bind_address = 127.0.0.1
http_port = {port}
eggs_dir = {folder}/eggs
dbs_dir = {folder}/dbs
logs_dir = {folder}/logs
poll_interval = 0.1
max_proc = 4
"""
PROJECT = "sessioncrawler"


@dataclass(frozen=True)
class Scrapyd:
    """Its HTTP API (scrapyd's documentation, "API")."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def temporary(self) -> Path:
        """Where jobs put temporary files."""
        return self.folder / "tmp"

    def post(self, action: str, *pairs: tuple[str, str]) -> dict[str, Any]:
        return self._ask(action, urllib.parse.urlencode([("project", PROJECT), *pairs]).encode())

    def get(self, action: str) -> dict[str, Any]:
        return self._ask(f"{action}?project={PROJECT}", None)

    def schedule(self, spider: str, settings: Mapping[str, Any] | None = None, **arguments: str) -> str:
        """Schedule a spider; the id of the job."""
        pairs = [("setting", f"{name}={value}") for name, value in (settings or {}).items()]
        return self.post("schedule.json", ("spider", spider), *pairs, *arguments.items())["jobid"]

    def finished(self, *jobs: str) -> list[dict[str, Any]]:
        """Wait until all ``jobs`` have ended; how each is listed."""

        def ended() -> list[dict[str, Any]] | None:
            listed = {job["id"]: job for job in self.get("listjobs.json")["finished"]}
            return [listed[job] for job in jobs] if listed.keys() >= set(jobs) else None

        return wait_for(ended)

    def log(self, spider: str, job: str) -> str:
        return (self.folder / "logs" / PROJECT / spider / f"{job}.log").read_text()

    def _ask(self, path: str, data: bytes | None) -> dict[str, Any]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/{path}", data, timeout=TIMEOUT) as answer:
            body: dict[str, Any] = json.load(answer)
        assert body["status"] == "ok", body
        return body

    def answers(self) -> bool:
        """Whether it listens already."""
        assert self.process.poll() is None, (self.folder / "output.txt").read_text()
        try:
            self._ask("daemonstatus.json", None)
        except urllib.error.URLError:
            return False
        return True


def wait_for(what: Callable[[], Any]) -> Any:
    """What ``what`` gives at last; AssertionError where it never does."""
    ends = time.monotonic() + TIMEOUT
    while not (found := what()):
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.05)
    return found


@contextmanager
def scrapyd(folder: Path, extra: Mapping[str, str]) -> Iterator[Scrapyd]:
    """Run scrapyd in ``folder``; ``extra`` is the environment that jobs inherit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "scrapyd.conf").write_text(CONFIG.format(port=port, folder=folder))
    (folder / "tmp").mkdir()
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [TOOLS / "scrapyd", "--pidfile="],
            cwd=folder,
            env=environment({**extra, "TMPDIR": str(folder / "tmp"), "HOME": str(folder)}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Scrapyd(f"http://127.0.0.1:{port}", folder, process)
    try:
        wait_for(server.answers)
        yield server
    finally:
        process.terminate()
        process.wait(TIMEOUT)
