"""What the spider ``directory`` publishes of a state, and what ``scrapy explain`` says is listed of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scrapy.exceptions import CloseSpider, DropItem
from scrapy.pipelines import ItemPipelineManager
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from sessioncrawler.editorial.config import load_directory
from sessioncrawler.explain.story import NothingToTellError, tell
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, Poll, Sighting
from sessioncrawler.publish.reading import reading
from sessioncrawler.spiders.directory import DirectorySpider
from sessioncrawler.state import Facts, State
from tests.support.knowing import DAY, NOW, SITE

RULES = {
    "sessioncrawler.pipelines.dedupe.DedupePipeline": 100,
    "sessioncrawler.pipelines.tags.TagsPipeline": 200,
    "sessioncrawler.pipelines.language.LanguagePipeline": 300,
    "sessioncrawler.pipelines.policy.PolicyPipeline": 400,
}
_LISTED = re.compile(r"(\S+) “.*” is listed\.")


@dataclass
class Memory:
    """What a state holds: sightings with their times, polls each with its time; and the rest of directory.toml."""

    sightings: list[Sighting] = field(default_factory=list)
    polls: list[tuple[Poll, int]] = field(default_factory=list)
    directory: str = ""
    listed: list[tuple[str, Address]] = field(default_factory=list)
    """Keys and addresses that were published long ago."""
    bounds: dict[str, int] = field(default_factory=dict)
    """Settings of how many Communities have a place on the page."""

    def write(self, folder: Path) -> dict[str, Any]:
        """Write both into ``folder``; return the settings that name them."""
        (folder / "directory.toml").write_text(SITE + self.directory)
        url = f"sqlite:///{folder}/state.db"
        with State.open(url) as state:
            for at in sorted({sighting.last_seen for sighting in self.sightings}):
                state.record_sightings([one for one in self.sightings if one.last_seen == at], at)
            facts = [Facts(key, "x", "x", "x", f"{address}/x?public_key={key}") for key, address in self.listed]
            state.record_listing(facts, [], NOW - 30 * DAY)
            for at in sorted({at for _, at in self.polls}):
                state.record_polls([poll for poll, then in self.polls if then == at], at)
        return {
            "DIRECTORY_CONFIG": str(folder / "directory.toml"),
            "STATE_URL": url,
            "SITE_URI": str(folder / "site"),
            "CRAWL_TIME": NOW,
            "GUESS_LANGUAGES": False,
            **self.bounds,
        }


@dataclass
class Published:
    """What the spider emitted: Communities that the pipelines 100 to 400 let pass, and polls."""

    communities: list[CommunityItem] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)

    @property
    def identifiers(self) -> list[str]:
        return sorted(item.identifier for item in self.communities)


def published(settings: dict[str, Any]) -> Published:
    """Run the spider's ``start`` and the item pipelines, without an engine."""
    return asyncio.run(_publish(settings))


async def _publish(settings: dict[str, Any]) -> Published:
    quiet = {"EXTENSIONS": {"scrapy.extensions.feedexport.FeedExporter": None}}
    crawler = get_crawler(DirectorySpider, {**settings, **quiet, "ITEM_PIPELINES": RULES})
    crawler.spider = crawler._create_spider()
    manager = ItemPipelineManager.from_crawler(crawler)
    found = Published()
    try:
        async for one in crawler.spider.start():
            try:
                item = await manager.process_item_async(one)
            except DropItem:
                continue
            if isinstance(item, CommunityItem):
                found.communities.append(item)
            elif isinstance(item, PollItem):
                found.polls.append(item.poll)
    except CloseSpider:
        assert found == Published()
    return found


def knowledge_of(settings: dict[str, Any]) -> Knowledge:
    """What ``scrapy explain`` knows."""
    directory = load_directory(Path(settings["DIRECTORY_CONFIG"]))
    with State.open(settings["STATE_URL"]) as state:
        return Knowledge.read(state, directory, NOW, **reading(Settings(settings)))


def said_to_be_listed(known: Knowledge, questions: Iterable[str]) -> list[str]:
    """Identifiers of all Communities that ``explain`` calls listed in its answers."""
    found = set()
    for question in questions:
        for sentence in _in_short(question, known):
            if one := _LISTED.fullmatch(sentence):
                found.add(one[1])
            elif sentence.startswith("Listed: "):
                found.update(re.split(", | and ", sentence.removeprefix("Listed: ").removesuffix(".")))
    return sorted(found)


def _in_short(question: str, known: Knowledge) -> tuple[str, ...]:
    try:
        return tell(question, known).parts[0].sentences
    except NothingToTellError:
        return ()


def questions_about(memory: Memory) -> list[str]:
    """Every address, and a join link to every room, of which a state knows."""
    links = {sighting.link.url for sighting in memory.sightings}
    addresses = {str(sighting.link.address) for sighting in memory.sightings}
    for poll, _ in memory.polls:
        addresses.add(str(poll.address))
        if poll.server:
            addresses.add(str(poll.server.address))
            links.update(poll.server.join_link(room).url for room in poll.rooms)
    return sorted(links | addresses)
