"""Where pages are: links between them that work from a web server and from a folder, and addresses for others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Server
from sessioncrawler.site.i18n.languages import LOCALES, SiteLanguage, site_language
from sessioncrawler.state import KnownKey

INDEX = "index.html"
"""Named in links, since a browser that reads a folder lists it otherwise; left out of addresses."""
PLAIN = ("join", "about", "privacy")
"""Pages of text in each language: names of their folders, and with ``.html`` of their templates."""
STATS = "stats/"
"""The folder of the page about the whole network over time."""
BROWSE = "browse/"
"""The folder of the page that leads to the shelves: the pages of languages and topics."""
PAGE = "page/"
"""The folder of the further pages of a long list, by number from 2, which exist in each language."""
SEARCH_INDEX = "search/index.js"
"""What the scripts of a long list search."""
STATUS = "status/"
"""The folder of the status page."""
KEYS = "keys/"
"""The folder of the page about keys."""
TRANSLATED = ("", *(f"{page}/" for page in PLAIN), BROWSE, STATS, STATUS, KEYS)
"""Folders whose pages exist in each language; the empty one is that of the list."""
COMMUNITIES = "c/"
"""The folder of the pages of Communities."""
SERVERS = "s/"
"""The folder of the pages of servers."""
LANGUAGES = "language/"
"""The folder of the shelves of languages."""
TOPICS = "topic/"
"""The folder of the shelves of topics."""
_KINDS = (COMMUNITIES, SERVERS, LANGUAGES, TOPICS)
"""Folders of pages that exist in each language as well; of the first two where there are not too many."""
HERE = "~HERE~"
"""Stands for the last folder of a page in what is rendered once for all pages of a kind; no address has it."""
_EXAMPLES = ("example.org", "example.com", "example.net")
"""Domains that nobody has (RFC 2606, section 3): a site.url that was not filled in."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the site: the folder ``path`` below that of its language; ``base`` is the site's address or empty."""

    base: str
    language: SiteLanguage
    path: str = ""
    anywhere: bool = False
    """Whether it is shown under any address, as the page for errors is; its links begin with ``base`` then."""
    alone: bool = False
    """Whether there is no other language of it, though others of its kind have them."""

    @property
    def folder(self) -> str:
        """The folder below the root of the site: empty, or with a slash at its end."""
        return self.language.folder + self.path

    @property
    def root(self) -> str:
        """What leads from here to the root: ``../`` as often as needed."""
        return self.base if self.anywhere else "../" * self.folder.count("/")

    @property
    def url(self) -> str:
        """Its absolute address; empty where that of the site is unknown."""
        return self.base and self.base + quote(self.folder, safe="/")

    @property
    def real_base(self) -> str:
        """The site's address; empty where it is unknown, or that of an example."""
        return real_base(self.base)

    def link(self, path: str = "", *, alone: bool = False) -> str:
        """The link from here to the page ``path`` of this language; to the English one where that is ``alone``."""
        folder = self.language.folder if is_translated(path) and not alone else ""
        return f"{self.root}{quote(folder + path, safe='/')}{INDEX}"

    def file(self, name: str) -> str:
        """The link from here to the file ``name`` below the root."""
        return self.root + name

    @property
    def kin(self) -> Place:
        """What stands for all places that link to every other page in the same way, but for :data:`HERE`.

        In links to translations of the page itself that is its :attr:`own` folder. Pages without a translation are
        alike where their folders are of one depth.
        """
        if not self.is_translated:
            return self.level
        kind, _, own = self.path.partition("/")
        return replace(self, path=f"{kind}/{HERE}/") if own else self

    @property
    def own(self) -> str:
        """The last part of its folder, as in a link."""
        return quote(self.path[:-1].rpartition("/")[2], safe="")

    @property
    def level(self) -> Place:
        """What stands for all places that link to every other page in the same way, but for translations.

        Pages that no other one is sure to name are alike where their folders are of one depth.
        """
        return self if self.path in TRANSLATED else replace(self, path="-/" * self.path.count("/"))

    @property
    def is_translated(self) -> bool:
        """Whether it exists in each language."""
        return is_translated(self.path) and not self.anywhere and not self.alone

    @property
    def translations(self) -> Iterator[tuple[SiteLanguage, str, str]]:
        """Each language of this page, with the link and the address (or an empty one) of the page in it.

        Where a page is English only, the links lead to the lists, and the addresses are empty.
        """
        root, there = self.root, self.is_translated
        path = quote(self.path, safe="/") if there else ""
        for language in map(site_language, LOCALES):
            address = f"{self.base}{language.folder}{path}" if there and self.base else ""
            yield language, f"{root}{language.folder}{path}{INDEX}", address


def real_base(url: str) -> str:
    """The address of a site; empty where it is that of an example."""
    host = urlsplit(url).hostname or ""
    return "" if any(host == name or host.endswith(f".{name}") for name in _EXAMPLES) else url


def is_translated(path: str) -> bool:
    """Whether the page in the folder ``path`` exists in each language."""
    return path in TRANSLATED or path.startswith((*_KINDS, PAGE))


def room_key(community: CommunityItem) -> tuple[str, str]:
    """What makes a room one of its own: the key of its server, and its token in lower case."""
    return community.server.public_key, community.room.token.casefold()


def community_paths(communities: Iterable[CommunityItem]) -> Iterator[tuple[tuple[str, str], str]]:
    """The :func:`room_key` of each Community with the folder of its page: ``c/TOKEN+serverid/``, once a room.

    ``+`` is written ``%2B`` in links, since some stores take a bare one for a space.

    A server id has 32 bits, so a stranger can make a server that has another's. Where two rooms have one identifier,
    each page is named by the whole key, and neither takes the other's place. Letter case does not count, since some
    stores don't keep it.
    """
    everybody = {room_key(one): one for one in communities}
    taken = Counter(one.identifier.casefold() for one in everybody.values())
    for key, one in everybody.items():
        suffix = one.server.server_id if taken[one.identifier.casefold()] == 1 else one.server.public_key
        yield key, f"{COMMUNITIES}{one.room.token}+{suffix}/"


def server_paths(servers: Iterable[Server], keys: Iterable[KnownKey] = ()) -> dict[str, str]:
    """Public key → the folder of the page of its server: ``s/SERVERID/``.

    Where two servers have one id, the one that was published under it first keeps it, as long as that is remembered in
    ``keys``, listed or not: nobody takes the page to which others lead. Of two that are published for the first time,
    it is the one that is proven. Any other page is named by the whole key.
    """
    owners: dict[str, tuple[float, bool, str]] = {}

    def claim(server: Server, at: float) -> None:
        rank = (at, not server.proven, server.public_key)
        owners[server.server_id] = min(owners.get(server.server_id, rank), rank)

    for one in keys:
        if one.published_at is not None:
            claim(Server(one.address, one.public_key), one.published_at)
    listed = {server.public_key: server for server in servers}
    for server in listed.values():
        claim(server, math.inf)
    return {
        key: f"{SERVERS}{server.server_id if owners[server.server_id][-1] == key else key}/"
        for key, server in listed.items()
    }
