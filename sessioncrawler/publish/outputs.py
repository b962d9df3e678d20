"""Every file of a site, in the order in which it is rendered: where it is, what renders it, and from what.

A new file is one line here. A path that ends in a slash is a folder: its renderer gives the files below it.
The empty path is the root of the site.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import PurePosixPath

from sessioncrawler.opendata import atom, badges, directory_2026, history, tables, v1
from sessioncrawler.opendata.keys import keys_json, keys_xml
from sessioncrawler.opendata.schemas import schema_files
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.pages import (
    about,
    each_community,
    each_server,
    errors,
    keys,
    logos,
    plain,
    render,
    stats,
    status,
    the_list,
)
from sessioncrawler.site.i18n.languages import DEFAULT, LOCALES, site_language
from sessioncrawler.site.pages.paths import INDEX, KEYS, STATS
from sessioncrawler.site.pages.sitemap import sitemap
from sessioncrawler.site.pages.webmanifest import manifest

Files = Iterable[tuple[str, bytes]]
DATA = "v1/"


@dataclass(frozen=True, slots=True)
class Output:
    """A file, or a folder of files, of the site."""

    path: str
    render: Callable[[Edition], bytes | Files]
    apart: bool = False
    """Whether it is so much work that a second process renders it, where there may be one (``workers.py``)."""

    def files(self, edition: Edition) -> Iterator[tuple[str, bytes]]:
        """Path below the root of the site and content of each file."""
        rendered = self.render(edition)
        if isinstance(rendered, bytes):
            yield self.path, rendered
        else:
            for name, content in rendered:
                yield self.path + name, content


def _pages(code: str) -> tuple[Output, ...]:
    """The pages that exist in every language; the front page comes last."""
    folder = site_language(code).folder
    return (
        Output(f"{folder}join/{INDEX}", lambda e: plain(e, "join", code)),
        Output(f"{folder}about/{INDEX}", lambda e: about(e, code)),
        Output(f"{folder}{STATS}{INDEX}", lambda e: stats(e, code)),
        Output(f"{folder}privacy/{INDEX}", lambda e: plain(e, "privacy", code)),
        Output(f"{folder}{INDEX}", lambda e: the_list(e, code)),
    )


def _found_by_robots(edition: Edition) -> Iterable[str]:
    """Folders of pages for the sitemap, beside those that every site has, each once; what is cut off comes last."""
    servers = edition.server_paths.values()
    others = (site_language(code).folder + path for code in LOCALES if code != DEFAULT for path in servers)
    return dict.fromkeys([KEYS, *servers, *(card.path for card in edition.cards.all), *others])


def icons(edition: Edition) -> Files:
    """Name and WEBP of every icon that a Community shows; the icon of one that a later crawl forgot is left out."""
    shown = {
        item.icon: (item.server.address.netloc, item.room.token.lower()) for item in edition.communities if item.icon
    }
    contents = edition.icon_contents() if shown else {}
    for path, room in sorted(shown.items()):
        if room in contents:
            yield PurePosixPath(path).name, contents[room]


OUTPUTS: tuple[Output, ...] = (
    # The open data (docs/data.md)
    Output("v1/communities.json", lambda e: v1.communities_json(e.records, e.now)),
    Output("v1/servers.json", lambda e: v1.servers_json_v1(
        e.records, e.polls_of_listed, e.now, e.known.keys, e.known.availability)),
    Output("v1/polls.json", lambda e: v1.polls_json_v1(e.polls, e.now)),
    Output("v1/keys.json", lambda e: keys_json(e.known.keys, e.known.key_log, e.now)),
    Output("v1/sources.json", lambda e: v1.sources_json(e.known.sources, e.now)),
    Output("v1/policy.json", lambda e: v1.policy_json(len(e.communities), e.left_out, e.now)),
    Output("v1/stats.json", lambda e: history.stats_json(e.known.totals, e.now)),
    Output("v1/", lambda _: schema_files()),
    Output("v1/manifest.json", lambda e: v1.manifest_json(e.data, e.now)),
    Output("communities.csv", lambda e: b"".join(tables.communities_csv(e.records))),
    Output("communities.jsonl", lambda e: b"".join(tables.communities_jsonl(e.records))),
    Output("", lambda e: history.history_files(e.places, e.histories, e.server_histories, e.now)),
    Output("badge/", lambda e: badges.badge_files(e.places, e.communities, e.known.availability)),
    Output("polls.json", lambda e: v1.polls_json(e.polls, e.now)),
    Output("feed/", lambda e: atom.news_files(
        e.known.events, e.known.listed, e.directory.site, e.server_events, e.places)),
    Output("feed/keys.xml", lambda e: keys_xml(e.known.key_log, e.founded, e.directory.site)),
    # The files of 2026
    Output("servers.json", lambda e: directory_2026.servers_json_2026(e.communities, e.flag)),
    Output("tags.json", lambda e: directory_2026.tags_json(e.communities)),
    Output("listings", lambda e: directory_2026.collections_json(e.directory.listings, e.communities)),
    Output("listing/", lambda e: directory_2026.collection_files(e.directory.listings, e.communities, e.flag)),
    # Pictures
    Output("icons/", icons),
    Output("logo/", logos),
    Output("favicon.svg", lambda e: render(e, "favicon.svg")),
    # What browsers and robots ask for
    Output("robots.txt", lambda e: render(e, "robots.txt", base=e.directory.site.url)),
    Output("sitemap.xml", lambda e: render(
        e, "sitemap.xml",
        entries=sitemap(e.directory.site.url, _found_by_robots(e), e.now),
    )),
    Output("site.webmanifest", lambda e: render(e, "site.webmanifest", manifest=manifest(e.directory.site))),
    # Pages; the front page is the last file of all
    Output("404.html", errors),
    Output("status/index.html", status),
    Output("keys/index.html", keys),
    Output("c/", each_community, apart=True),
    Output("", each_server),
    *chain.from_iterable(_pages(code) for code in reversed(LOCALES)),
)  # fmt: skip


def files(edition: Edition, outputs: Iterable[Output]) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file of ``outputs``.

    Those of ``v1/`` are noted for their manifest; histories are not.
    """
    for output in outputs:
        for path, content in output.files(edition):
            if output.path.startswith(DATA):
                edition.data[path.removeprefix(DATA)] = len(content), hashlib.sha256(content).hexdigest()
            yield path, content
