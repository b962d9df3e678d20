"""The whole story of a Community, a server or an address, for ``scrapy explain`` (docs/explain.md)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sessioncrawler.editorial.judge import Judge
from sessioncrawler.explain.address_story import address_sentences, kept, state_of
from sessioncrawler.explain.phrases import listed, quoted
from sessioncrawler.explain.pictures import Icons
from sessioncrawler.explain.room_story import Served, outline, quoted_reason, room_sentences, served
from sessioncrawler.explain.subject import Question
from sessioncrawler.knowledge.addresses import AddressFacts
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.protocol.candidates import plain
from sessioncrawler.text.numbers import counted

MOST = 50
"""Addresses, and Communities, of one story."""


class NothingToTellError(Exception):
    """There is no story; the message is a sentence with a mend."""


@dataclass(frozen=True, slots=True)
class Part:
    """One chapter: ``sentences`` are whole sentences, one line each, bounded, to be escaped for where they go."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """``subject`` is what was asked for; the first part sums it up, then Communities, then addresses."""

    subject: str
    parts: tuple[Part, ...]


def tell(what: str, known: Knowledge, icons: Icons | None = None) -> Story:
    """Tell the story of ``what``: a join link, ``TOKEN+prefix``, a server id, a host, ``host:port``, a URL or a key.

    Everything comes from ``known``, and of pictures from ``icons``; nothing is asked of the network. Raises
    NothingToTellError.
    """
    if not known.sightings and not known.polls:
        raise NothingToTellError("Nothing is known of any server yet: run 'scrapy refresh' first.")
    try:
        question = Question.parse(what)
    except ValueError as error:
        raise NothingToTellError(f"{error}.") from error
    chosen = _choose(question, known)
    if not chosen:
        raise NothingToTellError(
            f"Nothing is known of {what.strip()[:200]}: no source names it, directory.toml does not, and no server "
            "redirects to it. Look for typing errors, or post its join link on a site that this directory reads."
        )
    return _Teller(question, chosen, known, icons).story(what.strip()[:300])


def _choose(question: Question, known: Knowledge) -> list[AddressFacts]:
    """The addresses that are asked for, the others of the same servers, and those to which they redirect."""
    named = [facts for facts in known.addresses.values() if question.about_server(facts)]
    if question.token:
        named = [facts for facts in named if _has_token(facts, question.token)] or named
    keys = {facts.poll.server.public_key for facts in named if facts.reached and facts.poll and facts.poll.server}
    same = {poll.address.netloc for key in keys for poll in known.servers.get(key, ())}
    onward = {plain(alias).netloc for facts in named if facts.poll for alias in facts.poll.aliases}
    netlocs = same | onward | {facts.address.netloc for facts in named}
    return [facts for netloc, facts in known.addresses.items() if netloc in netlocs]


def _has_token(facts: AddressFacts, token: str) -> bool:
    rooms = facts.poll.rooms if facts.poll else ()
    return token in facts.tokens or any(room.token.lower() == token for room in rooms)


class _Teller:
    def __init__(self, question: Question, chosen: list[AddressFacts], known: Knowledge, icons: Icons | None) -> None:
        self.icons = icons
        self.question = question
        self.chosen = chosen
        self.known = known
        self.judge = Judge(known.directory, known.now, guess=known.guess)
        keys = {facts.poll.server.public_key for facts in chosen if facts.reached and facts.poll and facts.poll.server}
        keys |= {
            key for key, one in known.carried.items() if one.poll.address.netloc in {f.address.netloc for f in chosen}
        }
        self.served = list(served(one for one in known.communities() if one.server.public_key in keys))

    def story(self, subject: str) -> Story:
        rooms = self._rooms() if self.question.token else []
        parts = [Part("In short", tuple(self._summary(rooms)))]
        for room, others in rooms[:MOST]:
            sentences = tuple(room_sentences(room, others, self.judge, self.known, self.icons))
            parts.append(Part(f"Community {room.identifier} {quoted(room.room.name, 80)}", sentences))
        parts += [
            Part(f"Address {facts.address}", tuple(address_sentences(facts, self.known)))
            for facts in self.chosen[:MOST]
        ]
        return Story(subject, tuple(parts))

    def _rooms(self) -> list[tuple[Served, list[Served]]]:
        """Each Community that is asked for, with its duplicates."""
        found: dict[str, list[Served]] = defaultdict(list)
        for one in self.served:
            if self.question.about_room(one.room.token):
                found[one.server.public_key].append(one)
        pairs: list[tuple[Served, list[Served]]] = []
        for group in found.values():
            kept = next((one for one in group if one.repeat is None), group[0])
            pairs.append((kept, [one for one in group if one is not kept]))
        return pairs

    def _summary(self, rooms: list[tuple[Served, list[Served]]]) -> Iterator[str]:
        yield from self._link_sentences()
        for room, _ in rooms[:MOST]:
            yield outline(room, self.judge)
        if self.question.token and not rooms:
            yield from self._missing_room()
        if not self.question.token:
            yield from self._servers()
        unreached = [facts for facts in self.chosen if not facts.reached]
        for facts in unreached[:MOST]:
            yield kept(facts, self.known) or f"Nothing is listed from {facts.address}: it {state_of(facts).words}."
        if len(self.chosen) > MOST:
            yield f"{len(self.chosen) - MOST:,} more addresses fit; ask for one of them to hear its story."

    def _link_sentences(self) -> Iterator[str]:
        link = self.question.link
        if link is None:
            return
        if not any(sighting.link == link for facts in self.chosen for sighting in facts.sightings):
            yield "No source shows this very join link."
        for facts in self.chosen:
            server = facts.poll.server if facts.poll else None
            if facts.address.netloc == link.address.netloc and facts.reached and server is not None:
                right = server.public_key == link.public_key
                yield (
                    "The key in the link is the server's."
                    if right
                    else (
                        f"The key in the link is wrong: the server's is {server.public_key}, so the link does not work."
                    )
                )

    def _missing_room(self) -> Iterator[str]:
        for facts in self.chosen[:MOST]:
            if facts.reached and facts.poll is not None:
                yield (
                    f"{facts.address} shows {counted(len(facts.poll.rooms), 'room', 'rooms')}, but none with the token "
                    f"{self.question.token}: it was deleted or renamed, or is not accessible to everybody."
                )

    def _servers(self) -> Iterator[str]:
        """What becomes of the rooms of the servers that are asked for."""
        by_key: dict[str, list[Served]] = defaultdict(list)
        for one in self.served:
            by_key[one.server.public_key].append(one)
        for rooms in list(by_key.values())[:MOST]:
            kept = [one for one in rooms if one.repeat is None]
            verdicts = {one.identifier: self.judge.off_record(one.server, one.room, one.beyond) for one in kept}
            out = {identifier: verdict for identifier, verdict in verdicts.items() if verdict}
            count = counted(len(kept), "Community", "Communities")
            yield f"{rooms[0].best} shows {count}, {len(kept) - len(out):,} of them listed."
            if repeated := len(rooms) - len(kept):
                yield f"{counted(repeated, 'room is', 'rooms are')} left out as shown before, here or elsewhere."
            if here := [identifier for identifier in verdicts if identifier not in out]:
                yield f"Listed: {listed(here)}."
            for identifier, verdict in list(out.items())[:MOST]:
                yield f"{identifier} is not listed: {quoted_reason(verdict.sentence)}."
            if len(out) > MOST:
                reasons = Counter(verdict.reason.value for verdict in out.values())
                yield f"All that are not listed: {listed(f'{n:,} {reason}' for reason, n in sorted(reasons.items()))}."
