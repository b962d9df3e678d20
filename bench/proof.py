"""``python -m bench.proof``: what the proof of a key costs beside a request that asks for the same in the clear."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from sessioncrawler.protocol.onion import open_v4, seal_v4
from simnet.onion import key_pair, open_request
from simnet.onion import seal_v4 as reply_v4

BYTES = (100, 10_000, 100_000, 1_000_000)
"""Lengths of answers: one room has some 700 bytes."""
TIMES = 200
MILLISECONDS = 0.5
"""Most CPU time of a proof with an answer of 100,000 bytes."""
_HEADERS = {"content-type": "application/json"}


def milliseconds(work: Callable[[], object], times: int = TIMES) -> float:
    """CPU time of doing ``work`` once."""
    start = time.process_time()
    for _ in range(times):
        work()
    return 1_000 * (time.process_time() - start) / times


def measured(length: int) -> tuple[float, int, int]:
    """CPU in ms of sealing and opening; bytes of the request's body; bytes that the reply has beyond the answer."""
    secret, key = key_pair("bench")
    sealed = seal_v4(key, "/rooms?all=1")
    reply = reply_v4(open_request(secret, 4, sealed.body).key, 200, _HEADERS, b"x" * length)
    if open_v4(sealed, reply).body != b"x" * length:
        raise ValueError("What was sealed is not what was opened.")
    cpu = milliseconds(lambda: seal_v4(key, "/rooms?all=1")) + milliseconds(lambda: open_v4(sealed, reply))
    return cpu, len(sealed.body), len(reply) - length


def main() -> int:
    """Print one line for each length; the exit code is 1 where it costs too much."""
    table = Table("answer, bytes", "seal and open, ms CPU", "request, bytes", "reply beyond the answer, bytes")
    found = {length: measured(length) for length in BYTES}
    for length, (cpu, request, beyond) in found.items():
        table.add_row(f"{length:,}", f"{cpu:.3f}", str(request), str(beyond))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(table)
    missed = found[100_000][0] > MILLISECONDS
    console.print(f"{'MISSED' if missed else 'reached'}: at most {MILLISECONDS} ms for 100,000 bytes")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
