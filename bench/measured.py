"""``python bench/measured.py REPORT COMMAND…``: run a command and write what it took to the file REPORT, as JSON.

A process of its own, as small as Python gets: Linux counts a parent's peak memory towards that of the child it
starts, so whoever starts the command must not be large.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

INTERVAL = 0.05
"""Seconds between two looks at the running command."""
TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds in the unit of ``/proc/PID/stat``."""

Sample = tuple[float, float, int]
"""Moment on the clock of ``time.monotonic``, CPU seconds so far, bytes of memory in use."""


def main(report: Path, command: list[str]) -> None:
    """Run ``command``; the report is ``{"code", "wall", "cpu", "memory", "samples"}``.

    That is the exit code, seconds, seconds, bytes at the peak, and a list of ``Sample``, empty where there is no
    ``/proc``.
    """
    began = time.monotonic()
    process = subprocess.Popen(command)  # noqa: S603 - the benchmark's own commands
    samples: list[Sample] = []
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        _look(process.pid, samples)
        time.sleep(INTERVAL)
    _, status, usage = os.wait4(process.pid, 0)
    values = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": time.monotonic() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
        "samples": samples,
    }
    report.write_text(json.dumps(values), encoding="utf-8")


def _look(pid: int, samples: list[Sample]) -> None:
    with contextlib.suppress(OSError):
        # proc(5): the name in parentheses may hold anything; behind it come fields 3 and on, utime being field 14.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) * TICK
        samples.append((time.monotonic(), cpu, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
