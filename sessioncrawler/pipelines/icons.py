"""600: the icons of Communities."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from dataclasses import replace
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from sessioncrawler.editorial.config import configured_directory
from sessioncrawler.editorial.icons import IconVerdict
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.items import AnswerItem, CommunityItem
from sessioncrawler.knowledge.trusted import Vouchers
from sessioncrawler.model import Outcome, Poll, Room, Server
from sessioncrawler.pipelines._decoder import Decoder, DecoderMissingError, UndecidedError
from sessioncrawler.pipelines._icon_rounds import Asked, Rounds, picture_request
from sessioncrawler.pipelines._pictures import Unfit, UnfitPictureError
from sessioncrawler.pipelines._stateful import StatefulPipeline
from sessioncrawler.protocol.failures import TryError
from sessioncrawler.signals import all_answered
from sessioncrawler.state import Icon, KnownKey, State, StateError

DAY = 86_400
MOST_LINES = 20
"""In the log, about servers whose pictures cost too much or too long; after that the stats alone tell."""
_BUSY = HTTPStatus.TOO_MANY_REQUESTS

logger = logging.getLogger(__name__)


class IconsPipeline(StatefulPipeline):
    """Fetches the icons of a server when it has answered, and sets ``icon`` of Communities when they are published.

    Fetched are pictures that are new, or older than ``ICONS_EXPIRE_DAYS``: at most ``ICONS_PER_SERVER`` a server and
    crawl, in rounds over the servers (:class:`Rounds`), ``ICONS_SERVER_BUDGET`` seconds a server and ``ICONS_BUDGET``
    for all together; ``ICONS_GRACE`` seconds after the last server has answered, or a fifth of them without a picture,
    what is still missing waits for the next crawl. What comes is made into a small WEBP by a process of its own
    (:class:`Decoder`) and remembered in the state. Where nothing comes, the room keeps the icon that it had.

    Stats, each a number of pictures: ``icons/fetched``, ``icons/known``, ``icons/later`` (the next crawl asks
    for it); failed: ``icons/http-status``, ``icons/OUTCOME`` (:class:`~sessioncrawler.model.Outcome`),
    ``icons/failed``, ``icons/undecided`` (decoding it was ended, for no fault of its own) and ``icons/REASON``
    (:class:`~sessioncrawler.pipelines._pictures.Unfit`). Numbers of listed Communities: ``icons/shown``, ``icons/kept``
    (an older one instead), ``icons/moved`` (taken along from the server's former address); not shown: ``icons/nsfw``,
    ``icons/blocked``, ``icons/unreadable``.
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
        self._server_budget = settings.getfloat("ICONS_SERVER_BUDGET")
        self._budget = settings.getfloat("ICONS_BUDGET")
        self._grace = settings.getfloat("ICONS_GRACE")
        self._known: dict[tuple[str, str], Icon] | None = None
        self._new: dict[tuple[str, str], tuple[Icon, bytes]] = {}
        self._keys: defaultdict[str, list[KnownKey]] | None = None
        self._contents: dict[tuple[str, str], bytes] = {}
        self._good: set[str] = set()
        """``host[:port]`` of the servers that have given good pictures before."""
        self._rounds = Rounds(self._fetch, settings.getint("ICONS_AT_ONCE"), settings.getint("ICONS_PER_PLACE"))
        limits = settings.getfloat("ICON_CPU"), settings.getint("ICON_MEMORY"), settings.getfloat("ICON_TIME")
        self._decoders = {known: Decoder(*limits) for known in (True, False)}
        """By whether a server is known, so that its pictures don't wait for those of strangers."""
        self._lines = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline, unless ``ICONS_ENABLED`` is off."""
        if not crawler.settings.getbool("ICONS_ENABLED"):
            raise NotConfigured
        pipeline = super().from_crawler(crawler)
        crawler.signals.connect(pipeline.hurry, signal=all_answered)
        crawler.signals.connect(pipeline.end, signal=signals.spider_closed)
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
        self._rounds.hurry(self._grace)

    async def end(self) -> None:
        """Fetch nothing more, and leave no process behind."""
        self._rounds.stop()
        for decoder in self._decoders.values():
            await decoder.close()

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
        """Fetch the icons of a server, with all others."""
        server = self._vouchers.server(poll)
        if server is None or poll.outcome is not Outcome.REACHED:
            return
        wanted = [room for room in poll.rooms if self._wants(server, room)]
        if not wanted:
            return
        self._rounds.end_in(self._budget)
        known = server.address.netloc in self._good
        asked = Asked(server, deque(wanted[: self._per_server]), self._server_budget, known)
        await self._rounds.ask_all(asked)
        self._count("later", len(asked.rooms) + len(wanted[self._per_server :]))
        if asked.seconds <= 0:
            self._tell(server, f"its pictures took {self._server_budget:g} s (ICONS_SERVER_BUDGET)")

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

    async def _fetch(self, asked: Asked, room: Room) -> None:
        """Ask for the picture of a room, and keep what comes."""
        with asked.clock():
            response = await self._download(asked, room)
        if response is None:
            return
        if response.status == HTTPStatus.OK:
            await self._make(asked, room, response.body)
        else:
            self._count("http-status")
            asked.failures -= response.status == _BUSY or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    async def _download(self, asked: Asked, room: Room) -> Response | None:
        """What a server answers; None where nothing comes, which is counted."""
        assert self.crawler.engine is not None  # noqa: S101 - it hands us items
        try:
            return await self.crawler.engine.download_async(picture_request(asked, room))
        except TryError as error:
            if error.outcome is Outcome.TOO_LARGE:
                self._keep(asked.server, room, b"")
            else:
                asked.failures -= 1
            self._count(error.outcome)
        except Exception:  # noqa: BLE001 - middlewares unpack what strangers packed, and raise what they like
            asked.failures -= 1
            self._count("failed")
        return None

    async def _make(self, asked: Asked, room: Room, picture: bytes) -> None:
        try:
            content = await self._decoders[asked.known].make_icon(picture)
        except UnfitPictureError as error:
            # Remembered, so that it is not fetched in every crawl.
            self._keep(asked.server, room, b"")
            self._count(error.reason)
            if error.reason is Unfit.COSTLY:
                asked.failures = 0
                self._tell(asked.server, f"that of the room {room.token} takes more than ICON_CPU or ICON_MEMORY")
        except UndecidedError as error:
            asked.failures -= 1
            self._count("undecided")
            self._tell(asked.server, f"that of the room {room.token} has no icon yet: {error}")
        except DecoderMissingError as error:
            logger.warning(
                "This crawl fetches no more icons; those that are known stay. No process can be started that decodes "
                "pictures: %s. Let this machine have one process more, or set ICONS_ENABLED=no.",
                error,
            )
            asked.rooms.appendleft(room)
            self._rounds.stop()
        else:
            self._keep(asked.server, room, content)
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
                self._good = {icon.netloc for icon in self._known.values() if icon.usable}
            except StateError as error:
                self.give_up(error)
        return self._known

    def _tell(self, server: Server, why: str) -> None:
        """Say in the log why a server is asked for no more pictures in this crawl."""
        self._lines += 1
        if self._lines <= MOST_LINES:
            logger.info("%s is asked for no more pictures in this crawl: %s.", server.address, why)

    def _count(self, stat: str, times: int = 1) -> None:
        if times:
            self.stats.inc_value(f"icons/{stat}", times)


def icon_path(public_key: str, token: str, image_id: int) -> str:
    """Where an icon is published, relative to the site: ``icons/DIGEST-TOKEN-IMAGE.webp``.

    The digest is of the whole key, because anybody can claim a key that begins like another. Tokens are in lower
    case, as some file systems take no notice of case.
    """
    return f"icons/{sha256(public_key.encode()).hexdigest()[:16]}-{token.lower()}-{image_id}.webp"
