"""Measuring a process from outside."""

from __future__ import annotations

import sys

import pytest

from bench.usage import BenchError, Usage, measure

MEBIBYTE = 1024 * 1024


def test_what_a_process_took():
    burn = """
import sys, time
data = b"x" * (40 << 20)
end = time.process_time() + 0.3
while time.process_time() < end:
    pass
"""
    usage = measure(
        [sys.executable, "-c", f"{burn}\nprint(sys.stdin.read())\nprint('note', file=sys.stderr)"], stdin="in"
    )
    assert (usage.output, usage.log) == ("in\n", "note\n")
    assert 0.3 <= usage.cpu < 3
    assert usage.cpu <= usage.wall + 0.5
    assert 40 * MEBIBYTE < usage.memory < 90 * MEBIBYTE


def test_the_memory_of_two_processes_counts_what_they_share_once():
    fork = """
import os, time
shared = b"x" * (40 << 20)
own = b"y" * (30 << 20) if os.fork() else b"z" * (30 << 20)
time.sleep(1)
"""
    usage = measure([sys.executable, "-c", fork])
    assert 70 * MEBIBYTE < usage.memory < 100 * MEBIBYTE < usage.together < 130 * MEBIBYTE
    assert measure([sys.executable, "-c", "import time; time.sleep(0.5)"]).together == 0


def test_the_memory_of_whoever_measures_does_not_count():
    ballast = bytearray(200 * MEBIBYTE)
    usage = measure([sys.executable, "-c", "pass"])
    assert usage.memory < 60 * MEBIBYTE < len(ballast)


def test_a_failure_is_told_with_the_end_of_its_log():
    with pytest.raises(BenchError, match=r"failed \(3\):\n.*sorry"):
        measure([sys.executable, "-c", "import sys; print('sorry', file=sys.stderr); sys.exit(3)"])


def test_a_command_that_cannot_be_started():
    with pytest.raises(BenchError, match="no report"):
        measure(["/no/such/command"])


def test_samples_up_to_a_moment():
    usage = Usage(wall=3, cpu=9, memory=90, samples=[(1, 0.5, 30), (2, 1.5, 20), (3, 4, 80)], output="", log="")
    assert (usage.cpu_at(0), usage.memory_at(0)) == (0, 0)
    assert (usage.cpu_at(2.5), usage.memory_at(2.5)) == (1.5, 30)
