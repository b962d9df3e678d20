"""Sources on which strangers post more join links than anybody can mean."""

from __future__ import annotations

from sessioncrawler.model import Address, JoinLink, Sighting
from sessioncrawler.state import State
from tests.support.crawling import Job, run_crawls
from tests.support.loopback import Answer, serve

KEY = "a03c383cf63c3c4efe67acc52112a6dd734b3a946b9545f488aaa93da7991238"
FORM = "/view_session_group_user_lokinet.php?id="
DIRECTORY = '[site]\nname = "Test"\nurl = "https://example.org/"\ncontact = "me@example.org"\n'
MEMORY = 250
"""MiB."""


def url(number: int, host: str = "flood.example") -> str:
    return f"https://{host}/room{number}?public_key={KEY}"


def flood(links: int, *more: str) -> Answer:
    return Answer("<html>" + "\n".join([*map(url, range(links)), *more]))


def crawl(folder, spider: str, answers, page: str, known=(), **settings):
    """A crawl of a source that showed the tokens ``known`` of z.example before; the crawl, and what the state holds."""
    folder.joinpath("directory.toml").write_text(DIRECTORY)
    database = f"sqlite:///{folder}/state.db"
    honest = [Sighting(JoinLink(Address("https", "z.example", 443), token, KEY), spider) for token in known]
    with State.open(database) as state:
        state.record_sightings(honest, 1)
    with serve(answers) as site:
        order = {"STATE_URL": database, "DIRECTORY_CONFIG": "directory.toml", "ALLOWED_PRIVATE_NETWORKS": "127.0.0.0/8"}
        (found,) = run_crawls(
            [Job(spider, {"url": site + page}, {**order, "CRAWL_TIME": 100, **settings})], folder=folder, forked=False
        )
    with State.open(database) as state:
        return found, [one.link for one in state.sightings() if one.last_seen == 100]


def test_an_index_of_pages_full_of_links(tmp_path):
    pages = {FORM + str(number): flood(2_000) for number in range(40)}
    index = "".join(f"<a href='{FORM}{number}'>x</a>" for number in range(60))
    found, links = crawl(
        tmp_path, "session_directory", {"/?all=groups": Answer(index), **pages}, "/?all=groups", PAGES_PER_SOURCE=40
    )
    assert found.reason == "finished"
    assert len(links) == found.stats["source/links"] // 40 == 10
    assert found.stats["source/links_over_limit"] == 40 * 1_990
    assert found.stats["source/pages_over_limit"] == 20
    assert "consists of 60 pages, of which the first 40 are read" in found.log
    assert "shows 79600 join links more than are taken" in found.log
    assert found.usage["memory"] < MEMORY


def test_a_page_full_of_links_takes_nothing_from_those_that_are_known(tmp_path):
    known = [url(number, "z.example").partition("?")[0].rpartition("/")[2] for number in range(50)]
    page = flood(20_000, *(url(number, "z.example") for number in range(50)))
    found, links = crawl(tmp_path, "lokilocker", {"/wiki": page}, "/wiki", known)
    assert found.reason == "finished"
    assert len(links) == found.stats["source/links"] == 2_000
    assert sum(link.address.host == "z.example" for link in links) == 50
    assert found.stats["source/links_over_limit"] == 20_000 - 1_950
    assert found.usage["memory"] < MEMORY
