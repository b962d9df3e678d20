"""The story of one address: who named it, how it answered, which key it has, which server it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from sessioncrawler.explain.outcomes import (
    NEVER_ASKED,
    NEW_KEY,
    NOT_ASKED_LATELY,
    NOT_NAMED,
    OPTED_OUT,
    UNPROVEN,
    WRONG_KEYS,
    OutcomeText,
    outcome_text,
    proof_text,
)
from sessioncrawler.explain.phrases import LINE, a_time, listed, quoted, seen, when
from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.knowledge.carried import HOUR
from sessioncrawler.knowledge.keys import KeyStory, story_of
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.knowledge.patience import Rest
from sessioncrawler.model import KeyClaim, KeyProof, Outcome, Poll, Sighting
from sessioncrawler.state import Incident
from sessioncrawler.text.dates import DAY
from sessioncrawler.text.messages import N_
from sessioncrawler.text.names import name
from sessioncrawler.text.numbers import counted

PREVIEW_PAGE = "preview page"
"""Who shows a key, in the words of the claims of a poll."""
ONION_REQUEST = "onion request"
"""Who proves one."""
MONTH = 30 * DAY
MOST_INCIDENTS = 10
"""Incidents that a story tells, the latest."""


def state_of(facts: AddressFacts) -> OutcomeText:
    """How an address stands, in plain words, and what its operator can do."""
    if not facts.named:
        return NOT_NAMED
    if facts.opted_out_at is not None:
        return OPTED_OUT
    if facts.rest and not facts.current:
        return resting_text(facts.rest)
    if facts.poll is None:
        return NEVER_ASKED
    return outcome_text(facts.poll.outcome) if facts.current else NOT_ASKED_LATELY


def resting_text(rest: Rest) -> OutcomeText:
    """Why an address is not asked in every crawl; that is no new failure."""
    reached = f"has not been reached since {when(rest.reached_at)}" if rest.reached_at else "has never been reached"
    if not rest.every:
        words = f"is not asked any more: no source shows its join links, and it {reached}"
        return OutcomeText(words, N_("Post a join link on a site that this directory reads: then it is asked at once."))
    asked = f", last on {when(rest.asked_at)}" if rest.asked_at else ""
    return OutcomeText(
        f"is asked once {_often(rest)}{asked}: it {reached}",
        N_(
            "Start the server, and look at its name, its port and the firewall. It is found by itself then, and "
            "at once where a join link that was not posted before is posted on a site that this directory reads."
        ),
    )


def _often(rest: Rest) -> str:
    return "a week" if rest.every > DAY else "a day"


def advice_for(facts: AddressFacts, now: int) -> str:
    """What the operator of an address can do, in whole sentences."""
    story = story_of(facts, now) if facts.opted_out_at is None else None
    if story and story.former_key:
        return NEW_KEY.advice
    if story and wrong_claims(facts):
        return WRONG_KEYS.advice
    if story and story.proof is not KeyProof.ONION:
        return UNPROVEN.advice
    return state_of(facts).advice


def proof_in_short(story: KeyStory, now: int) -> str:
    """Why a key is believed, in a few words: ``key proven 12 minutes ago``."""
    if story.proven_at is not None:
        return f"key proven {a_time(max(0, now - story.proven_at))} ago"
    if story.proof is KeyProof.PREVIEW_PAGE:
        return "key shown by its page"
    if story.proof is KeyProof.DIRECTORY:
        return "key named by directory.toml"
    return f"key claimed by {counted(story.sources, 'source', 'sources')}"


def wrong_claims(facts: AddressFacts) -> list[KeyClaim]:
    """Claims of a key that turned out not to be the server's."""
    server = facts.poll.server if facts.poll else None
    return [claim for claim in facts.disputed if server is not None and claim.public_key != server.public_key]


def address_sentences(facts: AddressFacts, known: Knowledge) -> Iterator[str]:
    """All that is known of an address."""
    yield from _naming(facts, known)
    yield from _answer(facts, known)
    yield from _key(facts, known.now)
    yield from _former_keys(facts)
    yield from _availability(facts, known)
    yield from _merging(facts, known)
    if facts.opted_out_at is not None:
        yield f"Its server asks in its robots.txt not to be listed, since {when(facts.opted_out_at)}."
    yield f"What its operator can do: {advice_for(facts, known.now)}"


def kept(facts: AddressFacts, known: Knowledge) -> str:
    """That a server keeps its Communities although it is silent; empty where it does not."""
    one = known.carried_at.get(facts.address.netloc)
    if one is None or facts.opted_out_at is not None:
        return ""
    until = when(one.polled_at + int(known.ladder.at_all * HOUR))
    return (
        f"{facts.address} {state_of(facts).words}; its Communities are listed as it told them on "
        f"{when(one.polled_at)}, until {until} at most."
    )


def bounded(facts: AddressFacts, known: Knowledge) -> Iterator[str]:
    """That not all rooms of an address are taken, or have a place on the page, and what can be done."""
    poll = facts.poll
    if poll is None or not facts.current:
        return
    if poll.over_limit:
        yield _over_limit(poll)
    key = poll.server.public_key if poll.server and facts.reached else ""
    whys = Counter(why for room in poll.rooms if (why := known.beyond.get((key, room.token.lower()))))
    for why, rooms in sorted(whys.items()):
        yield (
            f"{counted(rooms, 'room is', 'rooms are')} not listed, because {why}. The directory's operator can raise "
            "that, or name the server under [[servers]] in directory.toml."
        )


def _over_limit(poll: Poll) -> str:
    told, taken = len(poll.rooms) + poll.over_limit, len(poll.rooms)
    return (
        f"It tells {told:,} rooms, of which the {taken:,} oldest are taken: ROOMS_PER_SERVER and TEXT_PER_SERVER, of "
        "a server that was not published for a week a part of them (NEW_SERVER_SHARE). The directory's operator can "
        "raise these, or name the server under [[servers]] in directory.toml, so that it does not count as new."
    )


def _naming(facts: AddressFacts, known: Knowledge) -> Iterator[str]:
    if facts.configured:
        yield "Named under [[servers]] of directory.toml, so it is always asked."
    by_source: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in facts.sightings:
        by_source[sighting.source].append(sighting)
    for source, sightings in sorted(by_source.items()):
        first, last = min(one.first_seen for one in sightings), max(one.last_seen for one in sightings)
        now = "" if any(map(known.on_page_now, sightings)) else "; it no longer names it"
        yield (
            f"Named by {quoted(source, 200)} with {counted(len(sightings), 'join link', 'join links')}, "
            f"{seen(first, last)}{now}."
        )
    for origin in facts.redirected_from:
        yield f"Named by {origin}, which redirects to it."


def _answer(facts: AddressFacts, known: Knowledge) -> Iterator[str]:
    yield f"State: it {state_of(facts).words}."
    if facts.last is None:
        return
    poll = facts.last.poll
    if not facts.current:
        yield f"Before that: it {outcome_text(poll.outcome).words}."
    if poll.detail:
        yield f"In detail: {name(poll.detail, LINE)}."
    yield (
        f"Asked last on {when(facts.last.polled_at)}: {counted(poll.requests, 'request', 'requests')}, "
        f"{counted(poll.tries, 'connection', 'connections')}, {poll.seconds:.1f} seconds."
    )
    if facts.last.failing_since is not None:
        since, reached = facts.last.failing_since, facts.last.reached_at
        failing = a_time(known.now - since)
        yield f"Failing since {when(since)} ({failing}); reached last: {when(reached)}."
    if facts.rest and facts.rest.every and facts.current:
        yield f"Since it has not been reached for so long, it is asked once {_often(facts.rest)}."
    if poll.aliases:
        yield f"It redirects to {listed(map(str, poll.aliases))}."
    yield from bounded(facts, known)
    if poll.repairs:
        yield f"{counted(poll.repairs, 'room was', 'rooms were')} broken in its answer and repaired or left out."


def _key(facts: AddressFacts, now: int) -> Iterator[str]:
    poll = facts.poll
    for claim in facts.disputed or facts.claims:
        yield f"Key {claim.public_key}: {_by(claim)}."
    if poll is None or poll.server is None:
        return
    key = poll.server.public_key
    if poll.outcome is Outcome.KEY_COPY:
        yield f"The key {key} belongs to another server, as far as can be told."
        return
    if poll.outcome is Outcome.KEY_CONTESTED:
        yield f"The key {key} may be another server's."
        return
    yield f"Its key is {key}, because {proof_text(poll.key_proof)}."
    if story := story_of(facts, now):
        yield f"In short: {proof_in_short(story, now)}."
        if story.former_key:
            yield f"New key since {when(story.since)}: join links with the key {story.former_key} are dead."
    if wrong := wrong_claims(facts):
        yield f"{counted(len(wrong), 'other key is', 'other keys are')} not believed."


def _former_keys(facts: AddressFacts) -> Iterator[str]:
    """What is remembered of the keys that were proven there."""
    for one in facts.keys_known:
        if one.first_proven is not None:
            first, last = when(one.first_proven), when(one.last_proven)
            lost = f", lost on {when(one.lost_at)}" if one.lost_at is not None else ""
            yield f"Remembered: key {one.public_key} was proven first on {first}, last on {last}{lost}."


def _availability(facts: AddressFacts, known: Knowledge) -> Iterator[str]:
    """How often the server was reached that is, or was, listed there."""
    published = {one.public_key for one in facts.keys_known if one.published_at is not None}
    for key in sorted(published & known.availability.keys()):
        shares = known.availability[key]
        yield (
            f"Its server was reached {_share(shares.month)} in 30 days, {_share(shares.day)} in the last 24 hours; "
            f"known since {when(shares.first_reached)}."
        )
        mine = [one for one in known.incidents if one.public_key == key and _ended(one, known.now) > known.now - MONTH]
        for one in mine[::-1][:MOST_INCIDENTS]:
            how = outcome_text(Outcome(one.how)).words if one.how in set(Outcome) else one.how
            lasts = "so far" if one.ended is None else f"until {when(one.ended)}"
            lasts += ", when another key was shown there" if one.replaced else ""
            yield f"Down since {when(one.began)}, {a_time(one.seconds(known.now))} {lasts}: it {how}."
        if len(mine) > MOST_INCIDENTS:
            yield f"Down {len(mine) - MOST_INCIDENTS:,} more times in 30 days."


def _share(pair: tuple[int, int]) -> str:
    reached, asked = pair
    return f"in {reached:,} of {counted(asked, 'check', 'checks')}"


def _ended(incident: Incident, now: int) -> int:
    return now if incident.ended is None else incident.ended


def _by(claim: KeyClaim) -> str:
    others = [name(by, 200) for by in claim.by if by not in {PREVIEW_PAGE, ONION_REQUEST}]
    claimed = [f"claimed by {listed(others)}"] if others else []
    shown = ["shown by its preview page"] if PREVIEW_PAGE in claim.by else []
    proven = ["proven by an onion request"] if ONION_REQUEST in claim.by else []
    return ", ".join(claimed + shown + proven)


def _merging(facts: AddressFacts, known: Knowledge) -> Iterator[str]:
    poll = facts.poll
    if not facts.reached or poll is None or poll.server is None:
        return
    group = known.servers.get(poll.server.public_key, ())
    best = next((other.server.address for other in group if other.server), poll.server.address)
    if poll.server.address != poll.address:
        yield f"It answered as {poll.server.address}."
    if len(group) > 1:
        yield f"One server with {listed(_others(poll, group))}: they hold the same key."
    yield f"Its rooms are listed under {best}."


def _others(poll: Poll, group: tuple[Poll, ...]) -> list[str]:
    return [str(other.address) for other in group if other.address != poll.address]
