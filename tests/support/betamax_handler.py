"""A download handler that replays (or records) a whole crawl through one recorded ``requests`` session.

Settings: ``CASSETTE`` (path of a Betamax cassette), ``CASSETTE_RECORD`` (False: replay only), ``CASSETTE_CA`` (path of
the CA that signs the servers while recording). Timeouts and refused connections cannot be recorded.
"""

from __future__ import annotations

import asyncio
import weakref
from pathlib import Path
from threading import Lock
from typing import Any

import betamax
import requests
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

TIMEOUT = 2
"""Seconds; a server that does not answer while recording is one that failed."""
HANDLERS = dict.fromkeys(("http", "https"), "tests.support.betamax_handler.BetamaxDownloadHandler")


class _Recording:
    """The one session of a crawler; a lock, since neither requests nor Betamax is made for threads."""

    def __init__(self, cassette: Path, ca: str | None, *, record: bool) -> None:
        self.lock = Lock()
        self.users = 0
        self.session = requests.Session()
        self.session.headers.clear()  # Scrapy says what is sent
        self.session.trust_env = False  # no proxies, no .netrc
        self.session.verify = ca or True
        self.session.cookies.set_policy(_NoCookies())
        self.recorder = betamax.Betamax(self.session, cassette_library_dir=str(cassette.parent))
        self.recorder.use_cassette(
            cassette.stem,
            record="once" if record else "none",
            match_requests_on=["method", "uri", "body"],
            preserve_exact_body_bytes=True,
            allow_playback_repeats=True,
        )
        self.recorder.start()

    def fetch(self, request: Request) -> Response:
        """Send one request as it is: no redirects, no cookies, no decoding, which are Scrapy's business."""
        headers = {name.decode(): b",".join(values).decode("latin-1") for name, values in request.headers.items()}
        with self.lock:
            answer = self.session.request(
                request.method,
                request.url,
                headers=headers,
                data=request.body,
                allow_redirects=False,
                stream=True,
                timeout=TIMEOUT,
            )
            body = answer.raw.read(decode_content=False)
        kind = responsetypes.from_args(headers=Headers(dict(answer.headers)), url=request.url, body=body)
        return kind(request.url, status=answer.status_code, headers=dict(answer.headers), body=body)


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):
    def set_ok(self, cookie: Any, request: Any) -> bool:
        return False


_recordings: weakref.WeakKeyDictionary[Crawler, _Recording] = weakref.WeakKeyDictionary()


class BetamaxDownloadHandler(BaseDownloadHandler):
    """http and https of one crawler share the recording; the last one to close writes the cassette."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        if crawler not in _recordings:
            settings = crawler.settings
            _recordings[crawler] = _Recording(
                Path(settings["CASSETTE"]), settings["CASSETTE_CA"], record=settings.getbool("CASSETTE_RECORD")
            )
        self.recording = _recordings[crawler]
        self.recording.users += 1

    async def download_request(self, request: Request) -> Response:
        if request.method == "POST":
            # No two onion requests are alike, so that none can be replayed: servers of cassettes take none.
            return Response(request.url, status=404)
        try:
            return await asyncio.to_thread(self.recording.fetch, request)
        except (requests.RequestException, betamax.BetamaxError) as error:
            raise DownloadFailedError(str(error)) from error

    async def close(self) -> None:
        self.recording.users -= 1
        if not self.recording.users:
            self.recording.recorder.stop()
            self.recording.session.close()
