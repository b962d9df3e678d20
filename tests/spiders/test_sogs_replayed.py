"""A whole run of ``sogs``, replayed from its cassette without any network."""

import json

import pytest

from tests.support.crawling import Job, run_crawls
from tests.support.record_cassettes import INDEX, LISTINGS, cassette_settings, listed

INDEXED = json.loads(INDEX.read_text())


@pytest.fixture(scope="module")
def replays(tmp_path_factory):
    """Two replays, each after the source spiders, in folders of their own; and the sites that they published."""
    replays = []
    for number in range(2):
        folder = tmp_path_factory.mktemp(f"replay{number}")
        run_crawls(
            [Job(name, {"url": INDEXED[name]["url"]}, cassette_settings(name)) for name in LISTINGS],
            network=False,
            folder=folder,
        )
        [crawl] = run_crawls([Job("sogs", {}, cassette_settings("sogs"))], network=False, folder=folder)
        replays.append((crawl, folder / "site"))
    return replays


def test_a_replayed_crawl_lists_what_was_recorded(replays):
    crawl, _ = replays[0]
    assert crawl.reason == "finished"
    assert listed(crawl) == INDEXED["sogs"]
    assert len(INDEXED["sogs"]) > 20


def test_the_same_answers_make_the_same_site(replays):
    (_, one), (_, two) = replays
    for name in ("index.html", "servers.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
        assert (one / name).stat().st_size > 1000


def test_every_request_was_on_the_cassette_or_had_failed(replays):
    crawl, _ = replays[0]
    assert crawl.stats["polls/done"] == crawl.stats["polls/candidates"]
    assert crawl.stats["polls/reached"] >= 8
