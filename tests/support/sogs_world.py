"""Whole crawls of a simulated network, from its sources to its servers, and how they compare with the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from sessioncrawler.model import Address, Server
from sessioncrawler.spiders._source import SourceSpider
from simnet import UNBOUNDED, Community, ConnectionRecord, SimNet
from tests.support.crawl_process import SMALL
from tests.support.crawling import Crawl, Job, run_crawls

NOW = 1_769_083_200  # 2026-01-22 12:00 UTC
IMPATIENT = {
    "PATIENT_RETRY_TIMES": 8,
    "PATIENT_RETRY_TIMEOUT": 3,
    "PATIENT_RETRY_DELAY": 0.05,
    "RETRY_PAUSE": 0.02,
    "CONNECT_TIMEOUT": 2,
    "DOWNLOAD_TIMEOUT": 6,
    "DOWNLOAD_MAXSIZE": 1_000_000,
}
"""Enough tries for every simulated server that answers at times. The first try has sixty times as long as a healthy
server takes, since machines that run tests are busy: what is short here is what simulated servers make us wait for."""
BLINK = 0.25
"""Seconds within which the simulated network may notice late that a connection has ended."""


_LOADER = get_spider_loader(Settings({"SPIDER_MODULES": ["sessioncrawler.spiders"]}))
SOURCES = tuple(name for name in sorted(_LOADER.list()) if issubclass(_LOADER.load(name), SourceSpider))
"""The spiders of sources that there are."""


def settings_for(net: SimNet, folder: Path, **more: Any) -> dict[str, Any]:
    """Settings of a crawl of ``net`` that keeps its state and writes its site into ``folder``."""
    return {
        "DIRECTORY_CONFIG": str(net.directory_toml),
        "TLS_CA_FILE": str(net.ca_file),
        "STATE_URL": f"sqlite:///{folder}/state.db",
        "SITE_URI": str(folder / "site"),
        "ALLOWED_PRIVATE_NETWORKS": "127.0.0.1/32",
        "CRAWL_TIME": NOW,
        "GUESS_LANGUAGES": False,
        "ICONS_ENABLED": False,
        **UNBOUNDED,
        **SMALL,
        **IMPATIENT,
        **more,
    }


def read_listings(net: SimNet, folder: Path) -> list[Crawl]:
    """Run all source spiders; what they find is in the state of ``folder``."""
    settings = settings_for(net, folder)
    names = {"extra": "sources"}
    return run_crawls([Job(names.get(site, site), {"url": url}, settings) for site, url in net.listing_urls.items()])


@dataclass(frozen=True)
class World:
    """A simulated network that was crawled, and what came of it."""

    net: SimNet
    folder: Path
    listings: list[Crawl]
    crawl: Crawl

    @property
    def communities(self) -> list[dict[str, Any]]:
        return [item for item in self.crawl.items if "room" in item]

    @property
    def polls(self) -> dict[str, dict[str, Any]]:
        """Base URL of the candidate → its poll."""
        polls = [item["poll"] for item in self.crawl.items if "poll" in item]
        return {base_url(poll["address"]): poll for poll in polls}

    def poll_of(self, url: str) -> dict[str, Any]:
        """The poll of the candidate to which a link with the base URL ``url`` belongs, whatever its scheme."""
        return {key.partition("://")[2]: poll for key, poll in self.polls.items()}[url.partition("://")[2]]

    def listed(self) -> Counter[str]:
        """How often each Community is listed, those of servers with too many rooms aside."""
        bulk = {server.base_url for server in self.net.truth.bulk}
        return Counter(identifier(item) for item in self.communities if base_url(item["server"]["address"]) not in bulk)


def crawl_world(net: SimNet, folder: Path, **more: Any) -> World:
    """Crawl sources, then servers, and publish the site; ``more`` are settings."""
    listings = read_listings(net, folder)
    (crawl,) = run_crawls([Job("sogs", settings=settings_for(net, folder, **more))])
    return World(net, folder, listings, crawl)


def by_server(records: Iterable[Any]) -> dict[str, list[Any]]:
    """Records of simnet's log by the name of the server."""
    servers = defaultdict(list)
    for record in records:
        servers[record.server].append(record)
    return servers


def most_at_a_time(connections: Iterable[ConnectionRecord], tolerance: float = BLINK) -> int:
    """The most connections that were open at once for longer than ``tolerance`` seconds."""
    events = []
    for one in connections:
        ended = float("inf") if one.ended is None else one.ended
        events += [(one.offset, 1), (ended - tolerance, -1)] if ended - one.offset > tolerance else []
    most = now = 0
    for _, change in sorted(events):
        now += change
        most = max(most, now)
    return most


FIELDS = (
    "identifier",
    "token",
    "name",
    "base_url",
    "public_key",
    "official",
    "description",
    "weekly_active_users",
    "created",
    "read",
    "write",
    "upload",
    "staff",
    "tags",
    "language",
    "pinned",
    "image_id",
)
"""What a crawl finds out about a Community."""


def base_url(address: dict[str, Any]) -> str:
    return Address(**address).base_url


def identifier(item: dict[str, Any]) -> str:
    """``TOKEN+serverid`` of a scraped Community."""
    server = Server(Address(**item["server"]["address"]), item["server"]["public_key"])
    return f"{item['room']['token']}+{server.server_id}"


def shown(item: dict[str, Any]) -> dict[str, Any]:
    """A scraped Community in the words of :class:`Community`."""
    room = item["room"]
    users, cutoff = room["active_users"], room["active_users_cutoff"]
    return {
        "identifier": identifier(item),
        "token": room["token"],
        "name": room["name"],
        "base_url": base_url(item["server"]["address"]),
        "public_key": item["server"]["public_key"],
        "official": any(tag["text"] == "official" for tag in item["tags"]),
        "description": room["description"],
        "weekly_active_users": users * 604_800 // cutoff if users is not None and cutoff else None,
        "created": room["created"],
        "read": room["read"],
        "write": room["write"],
        "upload": room["upload"],
        "staff": None if room["read"] is None else len({*room["admins"], *room["moderators"]}),
        "tags": tuple(sorted(tag["text"] for tag in item["tags"] if tag["kind"] == "user")),
        "language": item["language"],
        "pinned": item["pinned"],
        "image_id": room["image_id"],
    }


def expected(community: Community) -> dict[str, Any]:
    """The same fields of the truth."""
    return {name: getattr(community, name) for name in FIELDS}


def uncertain(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that are sure even where a server's answer is broken or hostile."""
    return {name: fields[name] for name in ("identifier", "token", "base_url", "public_key")}
