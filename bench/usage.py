"""What a process took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measured import Sample

ROOT = Path(__file__).parents[1]


class BenchError(RuntimeError):
    """A measured process did not do its work, so there is nothing to report."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Wall time and CPU time (user and system) in seconds, peak memory in bytes, samples, and what was printed.

    ``together`` is the peak memory of all processes, where there was more than one; what they share counts once.
    """

    wall: float
    cpu: float
    memory: int
    samples: list[Sample]
    output: str
    log: str
    together: int = 0

    def cpu_at(self, moment: float) -> float:
        """CPU seconds that were used up to ``moment``, on the clock of ``time.monotonic``."""
        return max((cpu for when, cpu, _ in self.samples if when <= moment), default=0.0)

    def memory_at(self, moment: float) -> int:
        """Most memory in use up to ``moment``, in bytes."""
        return max((memory for when, _, memory in self.samples if when <= moment), default=0)


def measure(
    command: Sequence[str], environment: Mapping[str, str] | None = None, stdin: str = "", *, root: Path = ROOT
) -> Usage:
    """Run ``command`` with the code of the checkout ``root``, whatever is set for others.

    BenchError, with the end of its log, where it fails.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SESSIONCRAWLER_", "SCRAPY_"))}
    ours = {"PYTHONPATH": str(root), "SCRAPY_SETTINGS_MODULE": "sessioncrawler.settings"}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        done = subprocess.run(  # noqa: S603 - the benchmark's own commands
            [sys.executable, str(ROOT / "bench" / "measured.py"), str(report), *command],
            cwd=root,
            env={**kept, **ours, **(environment or {})},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        values = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {"code": "no report"}
    code = values.pop("code")
    if code != 0:
        raise BenchError(f"{' '.join(command)} failed ({code}):\n{done.stderr[-2000:]}")
    return Usage(**values, output=done.stdout, log=done.stderr)
