"""600: the icons of Communities."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from typing import Any, ClassVar, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.pipelines.files import FilesPipeline, FilesStoreProtocol, StatInfo
from scrapy.pipelines.media import FileInfo, MediaPipeline
from scrapy.utils.asyncio import run_in_thread
from twisted.python.failure import Failure

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.icons import IconRules, IconVerdict
from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Outcome
from sessioncrawler.pipelines._base import configured_directory
from sessioncrawler.pipelines._pictures import UnfitPictureError, icon_path, make_icon
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.state import Icon, State, StateError
from sessioncrawler.state.icons import room_of

DAY = 86_400
MAX_BYTES = 1_000_000
"""Of a picture that is fetched; Session apps make theirs smaller."""
MAX_TRIES = 2
"""A server that stalls is asked again in the next crawl: an icon is not worth the patience that a poll has."""
MAX_FAILURES = 2
"""After so many pictures that did not come, a server is asked for no more of them in this crawl."""
DECODERS = 2
"""Pictures that are decoded at a time, each with up to 50 MB."""
ITEMS_AT_ONCE = 1000
"""Communities that may wait for their icons together, so that one slow server doesn't hold up the others."""
_BUSY = HTTPStatus.TOO_MANY_REQUESTS


class StateFilesStore:
    """A store for FilesPipeline that keeps icons in memory until they go into the state, and knows the earlier ones."""

    def __init__(self, basedir: str) -> None:
        del basedir  # every store gets one
        self.known: dict[str, Icon] = {}
        """By room."""
        self.new: dict[str, bytes] = {}
        """By path; empty where no icon could be made."""
        self.now = 0

    def persist_file(
        self,
        path: str,
        buf: BytesIO,
        info: MediaPipeline.SpiderInfo,  # noqa: ARG002 - this and the others belong to FilesStoreProtocol
        meta: Mapping[str, Any] | None = None,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> None:
        """Keep an icon in place of all others of its room."""
        content = buf.getvalue()
        self.known[room_of(path)] = Icon(path, self.now, bool(content))
        self.new[path] = content

    def stat_file(self, path: str, info: MediaPipeline.SpiderInfo) -> StatInfo:  # noqa: ARG002 - as above
        """When the icon at ``path`` was fetched, as ``last_modified``; empty where it never was."""
        icon = self.known.get(room_of(path))
        return {"last_modified": icon.fetched_at} if icon and icon.path == path else {}

    def shown(self, path: str) -> str | None:
        """``path`` where there is an icon, else that of an older icon of its room, if any."""
        icon = self.known.get(room_of(path))
        return icon.path if icon and icon.usable else None


@dataclass(slots=True)
class _Server:
    """What a server is asked for icons in one crawl."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: int = 0
    failures: int = 0


class IconsPipeline(StatefulPipeline, FilesPipeline):
    """Sets ``icon``, the path of the Community's icon beside the page. Needs the tags of 200.

    Fetched are pictures that are new, or older than ``ICONS_EXPIRE_DAYS``: at most ``ICONS_PER_SERVER`` a server and
    crawl, one at a time, and within ``ICONS_BUDGET`` seconds for all servers together. What comes is made into a small
    WEBP in a thread (:mod:`sessioncrawler.pipelines._pictures`) and remembered in the state, from which the feed ``icons``
    publishes it. Where nothing comes, the room keeps the icon that it had.

    Stats, each a number of Communities: ``icons/fetched``, ``icons/known``, ``icons/later`` (not asked for in this
    crawl), ``icons/kept`` (an older one instead); not shown: ``icons/nsfw``, ``icons/blocked``, ``icons/unreadable``;
    failed: ``icons/http-status``, ``icons/OUTCOME`` (:class:`~sessioncrawler.model.Outcome`), ``icons/failed``, and
    ``icons/REASON`` (:class:`~sessioncrawler.pipelines._pictures.Unfit`).
    """

    STORE_SCHEMES: ClassVar[dict[str, type[FilesStoreProtocol]]] = {"state": StateFilesStore}
    store: StateFilesStore
    lost = "The icons that were fetched are not kept."

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        assert crawler.stats is not None  # noqa: S101 - a crawler has stats before it has pipelines
        FilesPipeline.__init__(self, "state:", crawler=crawler)
        StatefulPipeline.__init__(self, settings["STATE_URL"], crawl_time(settings), crawler.stats)
        self.store.now = self._now
        self._rules = IconRules(configured_directory(settings))
        self._expiry = settings.getint("ICONS_EXPIRE_DAYS") * DAY
        self._per_server = settings.getint("ICONS_PER_SERVER")
        self._budget = settings.getfloat("ICONS_BUDGET")
        self._ends: float | None = None
        """On the event loop's clock; None until the first icon is wanted."""
        self._servers: dict[str, _Server] = {}
        self._decoders = asyncio.Semaphore(DECODERS)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline, unless ``ICONS_ENABLED`` is off."""
        if not crawler.settings.getbool("ICONS_ENABLED"):
            raise NotConfigured
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.when_idle, signal=signals.spider_idle)
        return pipeline

    async def process_item(self, item: Any) -> Any:  # type: ignore[override]  # Scrapy asks whether it is a coroutine
        """Wait for the icon of a Community; other items pass through."""
        if isinstance(item, CommunityItem) and item.room.image_id is not None:
            verdict = self._rules.verdict(item.server, item.room, nsfw=item.nsfw_reason is not None)
            if verdict is IconVerdict.SHOWN:
                await self._find(item, icon_path(item.server.public_key, item.room.token, item.room.image_id))
            else:
                self._count(verdict)
        return item

    def when_idle(self) -> None:
        """Write icons; and from now on, since nothing is left but to emit, let Communities wait side by side.

        ``CONCURRENT_ITEMS`` would do that too, but for every answer of every server (docs/pipelines.md).
        """
        super().when_idle()
        assert self.crawler.engine is not None  # noqa: S101 - the engine sent the signal
        self.crawler.engine.scraper.concurrent_items = ITEMS_AT_ONCE

    def ready(self) -> bool:
        """Whether any picture was fetched."""
        return bool(self.store.new)

    def write(self, state: State, now: int) -> None:
        """Write the icons; forget those whose rooms have been gone for long."""
        new, self.store.new = self.store.new, {}
        state.record_icons(new.items(), now, now - 2 * self._expiry)

    async def _find(self, item: CommunityItem, path: str) -> None:
        self._begin()
        if self._is_fresh(path):
            self._count("known")
        else:
            server = self._servers.setdefault(item.server.address.netloc, _Server())
            async with server.turn:
                if self._may_ask(server):
                    server.asked += 1
                    await FilesPipeline.process_item(self, item)
                else:
                    self._count("later")
        item.icon = self.store.shown(path)
        if item.icon and not self._is_fresh(path):
            self._count("kept")

    def _begin(self) -> None:
        """Read what is known and start the clock, once."""
        if self._ends is not None:
            return
        self._ends = asyncio.get_running_loop().time() + self._budget
        try:
            with State.open(self._url) as state:
                self.store.known = {icon.room: icon for icon in state.icons()}
        except StateError as error:
            self._give_up(error)

    def _is_fresh(self, path: str) -> bool:
        fetched = self.store.stat_file(path, self.spiderinfo).get("last_modified")
        return fetched is not None and self._now - fetched < self._expiry

    def _may_ask(self, server: _Server) -> bool:
        return server.failures < MAX_FAILURES and server.asked < self._per_server and self._seconds_left() > 0

    def _seconds_left(self) -> float:
        assert self._ends is not None  # noqa: S101 - nobody asks before _begin
        return self._ends - asyncio.get_running_loop().time()

    def get_media_requests(self, item: Any, info: MediaPipeline.SpiderInfo) -> list[Request]:  # noqa: ARG002 - Scrapy's hook
        """The request for the picture of a room (SOGS.md, "Anonymous answers")."""
        server, room = item.server, item.room
        request = Request(
            f"{server.address.base_url}/room/{room.token}/file/{room.image_id}",
            meta={
                "download_slot": server.address.netloc,
                "download_maxsize": MAX_BYTES,
                "max_tries": MAX_TRIES,
                "budget": self._seconds_left(),
                "icon": icon_path(server.public_key, room.token, room.image_id),
            },
        )
        return [request]

    def file_path(
        self,
        request: Request,
        response: Response | None = None,  # noqa: ARG002 - this and the others belong to Scrapy's hook
        info: MediaPipeline.SpiderInfo | None = None,  # noqa: ARG002
        *,
        item: Any = None,  # noqa: ARG002
    ) -> str:
        """Where the icon is published."""
        path: str = request.meta["icon"]
        return path

    def media_to_download(self, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None) -> None:
        """Download everything: whether it is needed was looked at before a turn was waited for."""

    async def media_downloaded(
        self, response: Response, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None
    ) -> FileInfo:
        """Make an icon of an answer. FilesPipeline would log a traceback for every picture that is none."""
        if response.status != HTTPStatus.OK:
            self._count("http-status")
            busy = response.status == _BUSY or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            self._server_of(request).failures += busy
            return _info(request, "http-status")
        try:
            async with self._decoders:
                content = await run_in_thread(make_icon, response.body)
        except UnfitPictureError as error:
            return self._refuse(request, error.reason, info)
        self.store.persist_file(self.file_path(request, response, info, item=item), BytesIO(content), info)
        self._count("fetched")
        return _info(request, "downloaded")

    def media_failed(  # type: ignore[override]  # a failure that is dealt with is no exception; Scrapy takes it so
        self, failure: Failure, request: Request, info: MediaPipeline.SpiderInfo
    ) -> FileInfo:
        """Count a download that failed."""
        error = failure.value
        if isinstance(error, TryError) and error.outcome is Outcome.TOO_LARGE:
            return self._refuse(request, error.outcome, info)
        reason = str(error.outcome) if isinstance(error, TryError) else "failed"
        self._server_of(request).failures += 1
        self._count(reason)
        return _info(request, reason)

    def item_completed(self, results: Any, item: Any, info: MediaPipeline.SpiderInfo) -> Any:  # noqa: ARG002 - Scrapy's hook
        """Leave the item alone: its icon may be an older one."""
        return item

    def _refuse(self, request: Request, reason: str, info: MediaPipeline.SpiderInfo) -> FileInfo:
        """Remember that nothing can be made of a picture, so that it is not fetched in every crawl."""
        self.store.persist_file(self.file_path(request), BytesIO(), info)
        self._count(reason)
        return _info(request, reason)

    def _server_of(self, request: Request) -> _Server:
        return self._servers[request.meta["download_slot"]]

    def _count(self, stat: str) -> None:
        self.stats.inc_value(f"icons/{stat}")


def _info(request: Request, status: str) -> FileInfo:
    return {"url": request.url, "path": request.meta["icon"], "checksum": None, "status": status}
