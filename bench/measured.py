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
RARE = 20
"""Looks of which one counts shared memory, which keeps the command waiting for some milliseconds."""
TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds in the unit of ``/proc/PID/stat``."""

Sample = tuple[float, float, int]
"""Moment on the clock of ``time.monotonic``, CPU seconds so far, bytes of memory in use."""


def main(report: Path, command: list[str]) -> None:
    """Run ``command``; the report is ``{"code", "wall", "cpu", "memory", "together", "samples"}``.

    That is the exit code, seconds, seconds, bytes at the peak, bytes at the peak of the command and the processes that
    it started (what they share is counted once; 0 where it started none), and a list of ``Sample``, empty where there
    is no ``/proc``.
    """
    began = time.monotonic()
    process = subprocess.Popen(command)  # noqa: S603 - the benchmark's own commands
    samples: list[Sample] = []
    together = looks = 0
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        _look(process.pid, samples)
        looks += 1
        if looks % RARE == 0:
            together = max(together, _together(process.pid))
        time.sleep(INTERVAL)
    _, status, usage = os.wait4(process.pid, 0)
    values = {
        "code": os.waitstatus_to_exitcode(status),
        "wall": time.monotonic() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
        "together": together,
        "samples": samples,
    }
    report.write_text(json.dumps(values), encoding="utf-8")


def _look(pid: int, samples: list[Sample]) -> None:
    with contextlib.suppress(OSError):
        # proc(5): the name in parentheses may hold anything; behind it come fields 3 and on, utime being field 14.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) * TICK
        samples.append((time.monotonic(), cpu, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")))


def _together(pid: int) -> int:
    """Bytes of memory of a process and of those that it has started, if there are any: their proportional set sizes."""
    with contextlib.suppress(OSError):
        children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in _words(task / "children")]
        if children:
            return sum(_pss(one) for one in (str(pid), *children))
    return 0


def _words(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split()


def _pss(pid: str) -> int:
    words = _words(Path(f"/proc/{pid}/smaps_rollup"))
    return int(words[words.index("Pss:") + 1]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
