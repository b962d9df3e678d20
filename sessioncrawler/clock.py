"""The time of a crawl: one for everything that a crawl derives from the time, so that it can be repeated."""

from __future__ import annotations

import math
import time

from scrapy.settings import BaseSettings


def crawl_time(settings: BaseSettings) -> int:
    """Return the setting ``CRAWL_TIME`` in Unix seconds; the present time where it is None or empty.

    Raises ValueError where it is anything but a whole number from 0 on.
    """
    value = settings.get("CRAWL_TIME")
    if value is None or value == "":
        return int(time.time())
    if not str(value).isdecimal():
        raise ValueError(f"CRAWL_TIME is {value!r}; give whole Unix seconds, or leave it out for the present time")
    return int(value)


def hours(settings: BaseSettings, name: str, default: float = 0) -> float:
    """Return a setting in hours, ``default`` where it is not set; raises ValueError where it is no number from 0 on."""
    value = settings.get(name, default) or 0
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} is {value!r}; give hours, or 0 to switch it off")
    return number
