"""The open data of a crawl: what the formats ``tree`` and ``parts`` are given to write (docs/data.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from scrapy.crawler import Crawler

from sessioncrawler.clock import crawl_time
from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.editorial.policy import Policy
from sessioncrawler.exporters._context import directory_of, dropped_counts
from sessioncrawler.items import CommunityItem, PollItem
from sessioncrawler.site import atom, flat, provider
from sessioncrawler.site.communities import CommunityRecord, Recorder
from sessioncrawler.site.data import compact, data_files
from sessioncrawler.site.news import news, still_public
from sessioncrawler.site.policy_numbers import policy_record
from sessioncrawler.state import Listing, State

MOST_EVENTS = 5_000
"""Events of the history that are looked at: enough for the feeds of rare languages and tags."""


def v1_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``v1/``: five data files, their schemas, and the manifest."""
    everything = list(items)
    communities = _communities(everything)
    with _state(crawler) as state:
        records = _records(communities, directory_of(crawler.settings), state.listings())
        sources = state.sources()
    polls = [item.poll for item in everything if isinstance(item, PollItem)]
    policy = policy_record(len(communities), dropped_counts(crawler))
    return data_files(records, polls, sources, policy, crawl_time(crawler.settings))


def communities_csv(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``communities.csv``."""
    return flat.csv_parts(_remembered(items, crawler))


def communities_jsonl(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``communities.jsonl``."""
    return flat.jsonl_parts(_remembered(items, crawler))


def tags_json(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:  # noqa: ARG001 - the exporter's signature
    """The file ``tags.json``."""
    yield compact(provider.tag_texts(_communities(items)))


def listings(items: Iterable[Any], crawler: Crawler) -> Iterator[bytes]:
    """The file ``listings``."""
    yield compact(provider.summaries(directory_of(crawler.settings).listings, _communities(items)))


def listing_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:
    """The folder ``listing/``: a file for each listing of ``directory.toml``, named by its id."""
    directory = directory_of(crawler.settings)
    flag = cache(LanguageTable(directory).flag)
    for shape in provider.listing_shapes(directory.listings, _communities(items), flag):
        yield shape["id"], compact(shape)


def feed_files(items: Iterable[Any], crawler: Crawler) -> Iterator[tuple[str, bytes]]:  # noqa: ARG001 - the exporter's signature
    """The folder ``feed/``: news of what the state remembers, which the pipelines brought up to date before."""
    directory, now = directory_of(crawler.settings), crawl_time(crawler.settings)
    policy = Policy(directory, now)
    with _state(crawler) as state:
        events, known = state.events(MOST_EVENTS), state.listings()
    public = [listing for listing in known if still_public(listing.facts, policy)]
    happened = (event for event in events if still_public(event.facts, policy))
    since = min((listing.first_listed for listing in public), default=0)
    return atom.feed_files(news(happened, public), directory.site, since)


def _communities(items: Iterable[Any]) -> list[CommunityItem]:
    return [item for item in items if isinstance(item, CommunityItem)]


def _remembered(items: Iterable[Any], crawler: Crawler) -> list[CommunityRecord]:
    with _state(crawler) as state:
        known = state.listings()
    return _records(_communities(items), directory_of(crawler.settings), known)


def _records(communities: list[CommunityItem], directory: Directory, known: Iterable[Listing]) -> list[CommunityRecord]:
    first_listed = {listing.facts.key: listing.first_listed for listing in known}
    return Recorder(directory, first_listed).records(communities)


def _state(crawler: Crawler) -> State:
    return State.open(crawler.settings["STATE_URL"])
