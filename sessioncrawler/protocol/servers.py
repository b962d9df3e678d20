"""Which addresses are one server, and which only show another's key (docs/protocol.md, "Identifiers and rules")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sessioncrawler.model import KeyProof, Outcome, Poll

_Preference = tuple[tuple[bool, bool, str], tuple[bool, bool, str]]
_PROOFS = (KeyProof.ONION, KeyProof.DIRECTORY, KeyProof.PREVIEW_PAGE, KeyProof.CLAIM)


def settle(polls: Iterable[Poll]) -> tuple[Poll, ...]:
    """Sort the polls of a crawl, best address first, and mark copies of a key.

    Addresses with the same key and a shared (token, created) pair are one server; all of them stay, and the first is
    its best. Addresses with the same key and no room in common cannot both hold it: the group with the better proof
    stays, the others become ``KEY_COPY`` without rooms.
    """
    by_key: dict[str, list[Poll]] = defaultdict(list)
    settled: list[Poll] = []
    for poll in polls:
        if poll.outcome is Outcome.REACHED and poll.server is not None:
            by_key[poll.server.public_key].append(poll)
        else:
            settled.append(poll)
    for group in by_key.values():
        settled.extend(_settle_key(sorted(group, key=_preference)))
    return tuple(sorted(settled, key=_preference))


def _preference(poll: Poll) -> _Preference:
    # Two candidates may lead to one address (http on port 443 upgraded to https): then the one that was named decides.
    return (poll.server.address if poll.server else poll.address).preference, poll.address.preference


def _settle_key(group: list[Poll]) -> list[Poll]:
    clusters = _clusters(group)
    best = min(clusters, key=_strength)
    settled = list(best)
    for cluster in clusters:
        if cluster is not best:
            settled.extend(_copy_of(poll, best[0]) for poll in cluster)
    return settled


def _clusters(group: list[Poll]) -> list[list[Poll]]:
    """Polls that share a room, directly or through others; the order of ``group`` is kept."""
    clusters: list[tuple[set[tuple[str, float | None]], list[Poll]]] = []
    for poll in group:
        marks = {(room.token.lower(), room.created) for room in poll.rooms}
        joined = [cluster for cluster in clusters if cluster[0] & marks]
        clusters = [cluster for cluster in clusters if not cluster[0] & marks]
        members = [member for cluster in joined for member in cluster[1]] + [poll]
        clusters.append((marks.union(*(cluster[0] for cluster in joined)), members))
    return [sorted(members, key=_preference) for _, members in clusters]


def _strength(cluster: list[Poll]) -> tuple[int, int, _Preference]:
    proof = min(_PROOFS.index(poll.key_proof or KeyProof.CLAIM) for poll in cluster)
    return proof, -max(len(poll.rooms) for poll in cluster), _preference(cluster[0])


def _copy_of(poll: Poll, original: Poll) -> Poll:
    where = original.server.address if original.server else original.address
    detail = f"shows the key of {where}, with which it has no room in common"
    return replace(poll, outcome=Outcome.KEY_COPY, detail=detail, rooms=())
