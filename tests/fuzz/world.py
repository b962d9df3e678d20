"""The way of hostile rooms through the real house: items, pipelines, state, exporters, all without a network."""

from __future__ import annotations

import asyncio
from asyncio import iscoroutinefunction
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.test import get_crawler

from sessioncrawler import settings as project
from sessioncrawler.editorial.config import load_directory
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server, Tag, TagKind
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.outputs import OUTPUTS
from sessioncrawler.state import State
from sessioncrawler.text import names as text
from tests.fuzz.strategies import KEY, OTHER_KEY
from tests.support.publishing import NOW, no_reactor

STATE = "state.db"
SERVERS = (
    Server(Address("https", "sogs.example", 443), KEY),
    Server(Address("http", "2001:db8::1", 8081), OTHER_KEY, legacy=True),
)
DIRECTORY = f"""
[site]
name = "Rooms & <more>"
url = "https://example.org/"
contact = "crew@example.org"
about = "One.\\n\\nTwo."
[[servers]]
url = "https://sogs.example"
public_key = "{KEY}"
official = true
[languages]
"a+a03c" = "mul"
"sogs.example" = "und"
[[pin]]
match = "A+ffff"
[[hide]]
match = "test+a03c"
reason = "a test room"
"""


def make_crawler(folder: Path) -> Crawler:
    """A crawler with the project's own settings; it costs more than a case, so that all cases share one."""
    (folder / "directory.toml").write_text(DIRECTORY)
    settings = {name: getattr(project, name) for name in dir(project) if name.isupper()}
    ours = {
        "DIRECTORY_CONFIG": str(folder / "directory.toml"),
        "CRAWL_TIME": NOW,
        "STATE_URL": f"sqlite:///{folder / STATE}",
        "MEMUSAGE_ENABLED": False,
        "TWISTED_REACTOR_ENABLED": False,
    }
    with no_reactor():
        return get_crawler(settings_dict=settings | ours)


def polled(*answers: tuple[Room, ...]) -> list[CommunityItem | PollItem]:
    """The items of a crawl in which each of SERVERS answered with these rooms, in the order of the spider."""
    heard = list(zip(SERVERS, answers, strict=True))
    communities = [CommunityItem(server, room) for server, rooms in heard for room in rooms]
    reached, claim = Outcome.REACHED, KeyProof.CLAIM
    return communities + [
        PollItem(Poll(server.address, reached, server=server, rooms=rooms, key_proof=claim)) for server, rooms in heard
    ]


def process(crawler: Crawler, items: Iterable[Any], *, remember: bool = False) -> list[Any]:
    """What all item pipelines leave of ``items``; the crawler's stats begin anew.

    ``remember`` also closes them, so that the state, which was empty, is written; that takes longer than all the rest.
    """
    Path(crawler.settings["DIRECTORY_CONFIG"]).with_name(STATE).unlink(missing_ok=True)
    crawler.stats.clear_stats()
    for signal in (signals.item_dropped, signals.spider_idle):
        crawler.signals.disconnect_all(signal)
    # Those that wait for something ask the network, which has no place here.
    made = ItemPipelineManager.from_crawler(crawler).middlewares
    pipelines = [pipeline for pipeline in made if not iscoroutinefunction(pipeline.process_item)]
    kept = [item for item in items if _passes(crawler, pipelines, item)]
    for pipeline in pipelines:
        if remember and hasattr(pipeline, "close_spider"):
            closing = pipeline.close_spider()
            if closing is not None:
                asyncio.run(closing)
    return kept


def _passes(crawler: Crawler, pipelines: Iterable[Any], item: Any) -> bool:
    try:
        for pipeline in pipelines:
            assert pipeline.process_item(item) is item
    except DropItem as error:
        crawler.signals.send_catch_log(signals.item_dropped, item=item, response=None, exception=error, spider=None)
        return False
    return True


PATHS = tuple(sorted({output.path for output in OUTPUTS}))
"""The files of the site, and folders of files."""


def render(crawler: Crawler, items: Iterable[Any], path: str) -> dict[str, bytes]:
    """The file at ``path``, or the files of a folder, by their paths in the site, made by its own renderer."""
    items, settings = list(items), crawler.settings
    directory = load_directory(Path(settings["DIRECTORY_CONFIG"]))
    with State.open(settings["STATE_URL"]) as state:
        known = Knowledge.read(state, directory, NOW)
    communities = [item for item in items if isinstance(item, CommunityItem)]
    edition = Edition(
        known,
        sorted(communities, key=lambda item: (item.identifier, item.server.public_key)),
        [item.poll for item in items if isinstance(item, PollItem)],
    )
    return dict(chain.from_iterable(output.files(edition) for output in OUTPUTS if output.path == path))


def harmless(items: Iterable[Any]) -> list[Any]:
    """The same Communities with texts of the same kind that nobody could object to, in the same order on the page."""
    items = list(items)
    shown = {_shown(item) for item in items if isinstance(item, CommunityItem)}
    ranks = {name: f"Name {rank:04}" for rank, name in enumerate(sorted(shown))}
    return [_harmless(item, ranks[_shown(item)]) if isinstance(item, CommunityItem) else item for item in items]


def _shown(item: CommunityItem) -> str:
    return (text.name(item.room.name) or item.room.token).casefold()


def _harmless(item: CommunityItem, name: str) -> CommunityItem:
    lead, whole = text.split_lead(text.prose(item.description))
    description = "word " * 100 if whole else "word" if lead else ""
    return replace(
        item,
        room=replace(item.room, name=name, description=description),
        description=description,
        # The other tags are words of the directory's own.
        tags=[Tag("word") if tag.kind is TagKind.USER else tag for tag in item.tags],
        string_tags=["word" for _ in item.string_tags],
    )
