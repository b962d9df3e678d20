"""Sharing the work between crawlers that do not know of each other."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Self

_WRITTEN = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``number`` of ``of``, counted from 1. Every ``host[:port]`` is in exactly one part, on every machine."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``I/N`` such as ``2/5``; ValueError, a sentence with the mend, for anything else."""
        written = _WRITTEN.fullmatch(text.strip())
        if written and int(written[1]) <= int(written[2]):
            return cls(int(written[1]), int(written[2]))
        raise ValueError(f"shard={text[:50]!r} is no part of a whole; write I/N with I from 1 to N, such as shard=2/5")

    def holds(self, netloc: str) -> bool:
        """Whether the server at ``host[:port]`` belongs to this part."""
        digest = hashlib.sha256(netloc.encode()).digest()
        return int.from_bytes(digest[:8]) % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
