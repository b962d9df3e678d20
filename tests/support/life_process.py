"""The process behind ``living.live``: lives a life into a state, and tells what was published crawl by crawl."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.utils.project import get_project_settings

from sessioncrawler.commands._past import LivedPast
from sessioncrawler.items import CommunityItem
from sessioncrawler.state import State
from simnet.life import Life, Moment, ask_all, make_living_world
from tests.support.crawl_process import forbid_network

DIRECTORY = '[site]\nname = "Rooms"\nurl = "https://example.org/"\ncontact = "crew@example.org"\n'


FILES = ("v1/communities.json", "v1/stats.json", "servers.json", "communities.csv", "index.html", "feed/all.xml")
FOLDERS = ("v1/history/servers", "v1/history/communities", "badge", "badge/c")
"""Whose JSON files are kept as well."""


class Watched(LivedPast):
    """A past that is written down."""

    def begin(self, url: str, folder: Path) -> list[dict[str, Any]]:
        """Where the story goes."""
        self.url, self.folder = url, folder
        self.story: list[dict[str, Any]] = []
        self.listed: list[list[Any]] = []
        self.after = self.tell
        return self.story

    def make(self, settings: Any) -> Crawler:
        """A crawl whose items are kept."""
        crawler = super().make(settings)
        self.listed = []
        crawler.signals.connect(self.keep, signals.item_scraped)
        return crawler

    def keep(self, item: Any) -> None:
        """What is listed."""
        if isinstance(item, CommunityItem) and item.presence:
            presence = [item.presence.reach.value, item.presence.at]
            self.listed.append([item.server.public_key, item.room.token, item.server.address.netloc, *presence])

    def tell(self, moment: Moment, crawler: Crawler) -> None:
        """What came of one crawl, and what the state says of servers then."""
        with State.open(self.url) as state:
            reached = {key: dataclasses.astuple(one) for key, one in state.availability(moment.at).items()}
            incidents = [dataclasses.astuple(one) for one in state.incidents(0)]
        shown = moment.number in self.shown and crawler.stats.get_value("finish_reason") == "finished"
        site = self.read(self.folder / "site") if shown else {}
        self.story.append(
            {
                "site": site,
                "number": moment.number,
                "at": moment.at,
                "stats": crawler.stats.get_stats(),
                "listed": self.listed,
                "availability": reached,
                "incidents": incidents,
            }
        )

    def read(self, site: Path) -> dict[str, str]:
        """Path and text of the files that are looked at."""
        paths = [site / name for name in FILES]
        for folder in FOLDERS:
            paths += (site / folder).glob("*.json")
        return {path.relative_to(site).as_posix(): path.read_text() for path in paths}


def main() -> None:
    """Read an order as JSON from stdin: ``life`` and ``world`` are keyword arguments, ``folder`` is where all goes."""
    order = json.load(sys.stdin)
    attempts = forbid_network()
    folder = Path(order["folder"])
    (folder / "directory.toml").write_text(DIRECTORY)
    settings = get_project_settings()
    url = f"sqlite:///{folder}/state.db"
    ours = {
        "DIRECTORY_CONFIG": str(folder / "directory.toml"),
        "STATE_URL": url,
        "SITE_URI": str(folder / "site"),
        "ICONS_ENABLED": False,
        "LOG_LEVEL": "WARNING",
        "NEWS_PER_SERVER": 100_000,  # what happened is compared event by event
    }
    settings.setdict(ours, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    past = Watched(process, settings, Life(make_living_world(**order["world"]), **order["life"]), ask_all)
    past.shown = order["shown"]
    story = past.begin(url, folder)

    async def live() -> None:
        try:
            await past.live()
        finally:
            from twisted.internet import reactor

            reactor.stop()

    task = asyncio.get_event_loop().create_task(live())
    process.start(stop_after_crawl=False)
    task.result()
    if attempts:
        sys.exit(f"a crawl touched the network: {attempts}")
    (folder / "story.json").write_text(json.dumps(story, default=str))


if __name__ == "__main__":
    main()
