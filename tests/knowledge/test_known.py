"""One definition of what is settled, and of who is still named."""

from dataclasses import replace

import pytest

from sessioncrawler.items import CommunityItem
from sessioncrawler.model import Address, KeyClaim, KeyProof, Outcome, Presence, Reach
from sessioncrawler.protocol.candidates import Candidate
from sessioncrawler.site.pages.status import status_page
from tests.support.knowing import (
    DAY,
    HOST,
    KEY,
    NOW,
    OTHER,
    failed,
    http,
    knew,
    knowledge,
    link,
    reached,
    room,
    sighting,
)

OLD = http("old.example")
MOVED = failed(Outcome.REDIRECTED, "leads to another server", OLD, aliases=(HOST,))
ENTRY = f'[[servers]]\nurl = "https://sogs.example"\npublic_key = "{KEY}"\n'


def test_an_address_with_the_port_of_the_other_scheme_is_the_one_without():
    """``http://h:443`` is asked as ``h``: what is known of it must be found there."""
    odd = http("sogs.example", 443)
    known = knowledge(reached(room()), links=[link(address=odd)])
    (facts,) = known.addresses.values()
    assert [one.link.address for one in facts.sightings] == [odd]
    assert [source.alive for source in status_page(known).sources] == [1]
    moved = knowledge(
        failed(Outcome.REDIRECTED, aliases=(odd,), address=http("old.example")),
        reached(room()),
        links=[link(address=http("old.example"))],
    )
    assert moved.addresses["sogs.example"].redirected_from == (Address("http", "old.example", 80),)


def test_whoever_is_named_is_a_candidate():
    links = [sighting(link()), sighting(link("two", http(), OTHER), "session_directory"), sighting(link(address=OLD))]
    known = knowledge(failed(Outcome.DNS, address=http("forgotten.example")), links=links, directory=ENTRY)
    old = Candidate(OLD, (KeyClaim(KEY, ("lokilocker",)),), ("lobby",))
    sogs = (KeyClaim(KEY, ("directory.toml", "lokilocker")), KeyClaim(OTHER, ("session_directory",)))
    assert known.candidates == (old, Candidate(HOST, sogs, ("lobby", "two"), known=True))


@pytest.mark.parametrize(
    ("seen", "read", "counts"),
    [
        (0, 0, True),
        (DAY - 1, 0, True),  # one page of several may fail for an hour
        (DAY, 0, False),  # the source no longer shows it
        (29 * DAY, 29 * DAY, True),  # the source cannot be read
        (30 * DAY, 30 * DAY, False),
    ],
)
def test_a_join_link_claims_a_key_while_it_is_shown(seen, read, counts):
    """Times are seconds ago: when the link was seen last, and when its source was read last."""
    links = [sighting(link(), last=NOW - seen), sighting(link(address=OLD), last=NOW - read)]
    (candidate,) = [one for one in knowledge(links=links).candidates if one.address == HOST]
    assert candidate.claims == ((KeyClaim(KEY, ("lokilocker",)),) if counts else ())
    assert candidate.tokens == ("lobby",)  # it is asked all the same


def test_communities_are_those_of_servers_that_were_reached_the_best_address_first():
    ip = Address("http", "192.0.2.1", 80)
    shared, copied = room(created=5.0), room("copied")
    copy = reached(copied, address=http("copy.example"), key_proof=KeyProof.CLAIM)
    polls = (reached(shared, address=ip), reached(shared, room("x")), copy, failed(Outcome.DNS, address=OLD), MOVED)
    known = knowledge(*polls, links=[link(address=address) for address in (ip, HOST, http("copy.example"), OLD)])
    shown = [CommunityItem(polls[1].server, one) for one in polls[1].rooms] + [CommunityItem(polls[0].server, shared)]
    assert [replace(one, presence=None) for one in known.communities()] == shown
    assert {one.presence for one in known.communities()} == {Presence(Reach.NOW, NOW)}
    assert list(known.servers) == [KEY]
    assert [poll.outcome for poll in known.settled] == [
        Outcome.REACHED, Outcome.REACHED, Outcome.KEY_COPY, Outcome.REDIRECTED,
    ]  # fmt: skip


def test_a_round_leaves_out_what_was_polled_long_before():
    def led_to(at):
        return knowledge(MOVED, knew(reached(room()), at), links=[link(address=OLD)]).led_to

    assert led_to(NOW - 3600) == (MOVED, reached(room()))
    assert led_to(NOW - DAY) == (MOVED,)


def test_redirections_in_a_circle_have_an_end():
    back = failed(Outcome.REDIRECTED, aliases=(OLD,))
    known = knowledge(MOVED, back, failed(Outcome.DNS, address=http("x.example")), links=[link(address=OLD)])
    assert known.led_to == (MOVED, back)


@pytest.mark.parametrize(
    ("links", "directory", "named"),
    [([], "", False), ([link()], "", True), ([], ENTRY, True), ([link(address=OLD)], "", True)],
)
def test_an_address_is_named_by_a_link_or_the_directory_or_a_redirect_of_one_that_is(links, directory, named):
    facts = knowledge(MOVED, reached(room()), links=links, directory=directory).addresses["sogs.example"]
    assert (facts.named, facts.current, facts.reached) == (named, named, named)
    assert facts.redirected_from == ((OLD,) if links and links[0].address == OLD else ())


def test_a_redirect_of_an_earlier_round_still_names_an_address_but_nothing_of_it_counts():
    known = knowledge(knew(MOVED, NOW - DAY), reached(room()), links=[link(address=OLD)])
    facts = known.addresses["sogs.example"]
    assert (facts.named, facts.current) == (True, False)
    assert known.settled == ()
