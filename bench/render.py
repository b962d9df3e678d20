"""``python -m bench.render``: what it takes to render the site of a large directory through the real exporters.

The Communities are made from the texts of the simulated network, hostile ones included, by seed. The pipelines are left
out, the history is written before, and nothing is asked of any network.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.table import Table
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from bench.usage import BenchError, measure
from sessioncrawler.editorial.tags import derive_tags, nsfw_reason, split_tags
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server
from sessioncrawler.state import Facts, State
from simnet.rooms import hex_digits, ordinary
from simnet.texts import HOSTILE

COMMUNITIES = 5_000
ROOMS = 25
"""Communities of one server."""
HOSTILE_EVERY = 20
NEWS_EVERY = 50
"""Every so many Communities one is news."""
NOW = 1_769_083_200
MEBIBYTE = 1024 * 1024
SECONDS = 8
"""Most seconds for 5,000 Communities."""
MEMORY = 400
"""Most MiB of memory for them."""
DIRECTORY = """[site]
name = "Rooms"
url = "https://rooms.directory/"
contact = "crew@rooms.directory"

[[listings]]
id = "all"
name = "All"
rating = "unsafe"
include = "*"

[[listings]]
id = "safe"
name = "Safe"
rating = "safe"
include = "*"
"""


def communities(count: int, seed: int) -> Iterator[CommunityItem]:
    """So many Communities, as the pipelines leave them."""
    rng = Random(seed)  # noqa: S311 - a benchmark that can be repeated
    server = Server(Address("https", "sogs.example", 443), "0" * 64)
    for number in range(count):
        if number % ROOMS == 0:
            server = Server(Address("https", f"s{number // ROOMS}.example", 443), hex_digits(rng, 64))
        yield _community(rng, number, server)


def _community(rng: Random, number: int, server: Server) -> CommunityItem:
    spec = ordinary(rng, number, "room")
    name, description = spec.name, spec.description
    if number % HOSTILE_EVERY == 0:
        name, description = rng.choice(HOSTILE)
    facts = {field: getattr(spec, field) for field in Room.__dataclass_fields__}
    room = Room(**facts | {"name": name, "description": description})
    tagged = split_tags(description or "")
    tags = list(tagged.string_tags)
    return CommunityItem(
        server,
        room,
        description=tagged.shown,
        tags=derive_tags(room, tags, now=NOW),
        string_tags=tags,
        language=spec.language,
        language_from="tag" if spec.language else None,
        nsfw_reason=nsfw_reason(name, tags),
    )


def items(count: int, seed: int) -> list[CommunityItem | PollItem]:
    """What a crawl emits: Communities, then the polls of their servers."""
    found = list(communities(count, seed))
    rooms: dict[Server, list[Room]] = {}
    for item in found:
        rooms.setdefault(item.server, []).append(item.room)
    polls = [
        Poll(server.address, Outcome.REACHED, "", server, tuple(told), KeyProof.PREVIEW_PAGE)
        for server, told in rooms.items()
    ]
    return [*found, *map(PollItem, polls)]


def remember(url: str, emitted: Sequence[CommunityItem | PollItem]) -> None:
    """Write the polls, and a history in which some Communities are new."""
    facts = [_facts(item) for item in emitted if isinstance(item, CommunityItem)]
    old = [one for number, one in enumerate(facts) if number % NEWS_EVERY]
    with State.open(url) as state:
        state.record_listing(old, [], NOW - 1)
        state.record_listing(facts, [], NOW)
        state.record_polls([item.poll for item in emitted if isinstance(item, PollItem)], NOW)


def _facts(item: CommunityItem) -> Facts:
    tags = tuple(tag.text for tag in item.tags)
    link = item.server.join_link(item.room)
    facts = Facts(link.public_key, link.token, item.identifier, item.room.name, link.url)
    return replace(facts, description=item.description, language=item.language, tags=tags)


class _Emitting(Spider):
    """Emits what it is given."""

    name = "emitting"
    emitted: Sequence[Any] = ()

    async def start(self) -> AsyncIterator[Any]:
        """All items."""
        for item in self.emitted:
            yield item


async def _crawl(folder: Path, emitted: Sequence[Any], url: str) -> None:
    settings = Settings()
    settings.setmodule("sessioncrawler.settings", priority="project")
    (folder / "directory.toml").write_text(DIRECTORY, encoding="utf-8")
    ours = {
        "FEEDS": {f"{folder}/site": {"format": "site"}},
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {"sessioncrawler.extensions.garbage.RareGarbageCollection": 0},
        "DIRECTORY_CONFIG": str(folder / "directory.toml"),
        "STATE_URL": url,
        "CRAWL_TIME": NOW,
        "TWISTED_REACTOR_ENABLED": False,
        "LOG_LEVEL": "ERROR",
    }
    for name, value in ours.items():
        settings.set(name, value, priority="cmdline")
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(_Emitting)
    await runner.crawl(crawler, emitted=emitted)
    assert crawler.stats is not None  # noqa: S101 - it ran
    failed = [stat for stat in crawler.stats.get_stats() if stat.startswith("feedexport/failed_count/")]
    if failed or not (folder / "site" / "index.html").exists():
        raise BenchError("The site could not be rendered: see the log above.")


def _child(folder: Path, count: int, seed: int, *, render: bool) -> None:
    """The measured process; without ``render`` it only makes what is to be rendered."""
    emitted = items(count, seed)
    url = f"sqlite:///{folder}/state.db"
    remember(url, emitted)
    if render:
        asyncio.run(_crawl(folder, emitted, url))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 only where rendering failed."""
    parser = argparse.ArgumentParser(prog="python -m bench.render", description=__doc__)
    parser.add_argument("--communities", type=int, default=COMMUNITIES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--idle", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        _child(options.child, options.communities, options.seed, render=not options.idle)
        return 0
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    try:
        console.print(_measured(options.communities, options.seed))
    except BenchError as error:
        console.print(str(error), markup=False)
        return 1
    return 0


def _measured(count: int, seed: int) -> Table:
    command = [sys.executable, "-m", "bench.render", "--communities", str(count), "--seed", str(seed), "--child"]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        idle = measure([*command, one, "--idle"])
        whole = measure([*command, other])
        sizes = [path.stat().st_size for path in Path(other, "site").rglob("*") if path.is_file()]
    together = max(whole.memory, whole.together)
    table = Table("what", "value", f"at most, for {COMMUNITIES:,}")
    table.add_row("Communities", f"{count:,}", "")
    table.add_row("rendering and storing, s", f"{whole.wall - idle.wall:.1f}", str(SECONDS))
    table.add_row("CPU of that, s", f"{whole.cpu - idle.cpu:.1f}", "")
    table.add_row("the same with the start of Python and making the Communities, s", f"{whole.wall:.1f}", "")
    table.add_row("peak memory, MiB", f"{whole.memory / MEBIBYTE:.0f}", str(MEMORY))
    table.add_row("peak memory with that of a second process, MiB", f"{together / MEBIBYTE:.0f}", str(MEMORY))
    table.add_row("files", f"{len(sizes):,}", "")
    table.add_row("size, MiB", f"{sum(sizes) / MEBIBYTE:.1f}", "")
    return table


if __name__ == "__main__":
    sys.exit(main())
