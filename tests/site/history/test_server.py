"""The page of a server, as a browser's parser reads it."""

from __future__ import annotations

import pytest

from sessioncrawler.explain.outcomes import IN_SHORT, in_short
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, Outcome, Server
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.pages import each_server
from sessioncrawler.site.history.server import BATCH, MOST_INCIDENTS, MOST_ROOMS
from sessioncrawler.site.i18n.languages import LOCALES
from sessioncrawler.state import Availability, Checks, Incident, KnownKey, KnownPoll, ServerHistory, Span
from sessioncrawler.text.keys import fingerprint
from tests.support.knowing import DAY, HOST, KEY, NOW, OTHER, failed, http, knowledge, link, reached, room
from tests.support.publishing import community
from tests.support.site_pages import assert_policy, facts, parse, words

HOUR = 3_600
EVIL = "</title><script>alert(1)</script>"
PATH = f"s/{Server(HOST, KEY).server_id}/index.html"


def rendered(known: Knowledge, *communities, histories=dict):
    edition = Edition(known, communities or tuple(known.communities()), server_histories=lambda keys: histories())
    return dict(each_server(edition))


def page(known, *communities, path=PATH, **more):
    return parse(rendered(known, *communities, **more)[path].decode())


def answering(**more):
    return knowledge(reached(room(), room("other", "Other")), links=[link()], **more)


def away(hours):
    """A server that answered some hours ago, and does not now."""
    told = reached(room())
    poll = KnownPoll(failed(Outcome.DNS), NOW, NOW - hours * HOUR, NOW - hours * HOUR + 1, told, NOW - hours * HOUR)
    keys = (KnownKey(KEY, HOST, shown_at=NOW, published_at=NOW - 9 * DAY),)
    return knowledge(poll, links=[link()], keys=keys)


def past(*incidents):
    days = tuple(Checks(Span.DAY, NOW // DAY - ago, 24, 24 - ago, 1.0) for ago in range(3))
    return {KEY: ServerHistory(days, incidents)}


def test_it_shows_the_rooms_the_key_and_the_addresses():
    polls = reached(room("small", active_users=1)), reached(room("big", "Big"), asked=http("sogs.example"))
    tree = page(knowledge(*polls, links=[link(), link(address=http())]))
    assert tree.findtext(".//h1").startswith("sogs.")
    assert "Reachable: it answered on 22 January 2026, 12:00 UTC." in words(tree)
    assert {"https://sogs.example", "http://sogs.example"} == {*tree.xpath("//dd/bdi/text()")}
    assert "Public key " + " ".join(KEY[n : n + 4] for n in range(0, 64, 4)) in facts(
        tree.xpath("//dl[@class='known']")[0]
    )
    assert tree.xpath("//ul[@class='rooms']//a/@href")[0].startswith("../../c/")
    assert "It was not checked yet." in words(tree)
    assert_policy(tree)


def test_it_tells_how_often_and_when_it_was_reached():
    availability = {KEY: Availability(NOW - 40 * DAY, NOW, (23, 24), (160, 168), (412, 413), (412, 413))}
    ended = Incident(KEY, NOW - DAY, NOW - DAY + 5 * HOUR, "dns")
    tree = page(
        answering(availability=availability), histories=lambda: past(ended, Incident(KEY, NOW - HOUR, None, "tls"))
    )
    shares = [words(share, ".") for share in tree.xpath("//dl[@class='shares']/div")]
    assert shares == [
        "24 hours95.8% 23 of 24", "7 days95.2% 160 of 168", "30 days99.7% 412 of 413", "a year99.7% 412 of 413",
    ]  # fmt: skip
    titles = tree.xpath("//figure//svg/path/title/text()")
    assert len(titles) == 90
    assert titles[-3:] == [
        "20 January: reached 22 of 24",
        "21 January: reached 23 of 24",
        "22 January: reached 24 of 24",
    ]
    told = tree.xpath("//table[@class='incidents']/tbody/tr")
    incidents = [[words(cell, ".") for cell in row.xpath("td")] for row in told]
    assert incidents == [
        ["22 January 2026, 11:00 UTC \N{EN DASH} still", "1 hour", "its certificate could not be trusted"],
        ["21 January 2026, 12:00 UTC \N{EN DASH} 21 January 2026, 17:00 UTC", "5 hours", "its name did not resolve"],
    ]
    assert "First reached on 13 December 2025." in words(tree)


@pytest.mark.parametrize("hours", [3, 30])
def test_a_server_that_does_not_answer_keeps_its_page(hours):
    tree = page(away(hours))
    assert "Not reached since" in words(tree, "//p[@class='lead']")
    assert [words(one, ".") for one in tree.xpath("//ul[@class='rooms']//a")] == ["Lobby"]
    assert page(answering()).xpath("//p[@class='lead']/span/@class") == ["good"]


def test_what_is_not_safe_for_work_is_named_only_to_those_who_ask():
    tree = page(answering(), community("general"), community("x", "Naughty", nsfw_reason="tag"))
    assert tree.xpath("//details//a[contains(., 'Naughty')]")
    assert not tree.xpath("//main/ul//a[contains(., 'Naughty')]")


def test_rooms_and_incidents_that_are_shown_are_bounded():
    many = [community(f"room-{n}") for n in range(MOST_ROOMS + 30)]
    old = [Incident(KEY, n * DAY, n * DAY + HOUR, "dns") for n in range(MOST_INCIDENTS + 9)]
    known = answering(availability={KEY: Availability(0, NOW)})
    tree = page(known, *many, histories=lambda: past(*old))
    assert len(tree.xpath("//ul[@class='rooms']/li")) == MOST_ROOMS
    assert "And 30 more, in the list" in words(tree)
    assert len(tree.xpath("//table[@class='incidents']/tbody/tr")) == MOST_INCIDENTS
    assert "3 February 1970" in words(tree, "//table[@class='incidents']/tbody/tr")


@pytest.mark.parametrize("code", LOCALES)
def test_it_is_there_in_every_language(code):
    folder = "" if code == "en" else f"{code}/"
    tree = page(answering(availability={KEY: Availability(0, NOW)}), path=folder + PATH, histories=past)
    assert tree.get("lang") == code
    links = dict(zip(tree.xpath("//link/@hreflang"), tree.xpath("//link[@hreflang]/@href"), strict=True))
    assert links[code] == f"https://example.org/{folder}{PATH.removesuffix('index.html')}"
    assert len(links) == len(LOCALES) + 1
    assert tree.xpath(f"//nav//a[@lang='{code}']/@href") == ["../" * (3 if folder else 2) + folder + PATH]


def test_a_forged_server_id_takes_no_page():
    """A stranger may have the first digits of a key and of the hash of an address, and the page of the first stays."""
    forged = "118d" + "e" * 60
    servers = [Server(HOST, KEY), Server(HOST, forged)]
    assert servers[0].server_id == servers[1].server_id
    communities = [community("a", server=servers[1]), community("b", server=servers[0])]
    first = KnownKey(KEY, HOST, shown_at=1, published_at=NOW - DAY)
    later = KnownKey(forged, HOST, shown_at=1, published_at=NOW)
    files = rendered(knowledge(keys=(first, later)), *communities)
    assert f"s/{forged}/index.html" in files
    assert f"s/{KEY}/index.html" not in files
    assert words(parse(files[PATH].decode()), "//ul[@class='rooms']") == "General"
    assert fingerprint(KEY) in words(parse(files[PATH].decode()))
    # Also while the first one is not listed.
    assert PATH not in rendered(knowledge(keys=(first, later)), communities[0])


def test_no_name_is_markup():
    server = Server(Address("https", "sogs.example", 443), KEY)
    how = past(Incident(KEY, NOW - DAY, NOW, EVIL))
    known = answering(availability={KEY: Availability(0, NOW)})
    tree = page(known, community("a", EVIL, server=server), histories=lambda: how)
    assert not tree.xpath("//main//script | //svg//script | //main//title[not(ancestor::svg)]")
    assert tree.xpath("//ul[@class='rooms']//bdi/text()") == [EVIL]
    assert "it did not answer" in words(tree)
    assert_policy(tree)


def test_operators_get_a_badge_to_paste():
    html, markdown = page(answering()).xpath("//details/code/text()")
    base = PATH.removesuffix("/index.html").removeprefix("s/")
    assert html.startswith(f'<a href="https://example.org/s/{base}/"><img src="https://example.org/badge/{base}.svg"')
    assert markdown == f"[![Reached in 30 days](https://example.org/badge/{base}.svg)](https://example.org/s/{base}/)"


def test_histories_are_read_some_servers_at_a_time():
    servers = [Server(Address("https", f"s{n}.example", 443), f"{n:064x}") for n in range(BATCH + 1)]
    asked = []

    def read(keys):
        asked.append(len(keys))
        return {}

    edition = Edition(knowledge(), [community(server=server) for server in servers], server_histories=read)
    assert sum(1 for _ in each_server(edition)) == (BATCH + 1) * len(LOCALES)
    assert asked == [BATCH, 1]


def test_the_best_address_of_a_server_names_its_page():
    polls = reached(room("small"), address=http("a.example"), key=OTHER), reached(room(), key=OTHER)
    known = knowledge(*polls, links=[link(key=OTHER), link(address=http("a.example"), key=OTHER)])
    assert len(rendered(known)) == len(LOCALES)


def test_every_way_of_not_being_reached_has_words_for_visitors():
    assert IN_SHORT.keys() == {outcome.value for outcome in Outcome} - {Outcome.REACHED.value}
    assert in_short("of tomorrow") == "it did not answer"
