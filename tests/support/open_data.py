"""Open data: made of Communities as the pipelines leave them, or by whole crawls of given items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from scrapy.settings import Settings

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, KeyProof, Outcome, Poll, Room, Server, Tag, TagKind
from sessioncrawler.pipelines.history import facts_of
from sessioncrawler.protocol.keys.log import KeyChange, KeyEvent, chained
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.outputs import OUTPUTS
from sessioncrawler.publish.outputs import files as files_of
from sessioncrawler.state import Event, KeyEntry, KnownKey, Listed, Total
from tests.support.publishing import KEY, NOW, SITE, Published, publish

DAY = 86_400
SERVER = Server(Address("https", "sogs.example", 443), KEY, proven=True)
OTHER = Server(Address("http", "127.0.0.9", 8080), "ab" * 32, has_preview=False, proven=True)
DATA = tuple(takewhile(lambda one: one.path != "icons/", OUTPUTS))
"""What docs/data.md tells of."""
DIRECTORY = f"""
[site]
name = "Rooms & <more>"
url = "https://rooms.directory/"
contact = "crew@rooms.directory"

[[servers]]
url = "http://127.0.0.9:8080"
public_key = "{"ab" * 32}"
official = true

[[pin]]
match = "pinned+{KEY}"

[languages]
"pinned+118d" = "pt-BR"

[[listings]]
id = "all"
name = "All <of> them"
rating = "unsafe"
include = "*"

[[listings]]
id = "safe"
name = "Safe ones"
rating = "safe"
include = ["sogs.example"]
exclude = ["pinned+118d"]

[[listings]]
id = "none"
name = "Nobody"
rating = "nsfw"
include = ["nowhere.example"]
"""


def room(token: str, description: str | None = None, *, server: Server = SERVER, **facts: Any) -> CommunityItem:
    """A Community as the spider emits it."""
    facts = {"name": token.title(), "read": True, "write": True, "upload": True, **facts}
    return CommunityItem(server, Room(token, description=description, **facts))


def polled(server: Server = SERVER, *rooms: CommunityItem, **facts: Any) -> PollItem:
    """A server that was reached under its own address."""
    facts = {"key_proof": KeyProof.CLAIM, "requests": 3, "tries": 4, "seconds": 1.5, **facts}
    return PollItem(Poll(server.address, Outcome.REACHED, "", server, tuple(item.room for item in rooms), **facts))


def run(folder: Path, items: Sequence[Any], uri: str = "", directory: str = DIRECTORY, **more: Any) -> Published:
    """Crawl ``items`` in ``folder``, which keeps the state, and publish the site to ``uri``, by default ``site``."""
    project = Settings()
    project.setmodule("sessioncrawler.settings", priority="project")
    (folder / "rules.toml").write_text(directory)
    settings = {
        "DIRECTORY_CONFIG": str(folder / "rules.toml"),
        "FEED_EXPORTERS": project["FEED_EXPORTERS"],
        "ITEM_PIPELINES": project["ITEM_PIPELINES"],
        "ICONS_ENABLED": False,
        "GUESS_LANGUAGES": False,
        "CRAWL_TIME": NOW,
    }
    return publish(items, {uri or str(folder / "site"): SITE}, folder, **settings | more)


def files(folder: Path) -> dict[str, bytes]:
    """What is published, by its path."""
    site = folder / "site"
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


HIDING = DIRECTORY + '[[hide]]\nmatch = "bannedone+118d"\nreason = "spam"\n'


def listed():
    return [
        room(
            "linux",
            "=Penguins <b>&</b>\nfor all #linux #свобода #lang:de",
            name="+Linux & BSD",
            active_users=100,
            active_users_cutoff=1_209_600,
            created=1_700_000_000.5,
            image_id=7,
            info_updates=2,
            message_sequence=3,
            admins=("05" + "a" * 64,),
            moderators=("05" + "a" * 64, "15" + "b" * 64),
        ),
        room("pinned", name="Pinned", upload=False),
        room("adult", "Pictures #nsfw", server=OTHER, created=NOW - 5.0, active_users=0, active_users_cutoff=604_800),
        room("bare", None, server=OTHER, read=None, write=None, upload=None),
    ]


def unlisted():
    return [
        room("hushhush", "Quiet Place #unlisted"),
        room("trialrun", "x #test"),
        room("lockedroom", read=False, write=False),
        room("bannedone"),
    ]


def everything():
    return [*listed(), *unlisted(), polled(SERVER, *listed()[:2], *unlisted()), polled(OTHER, *listed()[2:])]


def finished() -> list[CommunityItem]:
    """Those of :func:`listed` as the pipelines leave them."""
    linux, pinned, adult, bare = listed()
    linux.description, linux.string_tags = "=Penguins <b>&</b>\nfor all ", ["linux", "свобода"]
    linux.tags, linux.language, linux.language_from = [Tag("linux"), Tag("свобода")], "de", "tag"
    pinned.tags = [Tag("uploads off", TagKind.RESERVED), Tag("pinned", TagKind.RESERVED)]
    pinned.language, pinned.language_from, pinned.pinned = "pt-BR", "table", True
    official, new = Tag("official", TagKind.RESERVED), Tag("new", TagKind.RESERVED)
    adult.description, adult.string_tags, adult.nsfw_reason = "Pictures ", ["nsfw"], "tag"
    adult.tags, bare.tags = [official, Tag("nsfw", TagKind.WARNING), new], [official]
    return [linux, pinned, adult, bare]


def keys() -> list[KnownKey]:
    """What is remembered of the keys of :func:`everything`: one was proven, and took the place of another."""
    proven = KnownKey(KEY, SERVER.address, NOW - DAY, NOW, shown_at=NOW, published_at=NOW)
    former = KnownKey("ee" * 32, SERVER.address, NOW - 9 * DAY, NOW - 2 * DAY, lost_at=NOW - DAY, shown_at=NOW)
    return [proven, KnownKey(OTHER.public_key, OTHER.address, held_since=NOW, shown_at=NOW), former]


def log() -> list[KeyEntry]:
    """How it came to that."""
    first = chained(KeyEvent(NOW - 9 * DAY, KeyChange.FIRST, str(SERVER.address), "ee" * 32), None)
    changed = KeyEvent(NOW - DAY, KeyChange.CHANGED, str(SERVER.address), KEY, "ee" * 32)
    return [first, chained(changed, first)]


def data_files(  # noqa: PLR0917 - each has a default
    communities: Iterable[CommunityItem],
    polls: Sequence[Poll] = (),
    left_out: Mapping[str, int] | None = None,
    events: Iterable[Event] = (),
    directory: str = DIRECTORY,
    keys: Sequence[KnownKey] = (),
    log: Sequence[KeyEntry] = (),
) -> dict[str, bytes]:
    """Every file of the open data by its path; all was listed for the first time just now."""
    listed = tuple(communities)
    history = tuple(Listed(facts_of(one), NOW, NOW, None) for one in listed)
    known = Knowledge(
        parse_directory(directory, "directory.toml"),
        NOW,
        listed=history,
        events=tuple(events),
        keys=tuple(keys),
        key_log=tuple(log),
        totals=(total(listed),),
    )
    return dict(files_of(Edition(known, listed, polls, left_out or {}), DATA))


def total(listed: Sequence[CommunityItem]) -> Total:
    """What is remembered of the day of ``NOW``."""
    return Total(
        day=NOW // DAY,
        communities=len(listed),
        servers=len({one.server for one in listed}),
        reachable=len({one.server for one in listed}),
        visitors=sum(one.room.weekly_active_users or 0 for one in listed),
        languages=Counter(one.language or "" for one in listed),
    )


def data_of_everything(**more: Any) -> dict[str, bytes]:
    """Every file of the open data of :func:`everything`, by its path; ``more`` is for :func:`data_files`."""
    polls = [item.poll for item in everything() if isinstance(item, PollItem)]
    left_out = dict.fromkeys(("closed", "hidden", "test", "unlisted"), 1)
    return data_files(finished(), polls, left_out, **more)
