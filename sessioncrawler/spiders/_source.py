"""What all source spiders share: reading pages for join links, and failing without harm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from typing import Any, ClassVar, Self

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from sessioncrawler.items import SightingItem
from sessioncrawler.middlewares.robots import ForbiddenByRobots
from sessioncrawler.model import Sighting
from sessioncrawler.protocol.sources import Posted, read_any
from sessioncrawler.spiders._directory import introduce
from sessioncrawler.spiders._shares import SourceShares

MOST_OF_A_PAGE = 10
"""Join links that are taken of a further page of a source, which is about one Community."""
LARGEST_PAGE = 250_000
"""Bytes of such a page: with PAGES_PER_SOURCE of them a source costs half a gigabyte at most."""
_MENDS = {
    "bad_url": "Write it with http:// or https:// and a host",
    "down": "Look at it in a browser; if it is gone for good, remove it from the sources or give -a url=… another",
    "forbidden": "Ask those who run it to allow 'sessioncrawler' in its robots.txt, or remove it from the sources",
    "empty": "Look at it in a browser; if it has moved, give -a url=… its new address",
    "nonsense": "Look at it in a browser; if its form has changed, its spider must learn the new one",
}


class SourceSpider(scrapy.Spider):
    """A site on which people post join links; a subclass says what it is called, where it is, and how it is read.

    Every subclass in this folder is run by ``scrapy refresh``. ``-a url=…`` reads other pages instead, several
    separated by spaces or commas. A page that is down, empty or without any join link is told in the log and in the
    stats ``source/failed`` and ``source/REASON``, REASON being ``bad_url``, ``down``, ``forbidden`` (by robots.txt),
    ``empty`` or ``nonsense``. Where no page gave a join link the crawl ends with the finish reason ``source_REASON`` of
    the page that failed first; what the state remembers is never taken away.
    """

    title: ClassVar[str] = ""
    """What readers call the source."""
    home: ClassVar[str] = ""
    """The page of it that people read."""
    page: ClassVar[str] = ""
    """The page that is crawled, where it is another one."""

    shares: SourceShares

    def __init__(self, *args: Any, url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.urls = url.replace(",", " ").split()
        self._found = False
        self._failure = ""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Introduce ourselves, and obey; UsageError where ``directory.toml``, which says how, has mistakes."""
        super().update_settings(settings)
        settings.set("ROBOTSTXT_OBEY", True, priority="spider")
        introduce(settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make a spider that is asked, once nothing is left to do, whether it found anything."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.shares = SourceShares(crawler.settings.getint("LINKS_PER_SOURCE"), crawler.settings["STATE_URL"])
        crawler.signals.connect(spider.when_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.tell_left_out, signal=signals.spider_closed)
        return spider

    def pages(self) -> Iterable[str]:
        """URLs of the pages to read."""
        return self.urls or [self.page or self.home]

    def source_of(self, url: str) -> str:  # noqa: ARG002 - subclasses name a source by its page
        """Name the source of what the page at ``url`` shows."""
        return self.name

    def read(self, text: str) -> list[Posted]:
        """Take the join links out of a page; by default from a page of any form, without tags."""
        return read_any(text)

    def follow(self, text: str, url: str) -> list[str]:  # noqa: ARG002 - most sources are one page
        """URLs of further pages that the source at ``url`` consists of; none by default."""
        return []

    async def start(self) -> AsyncIterator[Any]:
        """Ask for each page of the source."""
        for url in self.pages():
            try:
                request = Request(url, errback=self.failed, dont_filter=True, cb_kwargs={"source": url})
            except ValueError:
                request = None
            if request is None or not request.url.startswith(("http://", "https://")):
                self.fail("bad_url", url, "is no web address")
            else:
                yield request

    def parse(self, response: Response, source: str) -> Iterator[Any]:
        """Yield what a source shows, and requests for its further pages."""
        text = _text(response)
        if response.status != 200 or not text.strip():  # noqa: PLR2004 - 204 and the like have no body
            self.fail("empty", source, f"answered {response.status} with nothing to read")
            return
        most = self.settings.getint("PAGES_PER_SOURCE")
        every = self.follow(text, response.url)
        further, found = every[:most], self.read(text)
        if len(every) > most:
            self._count("source/pages_over_limit", by=len(every) - most)
            self.logger.warning(
                "The source %.500s consists of %d pages, of which the first %d are read (PAGES_PER_SOURCE).",
                source,
                len(every),
                most,
            )
        if not (further or found):
            self.fail("nonsense", source, "shows no join link")
        yield from self._items(found, source)
        for page in further:
            yield Request(
                page,
                self.parse_page,
                errback=self.page_failed,
                cb_kwargs={"source": source},
                meta={"download_maxsize": LARGEST_PAGE},
            )

    def parse_page(self, response: Response, source: str) -> Iterator[SightingItem]:
        """Yield what one further page of a source shows; a page without join link costs only itself."""
        found = self.read(_text(response))
        if not found:
            self.fail_page("nonsense", response.url, "shows no join link")
        yield from self._items(found[:MOST_OF_A_PAGE], source)
        if len(found) > MOST_OF_A_PAGE:
            self.shares.left_out[self.source_of(source)] += len(found) - MOST_OF_A_PAGE

    def failed(self, failure: Failure) -> None:
        """Note that a source could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        self.fail(_reason(failure), request.cb_kwargs["source"], _trouble(failure))

    def page_failed(self, failure: Failure) -> None:
        """Note that one further page of a source could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        self.fail_page(_reason(failure), request.url, _trouble(failure))

    def fail(self, reason: str, url: str, trouble: str) -> None:
        """Count and tell that the source at ``url`` gave nothing, and why."""
        self._failure = self._failure or reason
        self._count("source/failed", f"source/{reason}")
        self.logger.error("The source %.500s %s. %s; what it showed before is kept.", url, trouble, _MENDS[reason])

    def fail_page(self, reason: str, url: str, trouble: str) -> None:
        """Count and tell that one further page gave nothing; the other pages are read all the same."""
        self._failure = self._failure or reason
        self._count("source/page_failed", f"source/page_{reason}")
        self.logger.warning("The page %.500s %s. It is left out; what it showed before is kept.", url, trouble)

    def tell_left_out(self) -> None:
        """Tell of the sources that show more than is taken of one."""
        for source, links in sorted(self.shares.left_out.items()):
            self._count("source/links_over_limit", by=links)
            self.logger.warning(
                "The source %.500s shows %d join links more than are taken (LINKS_PER_SOURCE; %d of a page about one "
                "Community). Those that it showed before are taken first.",
                source,
                links,
                MOST_OF_A_PAGE,
            )

    def when_idle(self) -> None:
        """End the crawl with a reason that tells, where nothing was found although something was asked for."""
        if self._failure and not self._found:
            raise CloseSpider(f"source_{self._failure}")

    def _items(self, found: list[Posted], source: str) -> Iterator[SightingItem]:
        name = self.source_of(source)
        for link, tags in found:
            self._found = True
            if self.shares.takes(name, link):
                self._count("source/links")
                yield SightingItem(Sighting(link, name, tags))

    def _count(self, *names: str, by: int = 1) -> None:
        for name in names:
            self.crawler.stats.inc_value(name, by)


def _text(response: Response) -> str:
    """Decode a body as the server declares it; where that is no text or no encoding of texts, as UTF-8."""
    if isinstance(response, TextResponse):
        # A server may name any codec of Python: some are not for texts, and some give lone surrogates.
        with suppress(LookupError, UnicodeError):
            return response.text.encode("utf-8", "replace").decode()
    return response.body.decode("utf-8", "replace")


def _reason(failure: Failure) -> str:
    return "forbidden" if isinstance(failure.value, ForbiddenByRobots) else "down"


def _trouble(failure: Failure) -> str:
    """Tell in a few words what went wrong with a request."""
    error = failure.value
    if isinstance(error, ForbiddenByRobots):
        return "forbids robots to read it (robots.txt)"
    if isinstance(error, HttpError):
        return f"answered {error.response.status}"
    words = " ".join(str(error).split())[:200]
    return f"could not be had ({': '.join(filter(None, (type(error).__name__, words)))})"
