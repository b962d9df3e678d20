"""Every file of a site, in the order in which it is rendered: where it is, what renders it, and from what.

A new file is one line here. A path that ends in a slash is a folder: its renderer gives the files below it.
The empty path is the root of the site.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import PurePosixPath

from sessioncrawler.opendata import atom, badges, directory_2026, history, tables, v1
from sessioncrawler.opendata.bundle import NAME as BUNDLE
from sessioncrawler.opendata.bundle import TABLES
from sessioncrawler.opendata.keys import keys_json, keys_xml
from sessioncrawler.opendata.openapi import openapi_json
from sessioncrawler.opendata.schemas import schema_files
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.pages import (
    about,
    browse,
    each_community,
    each_former_community,
    each_former_server,
    each_server,
    errors,
    further_pages,
    keys,
    logos,
    plain,
    render,
    shelves,
    stats,
    status,
    the_list,
    the_search_index,
)
from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.site.pages.community import page_languages
from sessioncrawler.site.pages.paths import BROWSE, INDEX, KEYS, PAGE, STATS, STATUS
from sessioncrawler.site.pages.sitemap import sitemap
from sessioncrawler.site.pages.webmanifest import manifest

logger = logging.getLogger(__name__)

Files = Iterable[tuple[str, bytes]]
DATA = "v1/"
MANIFEST = "manifest.json"
SIGNATURE = f"{MANIFEST}.minisig"
PARTS = 16
"""Of a folder that two processes share: so many that neither waits long for the other, and no more."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file, or a folder of files, of the site."""

    path: str
    render: Callable[[Edition], bytes | Files]
    apart: bool = False
    """Whether a second process may render it, where there is one: a part of much work (``workers.py``)."""

    def files(self, edition: Edition) -> Iterator[tuple[str, bytes]]:
        """Path below the root of the site and content of each file."""
        rendered = self.render(edition)
        if isinstance(rendered, bytes):
            yield self.path, rendered
        else:
            for name, content in rendered:
                yield self.path + name, content


def _in_parts(path: str, render: Callable[..., Files]) -> Iterator[Output]:
    """A folder of so many pages that two processes share the work: each of its parts is an output."""
    for first in range(PARTS):
        yield Output(path, partial(render, part=slice(first, None, PARTS)), apart=True)


def _pages(code: str) -> tuple[Output, ...]:
    """The pages that exist in every language; the front page comes last."""
    folder = site_language(code).folder
    return (
        Output(f"{folder}join/{INDEX}", lambda e: plain(e, "join", code)),
        Output(f"{folder}about/{INDEX}", lambda e: about(e, code)),
        Output(f"{folder}{STATUS}{INDEX}", lambda e: status(e, code)),
        Output(f"{folder}{KEYS}{INDEX}", lambda e: keys(e, code)),
        Output(folder, lambda e: shelves(e, code)),
        Output(f"{folder}{BROWSE}{INDEX}", lambda e: browse(e, code)),
        Output(f"{folder}{STATS}{INDEX}", lambda e: stats(e, code)),
        Output(f"{folder}privacy/{INDEX}", lambda e: plain(e, "privacy", code)),
        Output(f"{folder}{PAGE}", lambda e: further_pages(e, code)),
        Output(f"{folder}{INDEX}", lambda e: the_list(e, code)),
    )


def _found_by_robots(edition: Edition) -> dict[str, tuple[str, ...]]:
    """Folders of pages for the sitemap, beside those that every site has: each with the codes of its languages.

    What may not be safe for work is left out: nobody is to come upon it by chance.
    """
    return {
        **{shelf.path: LOCALES for shelf in edition.shelves.all},
        **dict.fromkeys(edition.server_paths.values(), edition.server_languages),
        **{card.path: page_languages(card) for card in edition.cards.all if not card.nsfw},
    }


def bundled(edition: Edition) -> Files:
    """All open data in one file, if that is not too much."""
    if edition.bundle.too_much:
        logger.info("The open data are more than ZIP_BYTES, so there is no v1/%s.", BUNDLE)
    return edition.bundle.files()


def manifests(edition: Edition) -> Files:
    """The manifest of ``v1/``, and its signature where there is a key."""
    content = v1.manifest_json(edition.data, edition.now)
    yield MANIFEST, content
    if edition.signing:
        yield SIGNATURE, edition.signing.sign(content, edition.now, MANIFEST, edition.directory.site.url)


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
    Output("v1/openapi.json", lambda _: openapi_json()),
    Output("communities.csv", lambda e: b"".join(tables.communities_csv(e.records))),
    Output("communities.jsonl", lambda e: b"".join(tables.communities_jsonl(e.records))),
    Output("", lambda e: history.history_files(e.places, e.histories, e.server_histories, e.now)),
    Output("badge/", lambda e: badges.badge_files(e.places, e.communities, e.known.availability)),
    Output("polls.json", lambda e: v1.polls_json(e.polls, e.now)),
    Output("feed/", lambda e: atom.news_files(
        e.known.events, e.known.listed, e.directory.site, e.server_events, e.places,
        topics=e.directory.topics)),
    Output("feed/keys.xml", lambda e: keys_xml(e.known.key_log, e.founded, e.directory.site)),
    # What holds or names the files above, so these come after them: all in one file, the manifest and its signature
    Output("v1/", bundled),
    Output("v1/", manifests),
    # The files of 2026
    Output("servers.json", lambda e: directory_2026.servers_json_2026(e.communities, e.flag)),
    Output("tags.json", lambda e: directory_2026.tags_json(e.communities)),
    Output("listings", lambda e: directory_2026.collections_json(e.directory.listings, e.communities)),
    Output("listing/", lambda e: directory_2026.collection_files(e.directory.listings, e.communities, e.flag)),
    # Pictures
    Output("icons/", icons),
    Output("logo/", logos),
    Output("poster/", lambda e: e.posters.files(e.icon_contents)),
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
    Output("", the_search_index),
    *_in_parts("", each_community),
    Output("", each_former_community),
    *_in_parts("", each_server),
    Output("", each_former_server),
    *chain.from_iterable(_pages(code) for code in reversed(LOCALES)),
)  # fmt: skip


def files(edition: Edition, outputs: Iterable[Output]) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file of ``outputs``.

    Those of ``v1/`` are noted for their manifest, and packed together with the tables; histories are neither.
    """
    for output in outputs:
        for path, content in output.files(edition):
            if output.path.startswith(DATA):
                edition.data[path.removeprefix(DATA)] = len(content), hashlib.sha256(content).hexdigest()
            if output.path.startswith(DATA) or path in TABLES:
                edition.bundle.add(path, content)
            yield path, content
