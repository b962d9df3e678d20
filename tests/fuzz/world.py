"""The way of hostile rooms through the real house: items, pipelines, state, exporters, all without a network."""

from __future__ import annotations

import asyncio
import tarfile
from asyncio import iscoroutinefunction
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.misc import build_from_crawler, load_object
from scrapy.utils.test import get_crawler

from sessioncrawler import settings as project
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server, Tag, TagKind
from sessioncrawler.spiders._feeds import site_feeds
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


FEEDS = tuple(sorted(site_feeds("site")))
"""The feeds of the site; a feed is one file, or a folder of files."""


def export(crawler: Crawler, items: Iterable[Any], name: str) -> dict[str, bytes]:
    """The files of one feed by their paths in the site, written by the project's own exporter."""
    feed = site_feeds("site")[name]
    wanted = tuple(load_object(kind) for kind in feed["item_classes"])
    file = BytesIO()
    kind = load_object(crawler.settings["FEED_EXPORTERS"][feed["format"]])
    exporter = build_from_crawler(kind, crawler, file, **feed.get("item_export_kwargs", {}))
    exporter.start_exporting()
    for item in items:
        if isinstance(item, wanted):
            exporter.export_item(item)
    exporter.finish_exporting()
    assert "publish/errors" not in crawler.stats.get_stats()
    if not feed.get("unpack"):
        return {name: file.getvalue()}
    with tarfile.open(fileobj=BytesIO(file.getvalue())) as tree:
        return {f"{name}/{member.name}": tree.extractfile(member).read() for member in tree}


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
