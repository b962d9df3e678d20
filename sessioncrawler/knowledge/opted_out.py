"""Which servers ask not to be listed in their ``robots.txt`` (docs/operators.md), and when they are asked for it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from sessioncrawler.editorial.config import Directory
from sessioncrawler.model import Address
from sessioncrawler.protocol.keys.memory import DAY, KnownKey
from sessioncrawler.protocol.servers import voice

KEPT = 14 * DAY
"""How long what is remembered of a server that opts out is kept, unseen, before it is forgotten.

On plain http whoever stands between can say it in the server's place: so much time is there to find out.
"""


def opted_out(keys: Iterable[KnownKey], directory: Directory) -> Mapping[str, int]:
    """Public key → since when its server asks not to be listed, in Unix seconds."""
    groups: dict[str, list[KnownKey]] = defaultdict(list)
    for one in keys:
        groups[one.public_key].append(one)
    homes: dict[str, list[Address]] = defaultdict(list)
    for server in directory.servers:
        homes[server.public_key].append(server.address)
    found: dict[str, int] = {}
    for key, known in groups.items():
        if any(one.opted_out_at is not None for one in known):
            speaks = voice(known, homes[key])
            if speaks and speaks.opted_out_at is not None:
                found[key] = speaks.opted_out_at
    return found


def is_asked(known: KnownKey | None, netloc: str, now: int, days: float) -> bool:
    """Whether ``host[:port]``, which has proven its key, is asked for its ``robots.txt`` in this crawl.

    Once in ``days`` days (0: never), each at a time of its own, which it comes to in half of them to one and a half; at
    once where it is new, so that who does not want to be listed never is; each time where it opted out, so that it
    finds its way back. ``known`` is what was remembered when the crawl began.
    """
    if days <= 0:
        return False
    if known is None or known.opted_out_at is not None:
        return True
    # Who was published before anybody asked waits for its time as if it had been asked in the last crawl.
    last = known.robots_at if known.robots_at is not None else known.last_proven if known.published_at else None
    if last is None or last > now:
        return True
    every = days * DAY
    offset = int.from_bytes(hashlib.sha256(netloc.encode()).digest()[:4]) / 2**32 * every
    rest = every / 2 if known.robots_at is not None else 0
    return (now + offset) // every > (last + rest + offset) // every
