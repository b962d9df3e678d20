"""The story of one address: who named it, how it answered, which key it has, which server it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sessioncrawler.explain.outcomes import (
    NEVER_ASKED,
    NOT_ASKED_LATELY,
    NOT_NAMED,
    WRONG_KEYS,
    OutcomeText,
    outcome_text,
    proof_text,
)
from sessioncrawler.explain.phrases import LINE, a_time, listed, quoted, seen, when
from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import KeyClaim, Outcome, Poll, Sighting
from sessioncrawler.text.names import name
from sessioncrawler.text.numbers import counted

PREVIEW_PAGE = "preview page"
"""Who shows a key, in the words of the claims of a poll."""
ONION_REQUEST = "onion request"
"""Who proves one."""


def state_of(facts: AddressFacts) -> OutcomeText:
    """How an address stands, in plain words, and what its operator can do."""
    if not facts.named:
        return NOT_NAMED
    if facts.poll is None:
        return NEVER_ASKED
    return outcome_text(facts.poll.outcome) if facts.current else NOT_ASKED_LATELY


def advice_for(facts: AddressFacts) -> str:
    """What the operator of an address can do, in whole sentences."""
    return WRONG_KEYS.advice if facts.reached and wrong_claims(facts) else state_of(facts).advice


def wrong_claims(facts: AddressFacts) -> list[KeyClaim]:
    """Claims of a key that turned out not to be the server's."""
    server = facts.poll.server if facts.poll else None
    return [claim for claim in facts.disputed if server is not None and claim.public_key != server.public_key]


def address_sentences(facts: AddressFacts, known: Knowledge) -> Iterator[str]:
    """All that is known of an address."""
    yield from _naming(facts, known)
    yield from _answer(facts, known)
    yield from _key(facts)
    yield from _merging(facts, known)
    yield f"What its operator can do: {advice_for(facts)}"


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
    if poll.aliases:
        yield f"It redirects to {listed(map(str, poll.aliases))}."
    if poll.repairs:
        yield f"{counted(poll.repairs, 'room was', 'rooms were')} broken in its answer and repaired or left out."


def _key(facts: AddressFacts) -> Iterator[str]:
    poll = facts.poll
    for claim in facts.disputed or facts.claims:
        yield f"Key {claim.public_key}: {_by(claim)}."
    if poll is None or poll.server is None:
        return
    key = poll.server.public_key
    if poll.outcome is Outcome.KEY_COPY:
        yield f"The key {key} belongs to another server, as far as can be told."
        return
    yield f"Its key is {key}, because {proof_text(poll.key_proof)}."
    if wrong := wrong_claims(facts):
        yield f"{counted(len(wrong), 'other key is', 'other keys are')} not believed."


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
        yield f"One server with {listed(_others(poll, group))}: the same key, and rooms in common."
    yield f"Its rooms are listed under {best}."


def _others(poll: Poll, group: tuple[Poll, ...]) -> list[str]:
    return [str(other.address) for other in group if other.address != poll.address]
