"""The time of a crawl: one for everything that a crawl derives from the time, so that it can be repeated."""

from __future__ import annotations

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
