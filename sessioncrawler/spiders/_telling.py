"""What a crawl of servers counts, and tells in its log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from logging import LoggerAdapter
from typing import Any

from sessioncrawler.model import Outcome, Poll
from sessioncrawler.protocol.candidates import Candidate

MOST_LINES = 20
"""Servers with more rooms than are taken that the log names; the stat ``polls/servers_over_limit`` counts all."""


class Telling:
    """Counts with ``count(name, number)``, and writes into ``logger``."""

    def __init__(self, logger: LoggerAdapter[Any], count: Callable[..., None]) -> None:
        self._logger = logger
        self._count = count
        self._lines_left = MOST_LINES

    def resting(self, resting: Sequence[Candidate]) -> None:
        """Who is not asked, having not been reached for long."""
        self._count("polls/resting", len(resting))
        if resting:
            self._logger.info(
                "%d addresses are not asked this time, %s first, since they have not been reached for days "
                "(DAILY_AFTER, WEEKLY_AFTER, DROPPED_AFTER); 'scrapy explain ADDRESS' tells when they are.",
                len(resting),
                resting[0].address,
            )

    def turned_away(self, words: Sequence[str]) -> None:
        """Who is new, and beyond the share of its place; each in a few words."""
        if words:
            self._logger.warning(
                "%d new addresses are not asked this time, %.300s first; others have their turn each hour "
                "(docs/attacks.md).",
                len(words),
                words[0],
            )

    def ended(self, poll: Poll) -> None:
        """How it went with one address."""
        self._count("polls/done")
        self._count("polls/requests", poll.requests)
        self._count("polls/tries", poll.tries)
        self._count("polls/repairs", poll.repairs)
        if poll.outcome is Outcome.REACHED:
            self._count("polls/reached")
        if poll.over_limit:
            self._over_limit(poll)
        if poll.claims:
            claims = "; ".join(f"{claim.public_key} by {', '.join(claim.by)}" for claim in poll.claims)
            self._count("polls/key_claims_differ")
            self._logger.info("Different keys are claimed for %s: %s", poll.address, claims)

    def _over_limit(self, poll: Poll) -> None:
        self._count("polls/over_limit", poll.over_limit)
        self._count("polls/servers_over_limit")
        self._lines_left -= 1
        if self._lines_left >= 0:
            self._logger.info(
                "%s tells %s rooms, of which the %s oldest are taken (ROOMS_PER_SERVER, TEXT_PER_SERVER; a new server "
                "has NEW_SERVER_SHARE of both)",
                poll.address,
                f"{len(poll.rooms) + poll.over_limit:,}",
                f"{len(poll.rooms):,}",
            )
