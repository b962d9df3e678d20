"""The parent's side: start attackers, get links that lead to them, and ask what was asked of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Contacts:
    """What attackers saw."""

    times: tuple[float, ...]
    """When each connection began, on the clock of ``time.monotonic``."""
    most: dict[str, int]
    """Host → the most connections at once."""


class Attackers:
    """``count`` ports on loopback that behave badly (``manners.py``), for the length of a ``with`` block.

    They are spread over ``hosts`` in turns: every address of 127.0.0.0/8 is there without any set-up.
    """

    addresses: tuple[str, ...]
    """``host:port`` of each."""

    def __init__(self, manner: str, count: int, hosts: Sequence[str] = ("127.0.0.1",)) -> None:
        self._arguments = [manner, "--count", str(count), "--hosts", *hosts]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(  # noqa: S603 (our own module, our own arguments)
            [sys.executable, "-m", "simnet.attacks", *self._arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.addresses = tuple(json.loads(self._line()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=STOP_SECONDS)

    def contacts(self) -> Contacts:
        """What was asked of them so far."""
        assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018 (they are pipes)
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        log = json.loads(self._line())
        return Contacts(tuple(log["times"]), log["most"])

    def links(self, scheme: str = "http") -> tuple[str, ...]:
        """One join link to each, with a key of its own."""
        return links(self.addresses, scheme)

    def _line(self) -> str:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018 (they are pipes)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The attackers did not start; their error output says why.")
        return line


def links(addresses: Iterable[str], scheme: str = "http") -> tuple[str, ...]:
    """One join link to each ``host:port``, with a key of its own."""
    return tuple(
        f"{scheme}://{address}/room?public_key={sha256(address.encode()).hexdigest()}" for address in addresses
    )
