"""Pages to be looked at in a browser, made by the real renderers."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.editorial.languages import parse_language
from sessioncrawler.editorial.tags import derive_tags, nsfw_reason
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import WEEK, Address, Room, Server, Tag, TagKind
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.pages import further_pages, the_list, the_search_index
from sessioncrawler.site.i18n.languages import DEFAULT
from simnet.texts import HOSTILE, PLAIN, TAGS
from tests.support.publishing import DIRECTORY, NOW

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "realworld" / "servers-2026-01-22.json"
REGIONAL_A = 0x1F1E6
DAY = 86_400
PUBLIC_KEY = "cd" * 32


def write(items: list[CommunityItem], folder: Path, **facts: Any) -> Path:
    """The list of ``items`` in ``folder``, its further pages and search index; ``facts`` are what else is known.

    Gives the path of its front page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = Knowledge(parse_directory(DIRECTORY, "directory.toml"), NOW, **facts)
    edition = Edition(known, sorted(items, key=lambda item: (item.identifier, item.server.public_key)))
    target = folder / "index.html"
    target.write_bytes(the_list(edition, DEFAULT))
    further = ((f"page/{name}", content) for name, content in further_pages(edition, DEFAULT))
    for name, content in (*further, *the_search_index(edition)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return target


@cache
def simulated(count: int, seed: int = 1) -> list[CommunityItem]:
    """Ordinary rooms in many scripts on a few servers, with every kind of fact known and unknown."""
    random = Random(seed)
    texts = [(code, *text) for code, many in PLAIN.items() for text in many]
    servers = [Server(Address("https", f"sogs{n}.example.org", 443), f"{n:02x}" * 32) for n in range(12)]
    return [_room(number, random, servers, texts) for number in range(count)]


def _room(number: int, random: Random, servers: list[Server], texts: list[tuple[str, str, str]]) -> CommunityItem:
    code, name, description = random.choice(texts)
    known = random.random() < 0.9
    room = Room(
        token=f"room-{number}",
        name=f"{name} {number}" + (" nsfw" if number % 25 == 7 else ""),
        active_users=random.randrange(2000) if known else None,
        active_users_cutoff=WEEK if known else None,
        created=NOW - random.randrange(1, 2000) * DAY if known else None,
        message_sequence=random.randrange(100_000) if known else None,
        admins=tuple(f"15{n:064x}" for n in range(random.randrange(4))),
        read=True,
        write=random.random() < 0.9,
        upload=random.random() < 0.8,
    )
    tags = random.sample(TAGS, random.randrange(4))
    return CommunityItem(
        server=random.choice(servers),
        room=room,
        description=description * random.randrange(1, 12),
        string_tags=tags,
        tags=derive_tags(room, tags, now=NOW),
        language=code if random.random() < 0.8 else None,
        language_from=random.choice(["tag", "table", "guess"]),
        nsfw_reason=nsfw_reason(room.name, tags),
        pinned=number == 3,
    )


@cache
def hostile() -> list[CommunityItem]:
    """Rooms by people who want to break the page, among two ordinary ones."""
    server = Server(Address("https", "evil.example.org", 443), "ee" * 32)
    bad = [
        CommunityItem(
            server,
            Room(f"bad-{number}", name, active_users=number, active_users_cutoff=WEEK),
            description=description,
            tags=[Tag(name), Tag(description[:30]), Tag("read-only", TagKind.RESERVED)],
            language="en",
        )
        for number, (name, description) in enumerate(HOSTILE)
    ]
    return [*bad, *simulated(2)]


def real() -> list[CommunityItem]:
    """The rooms of the 2026 directory."""
    servers = json.loads(REAL.read_text())
    return [_real_room(server, room) for server in servers for room in server["rooms"]]


def _real_room(server: dict, facts: dict) -> CommunityItem:
    scheme, host = server["base_url"].split("://")
    name, _, port = host.partition(":")
    address = Address(scheme, name, int(port or {"http": 80, "https": 443}[scheme]))
    own = {field: facts.get(field) for field in Room.__slots__ if field != "description"}
    room = Room(**own | {"admins": tuple(facts["admins"]), "moderators": tuple(facts["moderators"])})
    territory = "".join(chr(ord(char) - REGIONAL_A + ord("a")) for char in facts["language_flag"])
    language = parse_language(territory) if territory.isalpha() and territory.isascii() else None
    return CommunityItem(
        server=Server(address, server["pubkey"]),
        room=room,
        description=facts["description"],
        tags=[Tag(tag["text"], TagKind(tag["type"])) for tag in facts["tags"]],
        string_tags=facts["string_tags"],
        language=language or ("mul" if facts["language_flag"] == "🌐" else None),
        language_from="table",
        nsfw_reason=nsfw_reason(room.name, facts["string_tags"]),
        pinned=any(tag["text"] == "pinned" for tag in facts["tags"]),
    )
