"""No stranger blocks the publication for good, and what is our own fault still does: whole crawls over weeks."""

from __future__ import annotations

import pytest

from sessioncrawler.model import Outcome, Room
from tests.support.publishing import NOW
from tests.support.towns import DAY, HOUR, WEEK, Town, hosts, key_of

HONEST = dict.fromkeys(hosts(8), 2)
STRANGERS = dict.fromkeys(hosts(10, "stranger{}.net"), 2)
ALL = ["servers", "communities", "failures"]


def gone(servers, how=Outcome.DNS):
    return dict.fromkeys(servers, how)


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


def test_one_server_with_very_many_rooms_is_one_server(town):
    town.a_week(HONEST | {"stranger.net": 60})
    assert town.run(HONEST | {"stranger.net": 1}, WEEK + HOUR) == []
    assert town.run(HONEST | {"stranger.net": Outcome.DNS}, WEEK + 2 * HOUR) == []


def test_the_fall_of_the_biggest_server_is_news(town):
    """Half of all Communities, of servers that nobody has known for a week; the same fault of all of them is ours."""
    assert town.run(HONEST | {"big.net": 20}, 0) == []
    assert town.run(HONEST | {"big.net": Outcome.STALLED}, HOUR) == []
    assert town.health["figures"]["communities"] == 36
    assert town.run(gone(HONEST) | {"big.net": 20}, 2 * HOUR) != []


def test_many_servers_in_one_place_have_one_voice(town):
    """At a domain, at a network, below a domain that anybody gets names of, and as hidden services."""
    patterns = ("s{}.stranger.net", "5.9.10.{}", "[2a01:4f8:12:{}::1]", "s{}.duckdns.org", "{}stranger.onion")
    strangers = {host: 1 for pattern in patterns for host in hosts(5, pattern)}
    honest = dict.fromkeys(hosts(20), 1)
    town.a_week(honest | strangers)
    assert town.run(honest | gone(strangers), WEEK + HOUR) == []


def test_strangers_of_many_places_hold_it_back_for_a_day(town):
    town.a_week(HONEST | STRANGERS)
    for hour in (1, 9, 24):
        assert town.run(HONEST | gone(STRANGERS), WEEK + hour * HOUR, PROMETHEUS_FILE=f"{town.folder}/prom") == ALL
        for sentence in town.sentences.values():
            assert "passes by itself after 30 January 2026, 13:00 UTC, if the others go on answering; if" in sentence
        waits = f"sessioncrawler_publishes_by_itself_timestamp_seconds {NOW + WEEK + 25 * HOUR}\n"
        assert waits in (town.folder / "prom").read_text()
    assert town.run(HONEST | gone(STRANGERS), WEEK + 25 * HOUR) == []
    assert town.health["figures"]["servers"] == len(HONEST)
    assert town.run(gone(HONEST) | gone(STRANGERS) | dict.fromkeys(hosts(3), 2), WEEK + 26 * HOUR) == ALL


def test_who_comes_back_holds_it_back_for_as_little_as_he_was_there(town):
    """Some four hours of it are forgotten in 29."""
    less = HONEST | gone(STRANGERS)
    town.a_week(HONEST | STRANGERS)
    assert town.run(less, WEEK + HOUR) == ALL
    assert town.run(less, WEEK + 25 * HOUR) == []
    for hour in (26, 27, 55):
        assert town.run(HONEST | STRANGERS, WEEK + hour * HOUR) == []
    assert town.run(less, WEEK + 56 * HOUR) == ALL
    assert town.run(less, WEEK + 60 * HOUR) == []


def test_rooms_that_servers_withdraw_are_their_own_word_after_a_day(town):
    """Fewer of them, all of them, or the same with a tag that keeps them off the list."""
    hidden = tuple(Room(f"room{number}", "Room", "A room. #unlisted") for number in range(4))
    told = {host: (1, Outcome.NO_ROOMS, hidden)[n % 3] for n, host in enumerate(STRANGERS)}
    town.a_week(HONEST | dict.fromkeys(STRANGERS, 4))
    assert town.run(HONEST | told, WEEK + HOUR) == ["communities"]
    assert town.run(HONEST | told, WEEK + 26 * HOUR) == []


def test_what_nobody_names_any_more_is_explained_after_a_day(town):
    """As behind a redirect that ends; one that is asked no more would be missed for ever."""
    town.rules = "".join(f'[[servers]]\nurl = "https://{host}"\npublic_key = "{key_of(host)}"\n' for host in STRANGERS)
    for at in (0, WEEK):
        town.ask(HONEST, at)
        town.ask(STRANGERS, at, named=False)
        assert town.publish(at) == []
    town.rules = ""
    assert town.run(HONEST, WEEK + HOUR) == ["servers", "communities"]
    assert town.run(HONEST, WEEK + 25 * HOUR) == []


def test_where_hardly_anybody_answers_nothing_explains_itself(town):
    town.a_week(HONEST)
    few = gone(HONEST) | dict.fromkeys(hosts(2), 2)
    for day in range(1, 4):
        assert town.run(few, WEEK + day * DAY) == ALL
    assert "by itself" not in town.health["monitors"][0]["sentence"]
    assert town.run(gone(HONEST) | dict.fromkeys(hosts(3), 2), WEEK + 4 * DAY) == ALL  # now it may be theirs


def test_a_fault_that_takes_many_withholds_the_site_for_a_day(town):
    town.a_week(HONEST)
    half = HONEST | gone(hosts(5), Outcome.TLS)
    assert town.run(half, WEEK + HOUR) == ALL
    assert town.run(half, WEEK + 24 * HOUR) == ALL
    assert town.run(HONEST, WEEK + 25 * HOUR) == []


def test_what_a_rule_hides_never_explains_itself(town):
    town.a_week(HONEST)
    town.rules = "".join(f'[[hide]]\nmatch = "{host}"\nreason = "spam"\n' for host in hosts(5))
    for day in range(1, 4):
        assert town.run(HONEST, WEEK + day * DAY) == ["servers", "communities"]
    assert town.run(HONEST, WEEK + 4 * DAY, FORCE_PUBLISH=1) == ["servers", "communities"]
    assert town.run(HONEST, WEEK + 4 * DAY + HOUR) == []


def test_what_nobody_asked_never_explains_itself(town):
    """A shard of ``sogs`` is down, and after a while all of them; ``directory`` goes on."""
    town.a_week(HONEST | STRANGERS)
    for day in range(1, 4):
        assert town.run(HONEST, WEEK + day * DAY) == ["servers", "communities"]
    town.ask(gone(STRANGERS), WEEK + 3 * DAY)
    for hour in range(1, 60, 25):
        assert town.publish(WEEK + 3 * DAY + hour * HOUR) == ALL


def test_one_publication_by_force_is_enough(town):
    town.a_week(HONEST | STRANGERS)
    less = HONEST | gone(STRANGERS)
    assert town.run(less, WEEK + HOUR) == ALL
    assert town.run(less, WEEK + 2 * HOUR, FORCE_PUBLISH=1) == ALL
    assert (town.health["forced"], town.health["status"]) == (True, "ok")
    assert town.run(less, WEEK + 3 * HOUR) == []


def test_it_may_be_left_to_the_operator(town):
    town.a_week(HONEST | STRANGERS)
    for day in range(1, 4):
        assert town.run(HONEST | gone(STRANGERS), WEEK + day * DAY, MONITOR_EXPLAINED_AFTER=0) == ALL
    assert "by itself" not in town.health["monitors"][0]["sentence"]
