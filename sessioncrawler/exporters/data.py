"""The open data of a crawl: what the formats ``tree`` and ``parts`` are given to write (docs/data.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.editorial.judge import Judge
from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.exporters._context import dropped_counts
from sessioncrawler.exporters._crawl import Crawl
from sessioncrawler.items import PollItem
from sessioncrawler.opendata import atom
from sessioncrawler.opendata import collections_2026 as provider
from sessioncrawler.opendata import tables as flat
from sessioncrawler.opendata.files import compact, data_files
from sessioncrawler.opendata.news import news, still_public
from sessioncrawler.opendata.policy import policy_record

MOST_EVENTS = 5_000
"""Events of the history that are looked at: enough for the feeds of rare languages and tags."""


def v1_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``v1/``: five data files, their schemas, and the manifest."""
    everything, crawl = list(items), Crawl.of(crawler)
    edition = crawl.edition(everything)
    polls = [item.poll for item in everything if isinstance(item, PollItem)]
    policy = policy_record(len(edition.communities), dropped_counts(crawler))
    return data_files(edition.records, polls, edition.sources, policy, crawl.now)


def communities_csv(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``communities.csv``."""
    return flat.csv_parts(Crawl.of(crawler).edition(items).records)


def communities_jsonl(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``communities.jsonl``."""
    return flat.jsonl_parts(Crawl.of(crawler).edition(items).records)


def tags_json(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``tags.json``."""
    yield compact(provider.tag_texts(Crawl.of(crawler).edition(items).communities))


def listings(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``listings``."""
    crawl = Crawl.of(crawler)
    yield compact(provider.summaries(crawl.directory.listings, crawl.edition(items).communities))


def listing_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``listing/``: a file for each listing of ``directory.toml``, named by its id."""
    crawl = Crawl.of(crawler)
    flag = cache(LanguageTable(crawl.directory).flag)
    for shape in provider.listing_shapes(crawl.directory.listings, crawl.edition(items).communities, flag):
        yield shape["id"], compact(shape)


def feed_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``feed/``: news of what the state remembers, which the pipelines brought up to date before."""
    crawl = Crawl.of(crawler)
    judge, known = Judge(crawl.directory, crawl.now), crawl.edition(items).listings
    with crawl.state() as state:
        events = state.events(MOST_EVENTS)
    public = [listing for listing in known if still_public(listing.facts, judge)]
    happened = (event for event in events if still_public(event.facts, judge))
    since = min((listing.first_listed for listing in public), default=0)
    return atom.feed_files(news(happened, public), crawl.directory.site, since)
