"""Whom a crawl asks first, and of which crowd how many."""

from __future__ import annotations

from dataclasses import replace

from sessioncrawler.knowledge.shares import KNOWN_FOR, TURN, Shares, crowded, in_turns, line_up
from sessioncrawler.model import Address, JoinLink, Outcome, Sighting
from sessioncrawler.protocol.keys.memory import KnownKey
from tests.support.knowing import NOW, knowledge

KEY = "a" * 64


def sighting(host: str, source: str = "one", *, last_seen: int = NOW) -> Sighting:
    return Sighting(JoinLink(Address("https", host, 443), "room", KEY), source, (), NOW, last_seen)


def reached(host: str, ago: int = 3600) -> KnownKey:
    return KnownKey(KEY, Address("https", host, 443), shown_at=NOW - ago)


def asked(known, shares: Shares | None = None) -> list[str]:
    """The hosts that are asked, in order."""
    return [one.address.host for one, _, why in line_up(known).ask(shares or Shares()) if not why]


def crowd(count: int, domain: str = "crowd.example", source: str = "one") -> list[Sighting]:
    return [sighting(f"n{number}.{domain}", source) for number in range(count)]


def test_those_who_were_reached_lately_go_first():
    links = [*crowd(5), sighting("known.example"), sighting("named.example"), sighting("lost.example")]
    keys = [reached("known.example"), reached("lost.example", KNOWN_FOR)]
    named = f'[[servers]]\nurl = "https://named.example"\npublic_key = "{KEY}"\n'
    line = line_up(knowledge(links=links, keys=keys, directory=named))
    assert [one.address.host for one in line.known] == ["known.example", "named.example"]
    assert len(line.newcomers) == 6
    assert line.lately == {"known.example", "named.example"}


def test_a_domain_has_its_share_and_no_more():
    known = knowledge(links=[*crowd(50), sighting("alone.example.org")])
    found = asked(known, Shares(domain=32))
    assert len(found) == 33
    assert "alone.example.org" in found[:2]


def test_names_that_are_lent_to_others_are_one_domain():
    assert len(asked(knowledge(links=crowd(5, "duckdns.org")), Shares(domain=2))) == 2


def test_hidden_services_are_one_place():
    links = [sighting(f"{number}abcdef.onion") for number in range(5)]
    assert len(asked(knowledge(links=links), Shares(domain=2))) == 2


def test_a_source_has_its_share_and_no_more():
    links = [sighting(f"sogs{number}.example", "many") for number in range(50)] + [sighting("alone.example", "few")]
    found = asked(knowledge(links=links), Shares(source=20))
    assert len(found) == 21
    assert "alone.example" in found[:2]


def test_of_several_sources_that_with_the_fewest_counts():
    """Who posts thousands of links cannot use up the share of an address by posting it, too."""
    links = [sighting(f"sogs{number}.example", "many") for number in range(50)]
    links += [sighting("both.example", "many"), sighting("both.example", "few")]
    assert "both.example" in asked(knowledge(links=links), Shares(source=1))


def test_what_a_source_shows_now_goes_before_what_it_showed_once():
    links = [sighting(f"gone{number}.example", last_seen=NOW - 9) for number in range(50)] + [sighting("now.example")]
    assert asked(knowledge(links=links), Shares(source=1)) == ["now.example"]


def test_each_of_a_crowd_has_its_turn_some_time():
    found = set()
    for hour in range(60):
        known = replace(knowledge(links=crowd(40)), now=NOW + hour * TURN)
        now = asked(known, Shares(domain=8))
        assert now == asked(known, Shares(domain=8))
        found |= {*now}
    assert len(found) == 40


def test_the_known_are_never_one_too_many():
    keys = [reached(f"n{number}.crowd.example") for number in range(40)]
    assert len(asked(knowledge(links=crowd(40), keys=keys), Shares(domain=1, source=1))) == 40


def test_who_is_not_asked_is_told_why():
    known = knowledge(links=crowd(3))
    told = [crowded(one, why) for one, _, why in line_up(known).ask(Shares(domain=2)) if why]
    assert [(poll.outcome, poll.detail) for poll in told] == [
        (Outcome.CROWDED, "is one of too many new addresses of crowd.example: 2 are asked a crawl")
    ]


def test_turns():
    assert list(in_turns(["a1", "a2", "a3", "b1", "c1", "c2"], lambda text: text[0])) == [
        *("a1", "b1", "c1", "a2", "c2", "a3"),
    ]
