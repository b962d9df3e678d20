"""How servers were found in one crawl: what availability is counted from (docs/memory.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sessioncrawler.editorial.monitors import place_of
from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.protocol.keys.memory import DAY
from sessioncrawler.state import Check, KnownKey

FEWEST = 3
"""Places that fail at once before it may be our own fault."""


def checks(settled: Iterable[Poll], keys: Collection[KnownKey], polled_at: Mapping[str, int]) -> list[Check]:
    """A check for every server that was reached, and for every one that was published before and was asked in vain.

    ``settled`` are the polls of the round, ``polled_at`` tells when a ``host[:port]`` was asked. A server of which no
    address was asked was not checked.
    """
    polls = tuple(settled)
    found: dict[str, Check] = {}
    for poll in polls:
        at = polled_at.get(plain(poll.address).netloc)
        if poll.server and poll.outcome is Outcome.REACHED and at is not None:
            key = poll.server.public_key
            found.setdefault(key, Check(key, at, reached=True, seconds=poll.seconds))
    for one, end, is_replaced in _last_homes(polls, keys, polled_at, found):
        if end.outcome is not Outcome.REACHED and not is_replaced:
            how = end.outcome.value
            found[one.public_key] = Check(one.public_key, polled_at[one.netloc], reached=False, how=how)
    return [check for _, check in sorted(found.items())]


def replaced(settled: Iterable[Poll], keys: Collection[KnownKey], polled_at: Mapping[str, int]) -> set[str]:
    """Keys of servers that are no more: another key was shown where they were last of all."""
    polls = tuple(settled)
    there = {poll.server.public_key for poll in polls if poll.server and poll.outcome is Outcome.REACHED}
    last: dict[str, int] = {}
    for one in keys:
        last[one.public_key] = max(one.shown_at, last.get(one.public_key, 0))
    homes = _last_homes(polls, keys, polled_at, there)
    return {one.public_key for one, _, is_replaced in homes if is_replaced and one.shown_at == last[one.public_key]}


def _last_homes(
    polls: Iterable[Poll], keys: Collection[KnownKey], polled_at: Mapping[str, int], there: Collection[str]
) -> Iterator[tuple[KnownKey, Poll, bool]]:
    """Each server that is not ``there``, at the address at which it was last of those asked, and how that ended.

    That one says how it fails: where it was before, nobody may be for long. Where another key was shown since is
    another server; the former one is not down, but no more: the third value.
    """
    ends = {plain(poll.address).netloc: poll for poll in polls}
    shown: dict[str, int] = {}
    for one in keys:
        shown[one.netloc] = max(one.shown_at, shown.get(one.netloc, 0))
    seen = set(there)
    for one in sorted(keys, key=_latest_home):
        end = ends.get(one.netloc)
        if one.published_at is not None and end is not None and one.netloc in polled_at and one.public_key not in seen:
            seen.add(one.public_key)
            yield one, end, one.shown_at != shown[one.netloc]


def _latest_home(one: KnownKey) -> tuple[bool, int, int, str]:
    """Orders what is known of a key: where it was published and shown last comes first."""
    return one.published_at is None, -one.shown_at, one.published_at or 0, one.netloc


def own_outage(found: Sequence[Check], last_reached: Mapping[str, int], keys: Iterable[KnownKey]) -> int:
    """How many places failed, where so many failed at once that it must be this directory that reached nobody.

    All servers of one domain or network have one voice, as with the monitors (docs/watching.md), and the best of them
    counts: a stranger can make any number of servers. Those count that were reached within the day before: what is
    down for longer is not our fault any more.
    """
    home: dict[str, str] = {}
    lately = {one.public_key: one for one in found if one.at - last_reached.get(one.public_key, 0) < DAY}
    for one in sorted((one for one in keys if one.public_key in lately), key=_latest_home):
        home.setdefault(one.public_key, place_of(one.address))
    answers: dict[str, bool] = {}
    for key, check in lately.items():
        place = home.get(key, key)
        answers[place] = answers.get(place, False) or check.reached
    failed = sum(not there for there in answers.values())
    return failed if failed >= FEWEST and failed * 2 > len(answers) else 0
