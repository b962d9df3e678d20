"""Where ``scrapy verify`` reads a site: a folder, or the web, by the crawl's own download handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings

from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.publish.checking import Checked, Read, UnreadableError

TRIES = 10
"""Of a file: a mirror that is asked by one person need not be waited for as long as a server."""
_FOUND = 200
_REDIRECTS = range(300, 400)
_PACKET = 1_000
"""Bytes, at least, of a piece of an answer, on average; and those by which a small file may grow when it is packed."""

Check = Callable[[Read], Awaitable[Checked]]


def check_folder(folder: Path, check: Check) -> Checked:
    """Check a site on this machine. UnreadableError where it cannot be."""

    async def read(path: str, most: int) -> bytes:
        return _read(folder, path, most)

    async def run() -> Checked:
        return await check(read)

    return asyncio.run(run())


def _read(folder: Path, path: str, most: int) -> bytes:
    try:
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()):
            raise UnreadableError("is a link that leads out of the folder")
        if not place.is_file():  # a pipe could keep us waiting for ever
            raise UnreadableError("is not there")
        with place.open("rb") as file:
            content = file.read(most + 1)
    except (OSError, RuntimeError) as error:
        words = error.strerror if isinstance(error, OSError) else "a link to itself"
        raise UnreadableError(f"cannot be read ({words})") from error
    if len(content) > most:
        raise UnreadableError(f"has more than {most:,} bytes")
    return content


class MirrorSpider(scrapy.Spider):
    """Reads a site as the crawl reads servers: public addresses only, hidden services by ``SOCKS_PROXY``.

    No redirect is followed: what is verified is what stands at the address that was given.
    """

    name = "mirror"

    def __init__(self, site: str, check: Check, seconds: float, told: list[Checked | str]) -> None:
        super().__init__()
        self.site = site.rstrip("/")
        self.check = check
        self.seconds = seconds
        self.told = told
        """Where what is found goes, or a sentence that says why nothing is."""

    async def start(self) -> AsyncIterator[Any]:
        """Check it, and ask for nothing else."""
        try:
            async with asyncio.timeout(self.seconds):
                self.told.append(await self.check(self.read))
        except TimeoutError:
            self.told.append(f"takes longer than VERIFY_SECONDS, {self.seconds:g}")
        except UnreadableError as error:
            self.told.append(str(error))
        nothing: tuple[Any, ...] = ()
        for one in nothing:
            yield one

    async def read(self, path: str, most: int) -> bytes:
        """A file of the site; UnreadableError where it cannot be had."""
        meta = {"download_maxsize": most + _PACKET, "max_tries": TRIES, "dont_redirect": True, "budget": self.seconds}
        engine = self.crawler.engine
        assert engine is not None  # noqa: S101 - it runs this spider
        try:
            response = await engine.download_async(Request(f"{self.site}/{path}", meta=meta, dont_filter=True))
        except TryError as error:
            raise UnreadableError(_told(error)) from error
        except IgnoreRequest as error:  # as Scrapy tells of what is too large when it is unpacked
            raise UnreadableError(f"cannot be read ({error})") from error
        return _body(response, most)


def _told(error: TryError) -> str:
    mend = ""
    if error.outcome is Outcome.FORBIDDEN_ADDRESS:
        mend = "; where you trust it, name its network in ALLOWED_PRIVATE_NETWORKS"
    return f"cannot be had ({error.detail}){mend}"


def _body(response: Response, most: int) -> bytes:
    if response.status in _REDIRECTS:
        place = (response.headers.get("Location") or b"nowhere").decode("latin-1")[:500]
        raise UnreadableError(f"is no file but leads to {place}: name that site if you mean it")
    if response.status != _FOUND:
        raise UnreadableError(f"is not there (it answers {response.status})")
    if len(response.body) > most:
        raise UnreadableError(f"has more than {most:,} bytes")
    return response.body


def check_web(site: str, check: Check, settings: Settings) -> Checked:
    """Check a site on the web. UnreadableError where it cannot be."""
    seconds, most = settings.getfloat("VERIFY_SECONDS"), settings.getint("VERIFY_BYTES")
    settings = settings.copy()
    for name, value in {
        # Nothing of a crawl but its downloads.
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
        "FEEDS": {},
        "LOG_LEVEL": "ERROR",
        "USER_AGENT": "sessioncrawler",
        "DOWNLOAD_TIMEOUT": seconds,
        "DOWNLOAD_MAXSIZE": most,
        "ANSWER_PIECES": most // _PACKET,
        "SERVER_BUDGET": seconds,
    }.items():
        settings.set(name, value, priority="cmdline")
    told: list[Checked | str] = []
    process = AsyncCrawlerProcess(settings)
    process.crawl(Crawler(MirrorSpider, settings), site=site, check=check, seconds=seconds, told=told)
    process.start()
    found = told[-1] if told else "could not be asked: see above"
    if isinstance(found, str):
        raise UnreadableError(found)
    return found


def is_web(site: str) -> bool:
    """Whether ``site`` is the address of a site on the web."""
    try:
        parts = urlsplit(site)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        return False
