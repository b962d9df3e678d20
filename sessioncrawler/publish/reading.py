"""What settings say of how the state is read."""

from __future__ import annotations

from scrapy.settings import BaseSettings

from sessioncrawler.clock import hours
from sessioncrawler.knowledge.carried import Ladder
from sessioncrawler.knowledge.known import ROUND_HOURS, Reading


def reading(settings: BaseSettings) -> Reading:
    """What settings say; raises ValueError where they are no hours."""
    usual = Ladder()
    as_ever = hours(settings, "LISTED_AS_EVER", usual.as_ever)
    at_all = hours(settings, "LISTED_AT_ALL", usual.at_all)
    return {
        "guess": settings.getbool("GUESS_LANGUAGES", True),
        "round_hours": settings.getfloat("ROUND_HOURS", ROUND_HOURS),
        "ladder": Ladder(as_ever, at_all),
    }
