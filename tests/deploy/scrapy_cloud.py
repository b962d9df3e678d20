"""Jobs as Scrapy Cloud runs them: its entry point in a process of its own, a named pipe for what it tells.

The protocol is that of docs.zyte.com, "Scrapy Cloud Write Entrypoint": lines of a command of three letters and JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.deploying import TIMEOUT, TOOLS, environment

KEY = "1/2/3"
COMMANDS = {"ITM", "LOG", "REQ", "STA", "FIN"}
ERROR = 40


@dataclass(frozen=True)
class Done:
    """How a job ended, and what it told the cloud."""

    exit_code: int
    told: list[tuple[str, Any]]
    output: str
    """What it wrote past the pipe: a traceback, where the entry point itself failed."""

    def of(self, command: str) -> list[Any]:
        return [payload for name, payload in self.told if name == command]

    @property
    def items(self) -> list[dict[str, Any]]:
        return self.of("ITM")

    @property
    def outcomes(self) -> list[str]:
        return [payload["outcome"] for payload in self.of("FIN")]

    @property
    def log(self) -> list[str]:
        return [line["message"] for line in self.of("LOG")]

    @property
    def errors(self) -> list[str]:
        return [line["message"] for line in self.of("LOG") if line["level"] >= ERROR]


class Job:
    """A job under way."""

    def __init__(self, process: subprocess.Popen[str], pipe: Future[bytes]) -> None:
        self._process = process
        self._pipe = pipe

    def stop(self) -> None:
        """Ask it to stop, as the cloud does."""
        self._process.send_signal(signal.SIGTERM)

    def done(self) -> Done:
        """Wait for its end."""
        output, _ = self._process.communicate(timeout=TIMEOUT)
        lines = self._pipe.result(TIMEOUT).decode("ascii").splitlines(keepends=True)
        assert all(line.endswith("\n") for line in lines)
        told = [(line[:3], json.loads(line[4:])) for line in lines]
        assert {name for name, _ in told} <= COMMANDS
        assert {line[3] for line in lines} == {" "}
        return Done(self._process.returncode, told, output)


@contextmanager
def started(
    what: Mapping[str, Any], settings: Mapping[str, Any], extra: Mapping[str, str], tools: Path = TOOLS
) -> Iterator[Job]:
    """Start ``what`` (``spider`` and ``spider_args``, or ``job_cmd``) in an empty folder, as in a container.

    ``settings`` are those of the project's page; ``extra`` says in its ``PYTHONPATH`` where the egg is, unless the
    project is installed where ``tools`` are.
    """
    with tempfile.TemporaryDirectory(prefix="cloud") as folder, ThreadPoolExecutor(1) as pool:
        fifo = Path(folder, "fifo")
        os.mkfifo(fifo)
        (home := Path(folder, "home")).mkdir()
        cloud = {
            "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings",
            "SHUB_FIFO_PATH": str(fifo),
            "SHUB_JOBKEY": KEY,
            "SHUB_JOB_DATA": json.dumps({"key": KEY, "auth": "secret", "spider": "", **what}),
            "SHUB_SETTINGS": json.dumps({"project_settings": settings}),
            "HOME": str(home),
            "TMPDIR": folder,
        }
        process = subprocess.Popen(
            [tools / "python", "-m", "sh_scrapy.crawl"],  # all that start-crawl does
            cwd=home,
            env=environment({**extra, **cloud}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield Job(process, pool.submit(fifo.read_bytes))
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()


def run_job(
    what: Mapping[str, Any], settings: Mapping[str, Any], extra: Mapping[str, str], tools: Path = TOOLS
) -> Done:
    """Run a job to its end."""
    with started(what, settings, extra, tools) as job:
        return job.done()
