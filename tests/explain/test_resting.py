"""What is told of an address that is not asked in every crawl: that it is not, since when, and what helps."""

from __future__ import annotations

from dataclasses import replace

from sessioncrawler.knowledge.carried import Ladder
from sessioncrawler.knowledge.checked import checks
from sessioncrawler.model import Outcome
from sessioncrawler.site.pages.status import status_page
from sessioncrawler.state import Fared, KnownKey
from tests.support.knowing import (
    ADVICE,
    DAY,
    HOST,
    KEY,
    NOW,
    failed,
    http,
    knew,
    knowledge,
    link,
    reached,
    room,
    sentences,
    sighting,
)

HOUR = 3_600
AWAY = http("away.example")
SINCE = "10 January 2026, 12:00 UTC"
REACHED_AT, ASKED_AT = NOW - 12 * DAY, NOW - 10 * HOUR
STEADY = Fared("sogs.example", NOW, NOW)


def resting(days: int = 10, asked_at: int = ASKED_AT, **more):
    """A server that is well, and one that failed for so many days and is not asked now."""
    down = knew(failed(Outcome.STALLED, "is silent", AWAY), asked_at, REACHED_AT, NOW - days * DAY)
    fared = (STEADY, Fared("away.example", asked_at, REACHED_AT, NOW - days * DAY, 8, asked_at))
    return knowledge(reached(room()), down, links=[link(), link(address=AWAY, key="ab" * 32)], fared=fared, **more)


def test_explain_says_how_often_it_is_asked_and_since_when_it_fails():
    told = sentences("away.example", resting())
    words = f"is asked once a day, last on 22 January 2026, 02:00 UTC: it has not been reached since {SINCE}"
    assert told[0] == f"Nothing is listed from http://away.example: it {words}."
    assert f"State: it {words}." in told
    assert "Before that: it accepts connections but does not answer in time." in told
    assert told[-1].startswith(f"{ADVICE}Start the server")


def test_after_a_month_it_is_asked_once_a_week():
    assert "it is asked once a week, last on" in sentences("away.example", resting(40))[0]


def test_what_was_never_reached_is_told_so():
    known = resting()
    known = replace(known, fared=(STEADY, replace(known.fared[1], reached_at=None)))
    assert sentences("away.example", known)[0].endswith("it has never been reached.")


def test_a_link_that_nobody_shows_any_more_is_told_to_be_asked_no_more():
    links = [link(), sighting(link(address=AWAY), first=NOW - 200 * DAY, last=NOW - 100 * DAY)]
    known = knowledge(reached(room()), links=links, fared=(STEADY, Fared("away.example", NOW - 95 * DAY, None)))
    words = "is not asked any more: no source shows its join links, and it has never been reached"
    told = sentences("away.example", known)
    assert told[0] == f"Nothing is listed from http://away.example: it {words}."
    assert told[-1] == f"{ADVICE}Post a join link on a site that this directory reads: then it is asked at once."


def test_one_that_was_asked_today_tells_its_failure_and_how_often_it_is_asked():
    told = sentences("away.example", resting(asked_at=NOW))
    assert "State: it accepts connections but does not answer in time." in told
    assert "Since it has not been reached for so long, it is asked once a day." in told


def test_the_status_page_says_the_same_and_counts_no_new_failure():
    [view] = status_page(resting()).troubled
    assert (view.outcome, view.detail, view.since) == ("unknown", "", NOW - 10 * DAY)
    assert view.words.startswith("is asked once a day, last on 22 January 2026")


def test_who_was_not_asked_is_no_poll_of_the_round_and_has_no_check():
    known = resting()
    assert [poll.address for poll in known.settled] == [HOST]
    key = KnownKey("ab" * 32, AWAY, shown_at=REACHED_AT, published_at=NOW - 90 * DAY)
    own = KnownKey(KEY, HOST, shown_at=NOW, published_at=NOW - 90 * DAY)
    found = checks(known.settled, [key, own], {"sogs.example": NOW, "away.example": ASKED_AT})
    assert [one.public_key for one in found] == [KEY]


def test_what_it_told_last_is_carried_as_long_as_that_of_others():
    """Where an operator keeps what is silent for longer than a week, not being asked takes nothing away."""
    told = reached(room("attic"), address=AWAY, key="ab" * 32)
    down = failed(Outcome.STALLED, "is silent", AWAY)
    known = resting(ladder=Ladder(6, 24 * 30), keys=(KnownKey("ab" * 32, AWAY, shown_at=REACHED_AT, published_at=1),))
    silent = replace(knew(down, ASKED_AT, REACHED_AT, NOW - 10 * DAY), told=told, told_at=REACHED_AT)
    known = replace(known, polls=(known.polls[0], silent))
    assert {item.room.token for item in known.communities()} == {"lobby", "attic"}


def test_the_place_of_a_silent_server_is_kept_while_it_is_not_asked():
    """A copier is not believed sooner because the true address, which links name, rests."""
    copier = http("copier.example")
    copy = reached(room(), address=copier, key="ab" * 32, key_proof="preview-page")
    early = sighting(link(address=AWAY, key="ab" * 32), first=NOW - 20 * DAY)
    late = sighting(link(address=copier, key="ab" * 32), first=NOW - HOUR)
    down = knew(failed(Outcome.STALLED, "", AWAY), ASKED_AT, None, NOW - 10 * DAY)
    fared = (STEADY, Fared("away.example", ASKED_AT, None, NOW - 10 * DAY, 8, ASKED_AT))
    known = knowledge(reached(room()), copy, down, links=[link(), early, late], fared=fared)
    assert {poll.address: poll.outcome for poll in known.settled}[copier] is Outcome.KEY_CONTESTED
