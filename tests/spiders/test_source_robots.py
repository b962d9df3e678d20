"""Sources and their ``robots.txt``: what is allowed, forbidden, failing, hanging, hostile."""

from contextlib import ExitStack

import pytest

from sessioncrawler import __version__
from sessioncrawler.state import State
from simnet import SimNet
from simnet.sources import FORMS, ROBOTS
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, serve
from tests.support.sogs_world import by_server, settings_for

SPIDERS = {"extra": "sources"}
MODES = ("up", "forbidding", "unaskable", "unsure")
LINK = f"https://sogs.example/room?public_key={'a0' * 32}"
PAGE = Answer(f"<p>{LINK}</p>")
INDEX = Answer("".join(f"<a href='/view_session_group_user_lokinet.php?id={n}'>x</a>" for n in (1, 2)))
SITES = {
    "by name": {"/robots.txt": Answer("User-agent: sessioncrawler\nDisallow: /\n\nUser-agent: *\nAllow: /\n")},
    "by a name like ours": {"/robots.txt": Answer("User-agent: crawler\nDisallow: /\n")},
    "of contacts": {"/robots.txt": Answer("User-agent: example.org\nDisallow: /\n")},
    "one page": {
        "/robots.txt": Answer("User-agent: *\nDisallow: /*?id=2\n"),
        "/?all=groups": INDEX,
        "/view_session_group_user_lokinet.php?id=1": PAGE,
        "/view_session_group_user_lokinet.php?id=2": PAGE,
    },
    "too large": {"/robots.txt": Answer(b"User-agent: *\nDisallow: /\n" + b"#" * 600_000)},
    "no text": {"/robots.txt": Answer(bytes(range(256)) * 100)},
    "led away": {"/robots.txt": Answer(status=302, headers={"Location": "http://169.254.169.254/robots.txt"})},
    "in circles": {"/robots.txt": Answer(status=302, headers={"Location": "/robots.txt"})},
}


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=1, scenario="demo", servers=12) as it:
        yield it


@pytest.fixture(scope="module")
def read(net, tmp_path_factory):
    """What each mode of all sites leads to, after a crawl in which all were read: crawls, requests, links by site."""
    folder = tmp_path_factory.mktemp("read")
    found = {}
    for mode in MODES:
        net.reset_log()
        for site in FORMS:
            net.set_listing(site, mode)
        settings = settings_for(net, folder, ROBOTS_TIME=0.5)
        jobs = [Job(SPIDERS.get(site, site), {"url": net.listing_urls[site]}, settings) for site in FORMS]
        crawls = dict(zip(FORMS, run_crawls(jobs, folder=folder), strict=True))
        found[mode] = crawls, by_server(net.requests())
        if mode == "up":
            with State.open(settings["STATE_URL"]) as state:
                found["links"] = state.sightings(), state.sources()
    with State.open(settings["STATE_URL"]) as state:
        found["in the end"] = state.sightings(), state.sources()
    return found


@pytest.mark.parametrize("site", FORMS)
@pytest.mark.parametrize("mode", ["up", "unaskable", "unsure"])
def test_what_forbids_nothing_is_read(read, site, mode):
    crawl, requests = read[mode][0][site], read[mode][1][site]
    assert crawl.reason == "finished"
    assert crawl.stats["source/links"] == read["up"][0][site].stats["source/links"] > 0
    assert [request.path for request in requests].index(ROBOTS) == 0
    assert {request.user_agent for request in requests} == {f"sessioncrawler/{__version__} (+operator@example.org)"}


@pytest.mark.parametrize("site", FORMS)
def test_a_robots_txt_is_asked_for_once_a_crawl(read, site):
    for mode in ("up", "forbidding", "unsure"):
        assert [request.path for request in read[mode][1][site]].count(ROBOTS) == 1
    assert 1 <= [request.path for request in read["unaskable"][1][site]].count(ROBOTS) <= 4


@pytest.mark.parametrize("site", FORMS)
def test_one_that_hangs_is_told_in_a_line(read, site):
    crawl = read["unaskable"][0][site]
    assert crawl.stats["source/robots_failed"] == 1
    assert "/robots.txt could not be had (connects, but does not answer), so it forbids nothing." in crawl.log
    assert "Traceback" not in crawl.log


@pytest.mark.parametrize("site", FORMS)
def test_what_is_forbidden_is_not_read_and_told(net, read, site):
    crawl, requests = read["forbidding"][0][site], read["forbidding"][1][site]
    assert [request.path for request in requests] == [ROBOTS]
    assert crawl.reason == "source_forbidden"
    assert (crawl.stats["source/failed"], crawl.stats["source/forbidden"]) == (1, 1)
    assert (
        f"The source {net.listing_urls[site]} forbids robots to read it (robots.txt). Ask those who run it to allow "
        "'sessioncrawler' in its robots.txt, or remove it from the sources; what it showed before is kept."
    ) in crawl.log


def test_what_forbidding_sources_showed_before_is_kept(read):
    assert read["in the end"] == read["links"]
    assert read["links"][0]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    with ExitStack() as served:
        sites = [served.enter_context(serve({"/?all=groups": PAGE, **answers})) for answers in SITES.values()]
        jobs = [
            Job("session_directory", {"url": f"{site}/?all=groups"}, {"STATE_URL": f"sqlite:///{folder}/{number}.db"})
            for number, site in enumerate(sites)
        ]
        return dict(zip(SITES, run_crawls(jobs), strict=True))


def test_our_own_name_decides(hostile):
    assert hostile["by name"].reason == "source_forbidden"
    assert hostile["by a name like ours"].reason == hostile["of contacts"].reason == "finished"


def test_one_page_that_is_forbidden_costs_only_itself(hostile):
    crawl = hostile["one page"]
    assert crawl.reason == "finished"
    assert (crawl.stats["source/links"], crawl.stats["source/page_forbidden"]) == (1, 1)
    assert "?id=2 forbids robots to read it (robots.txt). It is left out; what it showed before is kept." in crawl.log


@pytest.mark.parametrize("name", ["too large", "no text", "led away", "in circles"])
def test_what_is_no_robots_txt_forbids_nothing(hostile, name):
    assert hostile[name].reason == "finished"
    assert hostile[name].stats["source/links"] == 1
    assert "Traceback" not in hostile[name].log
