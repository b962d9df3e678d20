"""How servers were found in one crawl: what availability is counted from (docs/memory.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.keys.memory import DAY
from sessioncrawler.state import Check, KnownKey

FEWEST = 3
"""Servers that fail at once before it may be our own fault."""


def checks(settled: Iterable[Poll], keys: Collection[KnownKey], polled_at: Mapping[str, int]) -> list[Check]:
    """A check for every server that was reached, and for every one that was published before and was asked in vain.

    ``settled`` are the polls of the round, ``polled_at`` tells when a ``host[:port]`` was asked. A server of which no
    address was asked was not checked.
    """
    found: dict[str, Check] = {}
    ends: dict[str, Poll] = {}
    for poll in settled:
        netloc = plain(poll.address).netloc
        ends[netloc] = poll
        at = polled_at.get(netloc)
        if poll.server and poll.outcome is Outcome.REACHED and at is not None:
            found.setdefault(
                poll.server.public_key, Check(poll.server.public_key, at, reached=True, seconds=poll.seconds)
            )
    seen = set(found)
    shown: dict[str, int] = {}
    for one in keys:
        shown[one.netloc] = max(one.shown_at, shown.get(one.netloc, 0))
    # The address at which a server was last says how it fails: where it was before, nobody may be for long.
    for one in sorted(keys, key=lambda one: (-one.shown_at, one.published_at or 0, one.netloc)):
        end, at = ends.get(one.netloc), polled_at.get(one.netloc)
        if one.published_at is None or end is None or at is None or one.public_key in seen:
            continue
        seen.add(one.public_key)
        # Where another key was shown since is another server; the former one is not down, but no more.
        if end.outcome is not Outcome.REACHED and one.shown_at == shown[one.netloc]:
            found[one.public_key] = Check(one.public_key, at, reached=False, how=end.outcome.value)
    return [check for _, check in sorted(found.items())]


def own_outage(found: Sequence[Check], last_reached: Mapping[str, int]) -> int:
    """How many servers failed, where so many failed at once that it must be this directory that reached nobody.

    Those count that were reached within the day before: what is down for longer is not our fault any more.
    """
    lately = [one for one in found if one.at - last_reached.get(one.public_key, 0) < DAY]
    failed = sum(not one.reached for one in lately)
    return failed if failed >= FEWEST and failed * 2 > len(lately) else 0
