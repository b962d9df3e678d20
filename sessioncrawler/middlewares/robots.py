"""Pages of sources are read only where their ``robots.txt`` allows it (docs/protocol.md, "Sources")."""

from __future__ import annotations

import logging

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.robotstxt import RobotParser

from sessioncrawler.protocol.schemes.robots import TRIES

logger = logging.getLogger(__name__)


class ForbiddenByRobots(IgnoreRequest):
    """A page is not read, since the ``robots.txt`` of its site forbids it."""


class SourceRobots(RobotsTxtMiddleware):
    """Scrapy's own, for spiders that set ``ROBOTSTXT_OBEY``: those of sources.

    What it asks for is bounded: a ``robots.txt`` that hangs must not cost the source. Where there is none, or it cannot
    be had, nothing is forbidden.

    Stat: ``source/robots_failed``, besides Scrapy's own.
    """

    # Scrapy takes a second argument, and calls it deprecated.
    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Bound the question for a ``robots.txt``; any other request waits for what that says.

        Raises :class:`ForbiddenByRobots`.
        """
        if _asks_for_robots(request):
            seconds = self.crawler.settings.getfloat("ROBOTS_TIME")
            request.meta.update(
                max_tries=TRIES,
                budget=seconds,
                download_timeout=seconds,
                download_maxsize=self.crawler.settings.getint("ROBOTS_SIZE"),
            )
        await super().process_request(request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let a request pass, or not; by an error of its own, since Scrapy ignores requests for other reasons, too."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise ForbiddenByRobots(str(error)) from None

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Tell in one line that a ``robots.txt`` could not be had, for which Scrapy takes a traceback."""
        if _asks_for_robots(request) and not isinstance(exception, IgnoreRequest):
            self._stats.inc_value("source/robots_failed")
            logger.info("%.500s could not be had (%.200s), so it forbids nothing.", request.url, exception)
            raise IgnoreRequest(str(exception)) from None


def _asks_for_robots(request: Request) -> bool:
    """Whether Scrapy's own middleware made a request."""
    return bool(request.meta.get("dont_obey_robotstxt"))
