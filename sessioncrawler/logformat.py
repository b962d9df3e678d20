"""Log messages of one line an event: strangers write names and descriptions, and a log is read by people."""

from __future__ import annotations

import logging
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class OneLineLogFormatter(LogFormatter):
    """Leaves whole items out of the log; each is known by its identifier.

    ``level`` is the least level that the log shows. Scrapy makes a record of every response and every item before
    anybody asks whether it is wanted; for messages below ``level`` the methods return None, which it takes for
    "nothing to say".
    """

    def __init__(self, level: int = logging.DEBUG) -> None:
        self._level = level

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make a formatter for the level that ``LOG_LEVEL`` names."""
        return cls(logging.getLevelNamesMapping().get(str(crawler.settings["LOG_LEVEL"]).upper(), logging.DEBUG))

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult:
        """Scrapy's message; None where the log does not show it."""
        if self._level > logging.DEBUG:
            return None  # type: ignore[return-value]  # documented by Scrapy, but not in its annotations
        return super().crawled(request, response, spider)

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The reason alone; it names the Community. Its level is that of the exception, INFO without one."""
        del item, response, spider
        level = getattr(exception, "log_level", None) or "INFO"
        return {"level": logging.getLevelName(level), "msg": "Dropped: %(exception)s", "args": {"exception": exception}}

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """The kind of the item, and its identifier where it has one; None where the log does not show it."""
        del response, spider
        if self._level > logging.DEBUG:
            return None  # type: ignore[return-value]  # as above
        name = getattr(item, "identifier", "")
        return {
            "level": logging.DEBUG,
            "msg": "Scraped: %(kind)s %(name)s",
            "args": {"kind": type(item).__name__, "name": name},
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The kind of the item, and its identifier where it has one; Scrapy adds the traceback."""
        del exception, response, spider
        args = {"kind": type(item).__name__, "name": getattr(item, "identifier", "")}
        return {"level": logging.ERROR, "msg": "Error processing: %(kind)s %(name)s", "args": args}
