"""The sources in their real forms (docs/protocol.md, "Sources"), and what they show when they are broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from random import Random

from simnet.exchange import HTML, After, Reply, Request, Response
from simnet.specs import WildLink, World

ROOM_PAGE = "/view_session_group_user_lokinet.php"
DEAD_ENTRIES = 4
"""Entries of the session.directory index that lead nowhere: the last of them is disabled, the others are 404."""


class Mode(StrEnum):
    """What state a source is in."""

    UP = "up"
    DOWN = "down"
    REFUSED_LIKE = "refused-like"
    EMPTY = "empty"
    NONSENSE = "nonsense"
    FORBIDDING = "forbidding"
    """Its robots.txt lets nobody in but one search engine."""
    UNASKABLE = "unaskable"
    """Its robots.txt hangs."""
    UNSURE = "unsure"
    """Its robots.txt is a failure of the server."""


ROBOTS = "/robots.txt"
_FORBIDS = b"User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nDisallow:\n"
_OWN_ROBOTS = {
    "lokilocker": b"User-agent: *\nDisallow: /*/*/commit/\nDisallow: /*/*/src/commit/\nCrawl-delay: 2\n",
    "session_directory": b"User-agent: *\nDisallow: /admin/\nAllow: /\nSitemap: https://session.directory/sitemap.xml\n",
}
"""What some sites let be read; the others have no such file."""
_PAGES_ARE_UP = (Mode.UP, Mode.FORBIDDING, Mode.UNASKABLE, Mode.UNSURE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One posted link with what its site says about it."""

    url: str
    title: str
    tags: tuple[str, ...] = ()


def _awesome(entries: Sequence[Entry]) -> str:
    """The README: one fenced block an entry, and two lines that somebody garbled while pasting."""
    lines = [
        "# :warning: *Deprecation notice* :warning:",
        "",
        "**[Session](https://github.com/oxen-io)**",
        "````",
        "- [X] Server name",
        "> information",
        "```",
        "public_key",
        "```",
        "hashtag `#session`,`#`,`#`",
        "````",
        "## Contents",
        "- [Culture and the arts](#Culture-and-the-arts)",
        "",
    ]
    for number, entry in enumerate(entries):
        if number in (1, 3):
            lines += ["```", _garbled(entry.url, 23 - 5 * (number // 3)), "```"]
        lines += [
            '*<div align="right"><a href="#Contents">Back to directory :peach:</a></div>*',
            f"- [X] {escape(entry.title)}",
            "> information",
            "```",
            entry.url,
            "```",
            "hashtag `#session`," + ",".join(f"`#{tag}`" for tag in entry.tags),
            "*" * 60,
            "",
        ]
    return "\n".join(lines) + "\n"


def _garbled(url: str, digits: int) -> str:
    """The link with its path and query pasted into the middle of its key, as on the real page."""
    head, _, key = url.partition("public_key=")
    path = head[head.index("/", len("https://")) :]
    return f"{head}public_key={key[:digits]}{path}public_key={key}"


def _wiki(entries: Sequence[Entry]) -> str:
    """A Gitea wiki page: links as hrefs with their text, or as text alone; ampersands are escaped."""
    items = []
    for number, entry in enumerate(entries):
        url, title = escape(entry.url), escape(entry.title)
        link = f'<a href="{url}" rel="nofollow">{url}</a>' if number % 2 else f"<code>{url}</code>"
        items.append(f"<li>{title}<br/>\n{link}</li>\n")
    return (
        '<!DOCTYPE html>\n<html lang="en-US" class="theme-auto">\n<head>\n<title>Session-Open-Groups - Session-Groups'
        '</title>\n<link rel="stylesheet" href="/assets/css/index.css?v=1&amp;x=2">\n</head>\n<body>\n'
        '<div class="wiki-content-main"><div class="markup wiki-content-main">\n<h1 id="user-content-open-groups">'
        f"Open Groups</h1>\n<ul>\n{''.join(items)}</ul>\n</div></div>\n"
        '<footer><a href="https://about.gitea.com">Powered by Gitea</a></footer>\n</body>\n</html>\n'
    )


def _plain(entries: Sequence[Entry]) -> str:
    """Anybody's page that holds join links."""
    items = "".join(f'<p>{escape(entry.title)}: <a href="{escape(entry.url)}">join</a></p>\n' for entry in entries)
    return f"<!doctype html>\n<html><head><title>Groups we like</title></head>\n<body>\n{items}</body></html>\n"


def _index(ids: Sequence[int]) -> str:
    rows = "".join(
        f'<tr><td><a href="{ROOM_PAGE[1:]}?id={number}">Open Group {number}</a></td><td>group</td></tr>\n'
        for number in ids
    )
    return (
        "<!DOCTYPE html>\n<html>\n<head><title>Session Directory</title></head>\n<body>\n"
        '<a href="index.php">Home</a> <a href="?all=users">Users</a>\n'
        f"<table>\n{rows}</table>\n</body>\n</html>\n"
    )


def _room_page(entry: Entry | None) -> str:
    shown = "<i>Listing disabled by administrator</i>"
    tags = ""
    if entry is not None:
        shown = f"<b>{escape(entry.url)}</b>"
        tags = "".join(f'<a href="?tag={escape(tag)}">{escape(tag)}</a> ' for tag in entry.tags)
    return (
        "<!DOCTYPE html>\n<html>\n<head><title>Session Directory</title></head>\n<body>\n<h2>Open Group</h2>\n"
        f'<p>Join link: {shown}</p>\n<p class="tags">Tags: {tags}</p>\n</body>\n</html>\n'
    )


@dataclass(frozen=True, slots=True)
class Form:
    """What a source looks like: path and query of its first page, as on the real site, and what writes that page."""

    path: str
    write: Callable[[Sequence[Entry]], str]
    content_type: str = HTML


FORMS = {
    "awesome_session_groups": Form(
        "/GNU-Linux-libre/Awesome-Session-Group-List/main/README.md", _awesome, "text/plain; charset=utf-8"
    ),
    "lokilocker": Form("/Mods/Session-Groups/wiki/Session-Open-Groups", _wiki),
    "session_directory": Form("/?all=groups", _plain),  # an index and many pages: SourceSite writes them
    "extra": Form("/groups", _plain),
}
"""By the names of their spiders, and a page for ``[[sources]]``. A source that the world posts nothing at (world.SITES)
shows some of the links of the others."""


@dataclass(slots=True)
class SourceSite:
    """One source: answers requests according to its mode."""

    name: str
    entries: tuple[Entry, ...]
    seed: int = 0
    mode: Mode = Mode.UP
    ids: dict[int, Entry | None] = field(default_factory=dict)
    """session.directory: id → its entry, None where it is disabled. Ids on the index that are missing here are 404."""
    listed_ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        rng = Random(f"{self.seed}/{self.name}")
        numbers = rng.sample(range(1, 10 * len(self.entries) + 100), len(self.entries) + DEAD_ENTRIES)
        self.listed_ids = tuple(numbers)
        self.ids = dict(zip(numbers, self.entries, strict=False))
        self.ids[numbers[-1]] = None

    def show(self, other: SourceSite) -> None:
        """Show the entries of ``other`` from now on."""
        self.entries, self.ids, self.listed_ids = other.entries, other.ids, other.listed_ids

    def respond(self, request: Request) -> Reply:
        """The reply to a request in the present mode."""
        match self.mode:
            case Mode.DOWN:
                return Response(500, b"Internal Server Error\n", "text/plain").reply()
            case Mode.REFUSED_LIKE:
                return Reply(b"", After.RESET)
            case Mode.NONSENSE:
                return Response(200, Random(self.seed).randbytes(4096), "application/octet-stream").reply()
            case _ if request.path == ROBOTS:
                return self._robots(request)
            case _:
                return self._page(request).reply(request.method)

    def _robots(self, request: Request) -> Reply:
        if self.mode is Mode.UNASKABLE:
            return Reply(b"", After.HANG)
        if self.mode is Mode.UNSURE:
            return Response(503, b"Service Unavailable\n", "text/plain").reply(request.method)
        text = _FORBIDS if self.mode is Mode.FORBIDDING else _OWN_ROBOTS.get(self.name)
        if text is None:
            return Response(404, b"Not found\n", "text/plain").reply(request.method)
        return Response(200, text, "text/plain").reply(request.method)

    def _page(self, request: Request) -> Response:
        entries = self.entries if self.mode in _PAGES_ARE_UP else ()
        if self.name == "session_directory":
            return self._directory(request)
        form = FORMS[self.name]
        if request.target != form.path:
            return Response(404, b"Not found\n", "text/plain")
        return Response(200, form.write(entries).encode(), form.content_type)

    def _directory(self, request: Request) -> Response:
        ids = self.listed_ids if self.mode in _PAGES_ARE_UP else ()
        if request.path == "/":
            return Response(200, _index(ids).encode(), HTML)
        number = request.query.removeprefix("id=")
        if request.path != ROOM_PAGE or not number.isascii() or not number.isdigit() or int(number) not in self.ids:
            return Response(404, b"Not found\n", HTML)
        return Response(200, _room_page(self.ids[int(number)]).encode(), HTML)


def make_sites(world: World, ports: Mapping[int, int]) -> dict[str, SourceSite]:
    """The sources of ``world`` by name."""
    rooms = {(spec.index, room.token): room for spec in world.servers for room in spec.rooms}
    sites = {}
    for name in FORMS:
        entries = []
        for index, link in world.posts.get(name) or _some(world, name):
            room = rooms.get((index, link.token))
            title = room.name if room else link.token
            entries.append(Entry(link.text(ports.get(index, 0)), title, room.tags if room else ()))
        sites[name] = SourceSite(name, tuple(entries), world.seed)
    return sites


def _some(world: World, name: str) -> list[tuple[int, WildLink]]:
    """Every other link of those that stand elsewhere, so that a further source changes no world."""
    if name in world.posts:
        return []
    rng = Random(f"{world.seed}/{name}")
    return [post for posts in world.posts.values() for post in posts if rng.random() < 0.5]  # noqa: PLR2004 - a half
