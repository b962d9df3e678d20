"""What settings say of how the state is read."""

from __future__ import annotations

from sys import maxsize

from scrapy.settings import BaseSettings

from sessioncrawler.knowledge.carried import Ladder
from sessioncrawler.knowledge.on_page import PageBounds
from sessioncrawler.knowledge.patience import Rests
from sessioncrawler.knowledge.reading import ROUND_HOURS, Reading


def reading(settings: BaseSettings) -> Reading:
    """What settings say."""
    usual, rests = Ladder(), Rests()
    as_ever = settings.getfloat("LISTED_AS_EVER", usual.as_ever)
    at_all = settings.getfloat("LISTED_AT_ALL", usual.at_all)
    return {
        "guess": settings.getbool("GUESS_LANGUAGES", True),
        "round_hours": settings.getfloat("ROUND_HOURS", ROUND_HOURS),
        "ladder": Ladder(as_ever, at_all),
        "links_per_source": settings.getint("LINKS_PER_SOURCE", maxsize),
        "page": PageBounds(
            server=settings.getint("ROOMS_ON_PAGE"),
            newcomers=settings.getint("NEW_ON_PAGE"),
            opening=settings.getint("OPENING_FACTOR", 1),
        ),
        "rests": Rests(
            daily_after=settings.getfloat("DAILY_AFTER", rests.daily_after),
            weekly_after=settings.getfloat("WEEKLY_AFTER", rests.weekly_after),
            dropped_after=settings.getfloat("DROPPED_AFTER", rests.dropped_after),
        ),
    }
