"""What files of Communities and servers are called, and that all of what is published about them agrees on it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Outcome, Server
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.manifest import is_path
from sessioncrawler.publish.outputs import OUTPUTS, files
from sessioncrawler.state import Event, EventKind, Incident
from tests.support.knowing import DAY, HOST, KEY, NOW
from tests.support.remembered import AWAY, AWAY_KEY, HOUR, LOST, LOST_KEY, OLD, edition, gone, known, visited

ATOM = "{http://www.w3.org/2005/Atom}"
SHOWN = {"feed/", "badge/", "v1/servers.json", "v1/communities.json", "c/", ""}
CATS, FORMER_CATS = (f"cats+{Server(place, KEY).server_id}" for place in (HOST, OLD))
HOME, FORMER_HOME = CATS.partition("+")[2], FORMER_CATS.partition("+")[2]
OPERA = gone("opera", "Opera <script>alert(1)</script>")


def rendered(one):
    return dict(files(one, [output for output in OUTPUTS if output.path in SHOWN]))


@pytest.fixture(scope="module")
def site():
    linux = replace(gone("linux", "Linux", AWAY, AWAY_KEY), gone_at=None)
    everything = known(OPERA, linux)
    events = (Event(NOW - 5 * DAY, EventKind.GONE, OPERA.facts),)
    incidents = (
        Incident(AWAY_KEY, NOW - 50 * HOUR, NOW - 9 * HOUR, Outcome.REFUSED),
        Incident(LOST_KEY, NOW - 9 * DAY, None, Outcome.DNS),
    )
    return rendered(edition(replace(everything, events=events, incidents=incidents)))


def entries(body):
    return {
        entry.findtext(f"{ATOM}title"): (
            unquote(entry.find(f"{ATOM}link").get("href")).removeprefix("https://example.org/"),
            entry.findtext(f"{ATOM}content"),
        )
        for entry in ET.fromstring(body).iter(f"{ATOM}entry")
    }


def test_what_moved_keeps_its_badges_and_feeds_under_the_former_name(site):
    assert site[f"badge/c/{FORMER_CATS}.svg"] == site[f"badge/c/{CATS}.svg"]
    assert site[f"badge/{FORMER_HOME}.json"] == site[f"badge/{HOME}.json"]
    assert site[f"feed/server/{FORMER_HOME}.xml"] == site[f"feed/server/{HOME}.xml"]
    assert f"v1/history/communities/{CATS}.json" in site
    assert f"v1/history/communities/{FORMER_CATS}.json" not in site
    told = {one["identifier"]: one for one in json.loads(site["v1/communities.json"])["communities"]}
    assert (told[CATS]["former_identifiers"], told[CATS]["activity"]) == ([FORMER_CATS], "busy")


def test_what_is_gone_says_so_and_keeps_its_history(site):
    server_id = Server(LOST, LOST_KEY).server_id
    assert json.loads(site[f"badge/c/opera+{server_id}.json"])["message"] == "gone"
    assert json.loads(site[f"badge/{server_id}.json"])["message"] == "gone"
    told = json.loads(site[f"v1/history/communities/opera+{server_id}.json"])
    assert told["gone_at"] == "2026-01-17T12:00:00Z"
    assert f"v1/history/servers/{server_id}.json" in site


def test_a_server_that_is_carried_is_told_with_where_it_was_reached_last(site):
    told = {one["public_key"]: one for one in json.loads(site["v1/servers.json"])["servers"]}
    away = told[AWAY_KEY]
    assert (away["reachable"], away["last_reached"], away["key_proof"]) == (False, "2026-01-22T03:00:00Z", "onion")
    assert [one["address"] for one in away["addresses"]] == [away["base_url"]] == ["http://away.example"]
    assert told[KEY]["reachable"]
    assert json.loads(site[f"badge/{away['server_id']}.json"])["message"] == "away"


def test_news_of_servers_lead_to_pages_that_are_there(site):
    found = entries(site["feed/all.xml"])
    assert found.keys() == {
        "Moved: sogs.example",
        "Down for a day: away.example",
        "Reached again: away.example",
        "Down for a day: lost.example",
        "Gone: Opera <script>alert(1)</script>",
    }
    pages = {page for page, _ in found.values()}
    assert {f"{page}index.html" for page in pages - {"status/"}} <= site.keys()
    # A server that is gone has no page of its own; that of all servers tells of it.
    assert found["Down for a day: lost.example"][0] == "status/"
    assert found["Gone: Opera <script>alert(1)</script>"][0] == f"c/opera+{Server(LOST, LOST_KEY).server_id}/"
    assert found["Moved: sogs.example"] == (
        f"s/{HOME}/",
        "The server is at sogs.example now; it was at old.example. It has the same key.",
    )
    down, back = found["Down for a day: away.example"][1], found["Reached again: away.example"][1]
    assert down == "The server was not reached from 20 January 2026, 10:00 UTC on: it did not accept connections."
    assert back == "The server was reached again after 41 hours."


def test_a_server_has_a_feed_with_what_happened_to_it_and_to_its_rooms(site):
    lost = entries(site[f"feed/server/{Server(LOST, LOST_KEY).server_id}.xml"])
    assert lost.keys() == {"Down for a day: lost.example", "Gone: Opera <script>alert(1)</script>"}
    assert entries(site[f"feed/server/{HOME}.xml"]).keys() == {"Moved: sogs.example"}


def test_names_are_those_of_pages_and_fit_for_files(site):
    for path in site:
        assert is_path(path), path
    pages = {path.split("/")[1] for path in site if path.startswith("c/")}
    badges = {path.removeprefix("badge/c/").removesuffix(".svg") for path in site if re.match(r"badge/c/.*\.svg", path)}
    assert badges == pages
    servers = {path.split("/")[1] for path in site if path.startswith("s/")}
    assert servers <= {path.split("/")[1].removesuffix(".svg") for path in site if path.startswith("badge/")}


def test_who_forges_an_identifier_takes_nobody_s_files():
    """Letter case does not count: some stores don't keep it."""
    twin = KEY[:4] + "0" * 60
    rooms = [(Server(HOST, KEY), "cats"), (Server(HOST, twin), "CATS"), (Server(HOST, twin), "dogs")]
    items = [CommunityItem(server, visited(9, token, "Cats")) for server, token in rooms]
    found = Edition(known(), items).places
    assert [place.name for place in found.communities.values()] == sorted([
        f"cats+{KEY}", f"CATS+{twin}", f"dogs+{HOME}",
    ])  # fmt: skip
    # KEY was published there first.
    assert {key: place.name for key, place in found.servers.items()} == {KEY: HOME, twin: twin}


def test_what_is_gone_takes_no_name_of_what_is_listed():
    """An identifier can be forged, also by a server that is gone."""
    forger = gone("cats", "Cats", HOST, KEY[:4] + "0" * 60)
    one = edition(known(forger))
    found = one.places
    assert found.communities[KEY, "cats"].name == CATS
    assert found.communities[forger.facts.key].name == f"cats+{forger.facts.public_key}"
    assert (found.servers[KEY].name, found.servers[forger.facts.public_key].name) == (HOME, forger.facts.public_key)
    site = rendered(one)
    assert json.loads(site[f"badge/{HOME}.json"])["message"] != "gone"
    assert json.loads(site[f"badge/{forger.facts.public_key}.json"])["message"] == "gone"


def test_the_same_knowledge_gives_the_same_bytes():
    assert rendered(edition(known(OPERA))) == rendered(edition(known(OPERA)))
