"""Whole runs of the source spiders, replayed from cassettes without any network."""

import json

import pytest

from tests.support.crawling import Job, run_crawls
from tests.support.record_cassettes import INDEX, LISTINGS, cassette_settings

INDEXED = json.loads(INDEX.read_text())


@pytest.fixture(scope="module")
def replays():
    jobs = [Job(name, {"url": INDEXED[name]["url"]}, cassette_settings(name)) for name in LISTINGS]
    jobs.append(Job("lokilocker", {"url": "http://127.0.0.1:50009/unrecorded"}, cassette_settings("lokilocker")))
    return dict(zip([*LISTINGS, "unrecorded"], run_crawls(jobs, network=False), strict=True))


@pytest.mark.parametrize("name", LISTINGS)
def test_a_replayed_crawl_finds_every_link_that_was_posted(replays, name):
    crawl = replays[name]
    links = {json.dumps(item["sighting"]["link"]) for item in crawl.items}
    assert crawl.reason == "finished"
    assert len(links) == len(crawl.items)
    # Besides these, some have a key with a mistake in it, and say where to ask.
    assert sum(bool(item["sighting"]["link"]["public_key"]) for item in crawl.items) == INDEXED[name]["links"]
    assert {item["sighting"]["source"] for item in crawl.items} == {name}
    assert crawl.stats["state/sightings"] == len(links)


@pytest.mark.parametrize("name", ["awesome_session_groups", "session_directory"])
def test_tags_are_read_from_a_replay(replays, name):
    tags = {tag for item in replays[name].items for tag in item["sighting"]["tags"]}
    assert tags
    assert not {"session", "tags:"} & {tag.casefold() for tag in tags}


def test_dead_pages_of_session_directory_cost_only_themselves(replays):
    stats = replays["session_directory"].stats
    assert (stats["source/page_down"], stats["source/page_nonsense"]) == (3, 1)


def test_what_is_not_on_the_cassette_is_not_fetched(replays):
    assert replays["unrecorded"].reason == "source_down"
    assert "A request was made that could not be handled" in replays["unrecorded"].log


def test_a_crawl_that_is_no_replay_would_be_caught():
    with pytest.raises(AssertionError, match="a crawl touched the network"):
        run_crawls([Job("lokilocker", {"url": "http://127.0.0.1:50009/"})], network=False)
