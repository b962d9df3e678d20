"""Whether the state, or what one server has, grows far more than is usual. It is told, and withholds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from sessioncrawler.editorial.monitors.verdicts import Verdict

GROWTH = "growth"
"""Name of the monitor."""
MANY_BYTES = 10_000_000
"""Bytes in one run that are worth a word: 100 servers with 500 Communities each take less than that in a month."""
TIMES_USUAL = 10
MANY_NEW = 100
"""New Communities of one server in one run that are worth a word, where it had fewer before."""
MOST_NAMED = 3
"""Servers that are named."""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Communities of one server that were never listed before, or were forgotten since."""

    public_key: str
    base_url: str
    """Where the server is."""
    new: int
    listed: int
    """With the new ones."""


def judge_growth(size: int, before: Sequence[int], newcomers: Iterable[Newcomers]) -> Verdict:
    """Compare the bytes of the state with those ``before``, after earlier runs, the latest first; 0 is unknown."""
    steps = [later - earlier for later, earlier in pairwise(before) if later and earlier]
    usual = max(0, median(steps)) if steps else 0
    grown = size - before[0] if before and before[0] else 0
    many = [one for one in newcomers if one.new >= max(MANY_NEW, one.listed - one.new)]
    many.sort(key=lambda one: (-one.new, one.public_key))
    said = [
        f"{one.base_url} ({one.public_key[:16]}…) lists {one.listed:,} Communities, of which {one.new:,} are new."
        for one in many[:MOST_NAMED]
    ]
    if len(many) > MOST_NAMED:
        said.append(f"So do {len(many) - MOST_NAMED:,} more servers.")
    if grown > max(MANY_BYTES, TIMES_USUAL * usual):
        said.insert(0, f"The state took {_megabytes(grown)} more in this run, where {_megabytes(usual)} are usual.")
    if said:
        said.append("The site is published all the same; [[hide]] of directory.toml takes away a server that floods.")
    return Verdict(GROWTH, " ".join(["Growth:", *said]) if said else "")


def _megabytes(number: float) -> str:
    return f"{number / 1e6:,.1f} MB"
