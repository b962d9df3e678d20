"""Log messages of one line an event: strangers write names and descriptions, and a log is read by people."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class OneLineLogFormatter(LogFormatter):
    """Leaves whole items out of the log; each is known by its identifier."""

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The reason alone; it names the Community. Its level is that of the exception, INFO without one."""
        del item, response, spider
        level = getattr(exception, "log_level", None) or "INFO"
        return {"level": logging.getLevelName(level), "msg": "Dropped: %(exception)s", "args": {"exception": exception}}

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """The kind of the item, and its identifier where it has one."""
        del response, spider
        name = getattr(item, "identifier", "")
        return {
            "level": logging.DEBUG,
            "msg": "Scraped: %(kind)s %(name)s",
            "args": {"kind": type(item).__name__, "name": name},
        }
