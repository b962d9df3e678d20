"""The open data of a crawl: what the formats ``tree`` and ``parts`` are given to write (docs/data.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.exporters._context import dropped_counts
from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.items import PollItem
from sessioncrawler.opendata import atom, directory_2026, tables, v1
from sessioncrawler.opendata.news import MOST_EVENTS
from sessioncrawler.opendata.schemas import schema_files


def v1_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``v1/``: five data files, their schemas, and the manifest."""
    everything, crawl = list(items), Crawl.of(crawler)
    edition, now = crawl.edition(everything), crawl.now
    polls = [item.poll for item in everything if isinstance(item, PollItem)]
    files = {
        "communities.json": v1.communities_json(edition.records, now),
        "servers.json": v1.servers_json_v1(edition.records, polls, now),
        "polls.json": v1.polls_json_v1(polls, now),
        "sources.json": v1.sources_json(edition.sources, now),
        "policy.json": v1.policy_json(len(edition.communities), dropped_counts(crawler), now),
        **dict(schema_files()),
    }
    yield from files.items()
    entries = {path: (len(body), hashlib.sha256(body).hexdigest()) for path, body in files.items()}
    yield "manifest.json", v1.manifest_json(entries, now)


def communities_csv(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``communities.csv``."""
    return tables.communities_csv(Crawl.of(crawler).edition(items).records)


def communities_jsonl(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``communities.jsonl``."""
    return tables.communities_jsonl(Crawl.of(crawler).edition(items).records)


def tags_json(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``tags.json``."""
    yield directory_2026.tags_json(Crawl.of(crawler).edition(items).communities)


def listings(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``listings``."""
    crawl = Crawl.of(crawler)
    yield directory_2026.collections_json(crawl.directory.listings, crawl.edition(items).communities)


def listing_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``listing/``: a file for each listing of ``directory.toml``, named by its id."""
    crawl = Crawl.of(crawler)
    flag = cache(LanguageTable(crawl.directory).flag)
    return directory_2026.collection_files(crawl.directory.listings, crawl.edition(items).communities, flag)


def feed_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``feed/``: news of what the state remembers, which the pipelines brought up to date before."""
    crawl = Crawl.of(crawler)
    with crawl.state() as state:
        events = state.events(MOST_EVENTS)
    return atom.news_files(events, crawl.edition(items).listings, crawl.directory.site)
