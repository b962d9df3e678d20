"""The sources in their real forms."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from simnet.configuration import directory_toml
from simnet.exchange import After, Reply, Request
from simnet.sources import DEAD_ENTRIES, FORMS, Entry, Mode, SourceSite, make_sites
from simnet.truth import make_truth
from simnet.world import make_world

WORLD = make_world(1, "demo")
PORTS = {spec.index: 20_000 + spec.index for spec in WORLD.servers}
SITES = make_sites(WORLD, PORTS)
LINK = re.compile(r"https?://[^\s\"'<>/]+/(?:r/)?[\w-]+\?(?:utm_source=wild&)?public_key=[0-9a-fA-F]{64}(?![\w/])")
README = Path(__file__).parents[2] / "../shared/realworld/listings/awesome-session-group-list.README.md"


def get(site: SourceSite, target: str) -> tuple[int, str]:
    raw = site.respond(Request("GET", target, {}, "http")).raw
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body.decode()


def links(text: str) -> set[str]:
    return set(LINK.findall(unescape(text)))


@pytest.mark.parametrize("name", ["awesome_session_groups", "lokilocker", "extra"])
def test_a_page_holds_exactly_the_links_that_were_posted(name):
    status, page = get(SITES[name], FORMS[name].path)
    assert status == 200
    assert links(page) == {link.text(PORTS[index]) for index, link in WORLD.posts[name]}
    assert get(SITES[name], "/other")[0] == 404


def test_readme_is_fenced_and_two_lines_are_garbled():
    _, page = get(SITES["awesome_session_groups"], FORMS["awesome_session_groups"].path)
    assert page.count("/https") == 0
    assert len(re.findall(r"^http\S+public_key=[0-9a-fA-F]{18,23}/", page, re.MULTILINE)) == 2
    assert re.search(r"^```\nhttps?://\S+public_key=\w{64}\n```$", page, re.MULTILINE)


@pytest.mark.skipif(not README.is_file(), reason="the real README is not here")
def test_readme_has_the_form_of_the_real_one():
    real = README.read_text()
    _, page = get(SITES["awesome_session_groups"], FORMS["awesome_session_groups"].path)
    for text in (page, real):
        assert re.search(r"^- \[X\] .+\n> .+\n```\nhttp\S+\n```\nhashtag `#session`", text, re.MULTILINE)
        assert re.search(r"public_key=[0-9a-f]{18,23}/", text)


def test_wiki_escapes_ampersands_in_links():
    _, page = get(SITES["lokilocker"], FORMS["lokilocker"].path)
    assert "utm_source=wild&amp;public_key=" in page
    assert 'rel="nofollow">http' in page
    assert "<code>http" in page


def test_session_directory_has_a_page_for_each_community():
    site = SITES["session_directory"]
    _, page = get(site, FORMS["session_directory"].path)
    targets = ["/" + target for target in re.findall(r'href="(view_session_group_user_lokinet\.php\?id=\d+)"', page)]
    answers = [get(site, target) for target in targets]
    assert [status for status, _ in answers].count(404) == DEAD_ENTRIES - 1
    assert sum("Listing disabled" in text for _, text in answers) == 1
    found = set().union(*(links(text) for _, text in answers))
    assert found == {link.text(PORTS[index]) for index, link in WORLD.posts["session_directory"]}
    assert get(site, "/view_session_group_user_lokinet.php?id=x")[0] == 404
    assert get(site, "/elsewhere")[0] == 404


def test_truth_counts_the_links():
    truth = make_truth(WORLD, PORTS)
    canonical = {re.sub(r"utm_source=wild&|/r(?=/)", "", text).lower() for text in links(get(*_extra())[1])}
    assert truth.links["extra"] == len(canonical)


def _extra() -> tuple[SourceSite, str]:
    return SITES["extra"], FORMS["extra"].path


@pytest.mark.parametrize("name", FORMS)
def test_modes(name):
    site = SourceSite(name, (Entry("http://localhost:1/a?public_key=" + "0" * 64, "A"),))
    site.mode = Mode.DOWN
    assert get(site, FORMS[name].path)[0] == 500
    site.mode = Mode.REFUSED_LIKE
    assert site.respond(Request("GET", FORMS[name].path, {}, "http")) == Reply(b"", After.RESET)
    site.mode = Mode.EMPTY
    status, page = get(site, FORMS[name].path)
    assert (status, links(page)) == (200, set())
    assert "view_session_group" not in page
    site.mode = Mode.NONSENSE
    assert b"public_key" not in site.respond(Request("GET", FORMS[name].path, {}, "http")).raw


def test_directory_toml_is_complete():
    import tomllib

    config = tomllib.loads(directory_toml(WORLD, PORTS, "http://127.0.0.1:1/groups"))
    assert set(config) == {"site", "sources", "servers", "languages", "topics", "flags", "hide", "pin", "listings"}
    assert [entry.get("official", False) for entry in config["servers"]] == [True, False]
    assert config["sources"] == [{"url": "http://127.0.0.1:1/groups"}]
    assert len(config["languages"]) == len(WORLD.languages)
    assert all("+" in entry["match"] and entry["reason"] for entry in config["hide"])


@pytest.mark.parametrize("name", FORMS)
def test_each_site_has_a_robots_txt_of_its_mode(name):
    site = SourceSite(name, SITES[name].entries)
    assert get(site, "/robots.txt")[0] == (200 if name in ("lokilocker", "session_directory") else 404)
    own = get(site, FORMS[name].path)
    site.mode = Mode.FORBIDDING
    assert get(site, "/robots.txt")[1].startswith("User-agent: *\nDisallow: /\n")
    assert get(site, FORMS[name].path) == own
    site.mode = Mode.UNSURE
    assert get(site, "/robots.txt")[0] == 503
    site.mode = Mode.UNASKABLE
    assert site.respond(Request("GET", "/robots.txt", {}, "http")) == Reply(b"", After.HANG)
