"""Crawls for the tests of icons: a small spider that tells what servers answered, and servers with pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sessioncrawler.model import Address, Server
from sessioncrawler.state import State
from simnet.images import checked
from tests.support.crawling import Crawl, Job, run_crawls
from tests.support.loopback import Answer

SPIDERS = '''
import json
import scrapy
from scrapy.exceptions import DontCloseSpider
from sessioncrawler.items import AnswerItem, CommunityItem, PollItem
from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.signals import all_answered


class Rooms(scrapy.Spider):
    """Yields what servers answer with the rooms of the setting ROOMS; when that is done, these as Communities.

    With the setting ALL_ANSWERED nobody else is still being asked when the answers come.
    """

    name = "rooms"
    start_urls = ["data:,x"]

    def servers(self):
        found = {}
        for url, key, facts in json.loads(self.settings["ROOMS"]):
            scheme, _, netloc = url.partition("://")
            host, _, port = netloc.partition(":")
            found.setdefault(Server(Address(scheme, host, int(port)), key, proven=True), []).append(Room(**facts))
        return found.items()

    @classmethod
    def from_crawler(cls, crawler):
        spider = super().from_crawler(crawler)
        spider.published = False
        crawler.signals.connect(spider.when_idle, signal=scrapy.signals.spider_idle)
        return spider

    def parse(self, response):
        """Each server answers for itself, as it does in the spider sogs."""
        if self.settings.getbool("ALL_ANSWERED"):
            self.crawler.signals.send_catch_log(all_answered)
        for server, rooms in self.servers():
            asked = {"server": server, "rooms": tuple(rooms)}
            yield scrapy.Request("data:,", self.answer, dont_filter=True, cb_kwargs=asked)
        yield AnswerItem(Poll(Address("http", "other.example", 80), Outcome.REFUSED))

    def answer(self, response, server, rooms):
        yield AnswerItem(Poll(server.address, Outcome.REACHED, server=server, rooms=rooms, key_proof=KeyProof.ONION))

    def when_idle(self):
        if not self.published:
            self.published = True
            self.crawler.engine.crawl(scrapy.Request("data:,", self.publish, dont_filter=True))
            raise DontCloseSpider

    def publish(self, response):
        for server, rooms in self.servers():
            for room in rooms:
                yield CommunityItem(server, room)
        yield PollItem(Poll(Address("http", "other.example", 80), Outcome.REFUSED))
'''
KEY = "118df8c6c471ed0468c7c77e1cdc12f24a139ee8a07c6e3bf4e7855ff0d0a04c"
DAY = 86_400
NOW = 1_769_083_200


class Answers(dict):
    """Answers by path that remember what was asked."""

    def __init__(self, **answers):
        super().__init__({f"/room/{path.replace('__', '/file/')}": answer for path, answer in answers.items()})
        self.asked = []

    def get(self, path, default=None):
        self.asked.append(path)
        return super().get(path, default)


def picture(seed="one"):
    return Answer(checked(seed))


def room(url, token="lobby", image_id=1, *, key=KEY, **facts):
    return [url, key, {"token": token, "name": token, "image_id": image_id, **facts}]


class IconCrawls:
    """Crawls of lists of rooms that keep one state, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spiders = folder / "icon_spiders.py"
        self.spiders.write_text(SPIDERS)

    @property
    def state_url(self) -> str:
        return f"sqlite:///{self.folder}/state.db"

    def __call__(
        self, rooms: Sequence[Any], now: int = NOW, rules: str = "", **settings: Any
    ) -> tuple[Crawl, dict[str, bytes]]:
        """Crawl a list of rooms; the crawl, and the icons that are shown, by path."""
        config = self.folder / "directory.toml"
        config.write_text('[site]\nname = "n"\nurl = "https://example.org/"\ncontact = "c"\n' + rules)
        job = {
            "ROOMS": json.dumps(rooms),
            "CRAWL_TIME": now,
            "STATE_URL": self.state_url,
            "DIRECTORY_CONFIG": str(config),
            "ITEM_PIPELINES": {"sessioncrawler.pipelines.icons.IconsPipeline": 600},
            "ICONS_ENABLED": True,
            **settings,
        }
        (done,) = run_crawls([Job("icon_spiders.Rooms", {}, job)], folder=self.folder)
        assert "Traceback" not in done.log, done.log
        if done.reason != "finished":
            return done, {}
        with State.open(job["STATE_URL"]) as state:
            contents = state.icon_contents()
        listed = [item for item in done.items if "room" in item and item["icon"]]
        return done, {item["icon"]: contents[place(item)] for item in listed}


def place(item):
    """``host:port`` and token of a room."""
    return Server(Address(**item["server"]["address"]), "").address.netloc, item["room"]["token"].lower()


def counts(done):
    return {name[6:]: count for name, count in done.stats.items() if name.startswith("icons/")}


def icons(done):
    return [item["icon"] for item in done.items if "room" in item]
