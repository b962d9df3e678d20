"""``python -m bench.measured REPORT COMMAND…``: run a command and write what it took to the file REPORT, as JSON.

A process of its own, as small as Python gets: Linux counts a parent's peak memory towards that of the child it
starts, so whoever starts the command must not be large.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main(report: Path, command: list[str]) -> None:
    """Run ``command``; the report is ``{"code", "wall", "cpu", "memory"}``: exit code, seconds, seconds, bytes."""
    began = time.monotonic()
    process = subprocess.Popen(command)  # noqa: S603 - the benchmark's own commands
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    values = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
    }
    report.write_text(json.dumps(values), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
