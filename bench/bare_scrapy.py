"""``python -m bench.bare_scrapy``: the least that a Scrapy project has to do.

Reads JSON from stdin, a list of lists of URLs; a spider fetches each inner list one URL after the other, all lists at
the same time, with Scrapy's own handler and what is of no use here off; prints how many answers it got, and the seconds
of CPU that this took from the first request to the end.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from bench.bare_client import CONCURRENCY, PATIENCE

OFF = ("COOKIES_ENABLED", "HTTPPROXY_ENABLED", "REDIRECT_ENABLED", "RETRY_ENABLED", "TELNETCONSOLE_ENABLED")
SETTINGS = {
    **dict.fromkeys(OFF, False),
    "CONCURRENT_REQUESTS": CONCURRENCY,
    "DOWNLOAD_TIMEOUT": PATIENCE,
    "HTTPERROR_ALLOW_ALL": True,
    "LOG_LEVEL": "WARNING",
}


class BareSpider(Spider):
    """Reads nothing of what it is answered. ``chains`` are the lists of URLs."""

    name = "bare"
    answers: ClassVar[list[str]] = []
    began: ClassVar[float] = 0.0

    def __init__(self, chains: Sequence[Sequence[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._chains = chains

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the first of each chain."""
        BareSpider.began = time.process_time()
        for chain in self._chains:
            yield self._ask(chain)

    def parse(self, response: Response, further: Sequence[str]) -> Iterator[Request]:
        """Go on with a chain."""
        self.answers.append(response.url)
        if further:
            yield self._ask(further)

    def _ask(self, chain: Sequence[str]) -> Request:
        url, *further = chain
        return Request(url, cb_kwargs={"further": further}, errback=self._failed, dont_filter=True)

    def _failed(self, failure: Failure) -> Iterator[Request]:
        further = failure.request.cb_kwargs["further"]  # type: ignore[attr-defined]  # Scrapy adds it
        if further:
            yield self._ask(further)


if __name__ == "__main__":
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(BareSpider, chains=json.load(sys.stdin))
    process.start()
    took = time.process_time() - BareSpider.began
    print(len(BareSpider.answers), took)  # noqa: T201 - this is what it is asked for
