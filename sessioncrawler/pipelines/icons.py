"""600: the icons of Communities."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.asyncio import run_in_thread

from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.editorial.icons import IconVerdict
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.items import AnswerItem, CommunityItem
from sessioncrawler.knowledge.trusted import Vouchers
from sessioncrawler.model import Outcome, Poll, Room, Server
from sessioncrawler.pipelines._pictures import UnfitPictureError, make_icon
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.signals import all_answered
from sessioncrawler.state import Icon, KnownKey, State, StateError

DAY = 86_400
MAX_BYTES = 1_000_000
"""Of a picture that is fetched; Session apps make theirs smaller."""
MAX_TRIES = 2
"""A server that stalls is asked again in the next crawl: an icon is not worth the patience that a poll has."""
MAX_FAILURES = 2
"""After so many pictures that did not come, a server is asked for no more of them in this crawl."""
DECODERS = 2
"""Pictures that are decoded at a time, each with up to 50 MB."""
_BUSY = HTTPStatus.TOO_MANY_REQUESTS


@dataclass(slots=True)
class _Budget:
    """What one server is still asked for."""

    pictures: int
    failures: int = MAX_FAILURES

    @property
    def spent(self) -> bool:
        return self.pictures <= 0 or self.failures <= 0


class IconsPipeline(StatefulPipeline):
    """Fetches the icons of a server when it has answered, and sets ``icon`` of Communities when they are published.

    Fetched are pictures that are new, or older than ``ICONS_EXPIRE_DAYS``: at most ``ICONS_PER_SERVER`` a server and
    crawl, one at a time, and within ``ICONS_BUDGET`` seconds for all servers together; ``ICONS_GRACE`` seconds after
    the last server has answered, what is still missing waits for the next crawl. What comes is made into a small WEBP
    in a thread and remembered in the state. Where nothing comes, the room keeps the icon that it had.

    Stats, each a number of pictures: ``icons/fetched``, ``icons/known``, ``icons/later`` (not asked for in this
    crawl); failed: ``icons/http-status``, ``icons/OUTCOME`` (:class:`~sessioncrawler.model.Outcome`), ``icons/failed``,
    and ``icons/REASON`` (:class:`~sessioncrawler.pipelines._pictures.Unfit`). Numbers of listed Communities:
    ``icons/shown``, ``icons/kept`` (an older one instead), ``icons/moved`` (taken along from the server's former
    address); not shown: ``icons/nsfw``, ``icons/blocked``,
    ``icons/unreadable``.
    """

    lost = "The icons that were fetched are not kept."

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        directory = configured_directory(settings["DIRECTORY_CONFIG"])
        self._judge = Judge(directory, self.now, guess=False)
        self._vouchers = Vouchers(directory)
        self._expiry = settings.getint("ICONS_EXPIRE_DAYS") * DAY
        self._per_server = settings.getint("ICONS_PER_SERVER")
        self._budget = settings.getfloat("ICONS_BUDGET")
        self._grace = settings.getfloat("ICONS_GRACE")
        self._ends: float | None = None
        """On the event loop's clock; None until the first picture is asked for."""
        self._known: dict[tuple[str, str], Icon] | None = None
        self._new: dict[tuple[str, str], tuple[Icon, bytes]] = {}
        self._keys: defaultdict[str, list[KnownKey]] | None = None
        self._contents: dict[tuple[str, str], bytes] = {}
        self._decoders = asyncio.Semaphore(DECODERS)
        self._fetching: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline, unless ``ICONS_ENABLED`` is off."""
        if not crawler.settings.getbool("ICONS_ENABLED"):
            raise NotConfigured
        pipeline = super().from_crawler(crawler)
        crawler.signals.connect(pipeline.hurry, signal=all_answered)
        crawler.signals.connect(pipeline.stop, signal=signals.spider_closed)
        return pipeline

    async def process_item(self, item: Any) -> Any:
        """Fetch what an answer tells of; show what is known of a Community."""
        if isinstance(item, AnswerItem):
            await self._fetch_all(item.poll)
        elif isinstance(item, CommunityItem) and item.room.image_id is not None:
            verdict = self._judge.icon(item.server, item.room)
            if verdict is IconVerdict.SHOWN:
                item.icon = self._shown(item.server, item.room, item.room.image_id)
            else:
                self._count(verdict)
        return item

    def hurry(self) -> None:
        """Give what is under way ``ICONS_GRACE`` seconds more: nobody else is waited for."""
        loop = asyncio.get_running_loop()
        self._ends = min(self._ends or loop.time() + self._grace, loop.time() + self._grace)
        loop.call_at(self._ends, self.stop)

    def stop(self) -> None:
        """Fetch nothing more."""
        for task in self._fetching:
            task.cancel()

    def ready(self) -> bool:
        """Whether any picture was fetched."""
        return bool(self._new)

    def write(self, state: State) -> None:
        """Write the icons; forget those whose rooms have been gone for long."""
        new, self._new = self._new, {}
        state.record_icons(new.values(), self.now - 2 * self._expiry)

    def _shown(self, server: Server, room: Room, image_id: int) -> str | None:
        """Where the icon of a room is published; None where there is none."""
        icon = self._icons().get((server.address.netloc, room.token.lower()))
        if icon is None or icon.public_key != server.public_key:
            icon = self._taken_along(server, room.token.lower())
        if icon is None or not icon.usable:
            return None
        self._count("shown" if icon.image_id == image_id else "kept")
        return icon_path(server.public_key, room.token, icon.image_id)

    def _taken_along(self, server: Server, token: str) -> Icon | None:
        """The icon from where a server was published before it moved; its key was proven there and is proven here."""
        proven = self._proven_at(server.public_key)
        if server.address.netloc not in {one.netloc for one in proven if one.lost_at is None}:
            return None
        for former in proven:
            icon = self._icons().get((former.netloc, token))
            ours = icon is not None and icon.usable and icon.public_key == server.public_key
            if icon and ours and former.published_at is not None and (content := self._contents.get(icon.room)):
                moved = replace(icon, netloc=server.address.netloc)
                self._icons()[moved.room] = moved
                self._new[moved.room] = (moved, content)
                self._count("moved")
                return moved
        return None

    def _proven_at(self, public_key: str) -> list[KnownKey]:
        """Where a key was proven, those published last first; read when all have answered."""
        if self._keys is None:
            self._keys = defaultdict(list)
            try:
                with State.open(self.url) as state:
                    self._contents = state.icon_contents()
                    for one in sorted(state.keys(), key=lambda one: (-(one.published_at or 0), one.netloc)):
                        if one.last_proven is not None:
                            self._keys[one.public_key].append(one)
            except StateError as error:
                self.give_up(error)
        return self._keys[public_key]

    async def _fetch_all(self, poll: Poll) -> None:
        """Fetch the icons of a server in a task of its own, which can be cancelled without harm to the item."""
        server = self._vouchers.server(poll)
        if server is None or poll.outcome is not Outcome.REACHED:
            return
        wanted = [room for room in poll.rooms if self._wants(server, room)]
        if not wanted:
            return
        if self._ends is None:
            self._ends = asyncio.get_running_loop().time() + self._budget
        task = asyncio.ensure_future(self._fetch_each(server, wanted))
        self._fetching.add(task)
        await asyncio.wait({task})
        self._fetching.discard(task)
        if not task.cancelled():
            task.result()

    def _wants(self, server: Server, room: Room) -> bool:
        """Whether a room is to be listed with a picture that is not here yet."""
        if room.image_id is None or self._judge.off_record(server, room):
            return False
        if self._judge.icon(server, room) is not IconVerdict.SHOWN:
            return False
        icon = self._icons().get((server.address.netloc, room.token.lower()))
        same = icon is not None and (icon.public_key, icon.image_id) == (server.public_key, room.image_id)
        fresh = icon is not None and same and self.now - icon.fetched_at < self._expiry
        if fresh:
            self._count("known")
        return not fresh

    async def _fetch_each(self, server: Server, rooms: Iterable[Room]) -> None:
        budget = _Budget(self._per_server)
        for room in rooms:
            seconds = self._seconds_left()
            if budget.spent or seconds <= 0:
                self._count("later")
            else:
                budget.pictures -= 1
                await self._fetch(server, room, budget, seconds)

    async def _fetch(self, server: Server, room: Room, budget: _Budget, seconds: float) -> None:
        """Ask for the picture of a room (docs/protocol.md, "Anonymous answers"), and keep what comes."""
        assert self.crawler.engine is not None  # noqa: S101 - it hands us items
        request = Request(
            f"{server.address.base_url}/room/{room.token}/file/{room.image_id}",
            meta={
                "download_slot": server.address.netloc,
                "download_maxsize": MAX_BYTES,
                "max_tries": MAX_TRIES,
                "budget": seconds,
                "dont_redirect": True,
            },
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except TryError as error:
            if error.outcome is Outcome.TOO_LARGE:
                self._keep(server, room, b"")
            else:
                budget.failures -= 1
            self._count(error.outcome)
        except Exception:  # noqa: BLE001 - middlewares unpack what strangers packed, and raise what they like
            budget.failures -= 1
            self._count("failed")
        else:
            await self._make(server, room, response, budget)

    async def _make(self, server: Server, room: Room, response: Response, budget: _Budget) -> None:
        if response.status != HTTPStatus.OK:
            self._count("http-status")
            budget.failures -= response.status == _BUSY or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            return
        try:
            async with self._decoders:
                content = await run_in_thread(make_icon, response.body)
        except UnfitPictureError as error:
            # Remembered, so that it is not fetched in every crawl.
            self._keep(server, room, b"")
            self._count(error.reason)
        else:
            self._keep(server, room, content)
            self._count("fetched")

    def _keep(self, server: Server, room: Room, content: bytes) -> None:
        assert room.image_id is not None  # noqa: S101 - else there was nothing to fetch
        icon = Icon(
            netloc=server.address.netloc,
            token=room.token.lower(),
            public_key=server.public_key,
            image_id=room.image_id,
            fetched_at=self.now,
            usable=bool(content),
        )
        self._icons()[icon.room] = icon
        self._new[icon.room] = (icon, content)

    def _icons(self) -> dict[tuple[str, str], Icon]:
        """What is known of icons, read once."""
        if self._known is None:
            self._known = {}
            try:
                with State.open(self.url) as state:
                    self._known = {icon.room: icon for icon in state.icons()}
            except StateError as error:
                self.give_up(error)
        return self._known

    def _seconds_left(self) -> float:
        return 0.0 if self._ends is None else self._ends - asyncio.get_running_loop().time()

    def _count(self, stat: str) -> None:
        self.stats.inc_value(f"icons/{stat}")


def icon_path(public_key: str, token: str, image_id: int) -> str:
    """Where an icon is published, relative to the site: ``icons/DIGEST-TOKEN-IMAGE.webp``.

    The digest is of the whole key, because anybody can claim a key that begins like another. Tokens are in lower
    case, as some file systems take no notice of case.
    """
    return f"icons/{sha256(public_key.encode()).hexdigest()[:16]}-{token.lower()}-{image_id}.webp"
