"""The story of one Community: every pipeline's verdict, with what it went by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sessioncrawler.editorial.judge import (
    Duplicates,
    Judge,
    Judgement,
    LanguageOrigin,
    LanguageVerdict,
    Repeat,
    TagVerdict,
)
from sessioncrawler.editorial.languages import language_name
from sessioncrawler.editorial.policy import Reason
from sessioncrawler.editorial.standing import Standing, fair_staff, good_staff, standing
from sessioncrawler.editorial.tags import NOT_OFFICIAL, NsfwReason, reserved_name
from sessioncrawler.editorial.topics.table import topic_name
from sessioncrawler.explain.phrases import hashtags, listed, quoted, seen, when
from sessioncrawler.explain.pictures import Icons, picture_sentences
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.model import Address, Reach, Room, Server, TagKind
from sessioncrawler.text.numbers import counted

_TAG_ORIGINS = {
    "official": "the server's key is that of an official server in directory.toml",
    "we're here": "[[project]] of directory.toml names the room",
    "moderated": "its standing is good and people can write",
    "read-only": "its server says that people cannot write",
    "uploads off": "its server says that people can write but not upload",
    "new": "it was created less than 4 weeks ago",
    "test": "its operator tagged it so",
    "pinned": "[[pin]] of directory.toml names the room",
}
_NOT_PROVEN = (
    "Some of what directory.toml gives to its key does not count, because its server has not proven that it holds the "
    "key. What can be done: wait until it does, or name its address and key under [[servers]]."
)
_NSFW_ORIGINS = {
    NsfwReason.CURATOR: "[[rate]] of directory.toml says so",
    NsfwReason.TAG: "a tag of its operator is a word for adult content",
    NsfwReason.WORD: "its name holds a word for adult content",
}
ROOM_ADVICE = {
    Reason.CLOSED: "make the room readable or writable for everybody",
    Reason.TEST: "take #test out of the description",
    Reason.UNLISTED: "take #unlisted out of the description",
    Reason.OPTED_OUT: "let the operator of the server take the group 'User-agent: sessioncrawler' out of its "
    "robots.txt, which is read again within a day",
    Reason.HIDDEN: "ask the directory's operator, whose rule under [[hide]] of directory.toml hides it",
    Reason.BEYOND: "delete or close rooms that nobody needs, or ask the directory's operator to name the server under "
    "[[servers]] of directory.toml; a server that is new has more places when it was published for a week",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A room as one address shows it, with pipeline 100's verdict."""

    server: Server
    room: Room
    best: Address
    """Where it is listed: the server's best address."""
    repeat: Repeat | None
    """Why it is dropped; None where it is kept."""
    resembles: str = ""
    """Name of the official room for which it may be taken."""
    beyond: str = ""
    """Why the page has no place for it; empty where it has."""

    @property
    def identifier(self) -> str:
        """``TOKEN+serverid``."""
        return self.server.identifier(self.room)


def served(communities: Iterable[CommunityItem]) -> Iterator[Served]:
    """Pipeline 100's verdicts about ``communities``, those of the best address first."""
    duplicates = Duplicates()
    for one in communities:
        repeat = duplicates.repeat(one.server, one.room)
        yield Served(one.server, one.room, duplicates.owner(one.server), repeat, one.resembles, one.beyond)


def outline(room: Served, judge: Judge) -> str:
    """Whether a Community is listed, as a sentence."""
    if room.repeat is not None:
        return f"{room.identifier} is not listed: {_elsewhere(room)}."
    verdict = judge.off_record(room.server, room.room, room.beyond)
    if verdict is None:
        return f"{room.identifier} {quoted(room.room.name, 80)} is listed."
    return f"{room.identifier} is not listed: {quoted_reason(verdict.sentence)}."


def quoted_reason(sentence: str) -> str:
    """A verdict's sentence on one line; it holds the reason that the directory's operator wrote."""
    return quoted(sentence).strip("“”")


def room_sentences(
    room: Served, others: Sequence[Served], judge: Judge, known: Knowledge, icons: Icons | None = None
) -> Iterator[str]:
    """All that is decided about a Community; ``others`` are the same one at other addresses, or repeated.

    What became of its picture is told where ``icons`` are.
    """
    judged = judge.judge(room.server, room.room, room.resembles, room.beyond)
    yield f"Its server is {room.server.address}, with the key {room.server.public_key}."
    presence = known.presence_of(room.server.public_key)
    if presence and presence.reach is not Reach.NOW and not room.server.opted_out:
        where = "as ever" if presence.reach is Reach.LATELY else "after those that can be reached"
        yield f"Its server was not reached since {when(presence.at)}; what it told then is listed {where}."
    if judge.judge(replace(room.server, proven=True), room.room, room.resembles, room.beyond) != judged:
        yield _NOT_PROVEN
    yield from _sources(room, known)
    if room.repeat is not None:
        yield f"100 dedupe: dropped, because {_elsewhere(room)}."
        yield f"What can be done: let {room.best} show the room, too."
        return
    yield from _dedupe(room, others)
    yield from _tags(judged.tags, room.resembles)
    yield from _language(judged.language, known)
    yield from _standing(room.room, judged.known_staff)
    yield from _policy(judged)
    yield from picture_sentences(room.server, room.room, judged.icon, icons)
    yield from _history(room, listable=judged.off_record is None, known=known)


def _sources(room: Served, known: Knowledge) -> Iterator[str]:
    key = room.server.public_key
    netlocs = {poll.address.netloc for poll in known.servers.get(key, ())}
    netlocs |= {one.poll.address.netloc for one in [known.carried.get(key)] if one}
    found = [
        sighting
        for sighting in known.sightings
        if sighting.link.token.lower() == room.room.token.lower() and sighting.link.address.netloc in netlocs
    ]
    for sighting in found:
        gone = "" if known.on_page_now(sighting) else "; it no longer stands there"
        yield (
            f"{quoted(sighting.source, 200)} shows the join link {sighting.link}, "
            f"{seen(sighting.first_seen, sighting.last_seen)}{gone}."
        )
    if not found:
        yield "No source shows a join link to it: its server lists it."


def _elsewhere(room: Served) -> str:
    return f"its server is listed under {room.best}, which does not show it"


def _dedupe(room: Served, others: Sequence[Served]) -> Iterator[str]:
    yield f"100 dedupe: kept under {room.best}, the best address of its server."
    elsewhere = sorted({str(other.server.address) for other in others if other.repeat is Repeat.OTHER_ADDRESS})
    if elsewhere:
        yield f"100 dedupe: the same room at {listed(elsewhere)} is dropped, since the key is the same."
    if any(other.repeat is Repeat.SAME_TOKEN for other in others):
        yield "100 dedupe: its server lists the token more than once; the first counts."


def _tags(judged: TagVerdict, resembles: str) -> Iterator[str]:
    own = [tag.text for tag in judged.tags if tag.kind is TagKind.USER]
    if own:
        yield f"200 tags: {hashtags(own)} from its operator, at the end of the description."
    else:
        yield "200 tags: its operator wrote none at the end of the description."
    for tag in judged.tags:
        if tag.text == NOT_OFFICIAL and tag.kind is TagKind.WARNING:
            yield (
                f"200 tags: {tag.text} as a warning, because its name looks like {quoted(resembles, 80)}, the name of "
                "a room of an official server."
            )
        elif tag.kind is TagKind.WARNING and judged.nsfw:
            yield f"200 tags: {tag.text} as a warning, because {_NSFW_ORIGINS[judged.nsfw]}."
        elif tag.kind is not TagKind.USER:
            yield f"200 tags: {tag.text}, because {_TAG_ORIGINS.get(tag.text, 'the directory says so')}."
    if judged.rating is not None and judged.nsfw is None:
        yield "200 tags: not marked nsfw, because [[rate]] of directory.toml calls it safe."
    if judged.topics:
        yield f"200 tags: about {listed(map(topic_name, judged.topics))}, by [topics] of directory.toml."
    reserved = [tag for tag in judged.tagged.string_tags if reserved_name(tag)]
    if reserved:
        yield f"200 tags: {hashtags(reserved)} of its operator not shown, since only this directory may give such tags."
    if judged.tagged.left_out:
        yield f"200 tags: {counted(len(judged.tagged.left_out), 'tag', 'tags')} too long, or too many, to be kept."


def _language(verdict: LanguageVerdict, known: Knowledge) -> Iterator[str]:
    if verdict.not_understood:
        written = listed(f"#lang:{quoted(text, 64).strip('“”')}" for text in verdict.not_understood)
        yield f"300 language: {written} is not understood."
    yield f"300 language: {_language_origin(verdict, known)}."


def _language_origin(verdict: LanguageVerdict, known: Knowledge) -> str:
    if verdict.code is None:
        why = "no guess is sure enough" if known.guess else "guessing is switched off (GUESS_LANGUAGES)"
        return f"unknown: no #lang: tag, nothing in [languages] of directory.toml, and {why}"
    name = f"{language_name(verdict.code)} ({verdict.code})"
    if verdict.origin is LanguageOrigin.GUESS:
        return f"{name}, guessed from its name and description with a confidence of {verdict.confidence:.2f}"
    if verdict.origin is LanguageOrigin.TABLE:
        return f"{name}, from [languages] of directory.toml"
    if verdict.named:
        return f"{name}, from its operator's {hashtags([verdict.named])}"
    overruled = f"; [languages] of directory.toml says {verdict.table}, but its operator decides" if (
        verdict.table and verdict.table != verdict.code
    ) else ""  # fmt: skip
    return f"{name}, from its operator's #lang:{verdict.tagged[0]}{overruled}"


def _standing(room: Room, known_staff: int | None) -> Iterator[str]:
    visible = len(room.staff)
    if room.active_users is None:
        yield "Standing: unknown, since its server does not tell how many visit."
        return
    good, fair = good_staff(room.active_users), fair_staff(room.active_users)
    counts = f"{good} staff wanted at {counted(room.active_users, 'visitor', 'visitors')}, {visible} seen"
    if known_staff is not None:
        counts += f", {known_staff} by [[staff]] of directory.toml"
    verdict = standing(room, known_staff)
    if verdict is Standing.UNKNOWN:
        yield f"Standing: unknown: {counts}; hidden staff are not visible, so none seen is not none."
    else:
        yield f"Standing: {verdict}: {counts}; below {fair} it is poor."


def _policy(judged: Judgement) -> Iterator[str]:
    if judged.off_record is None:
        yield "400 policy: may be listed: it is not closed, nor tagged test or unlisted, nor hidden by directory.toml."
    else:
        yield f"400 policy: not listed, because {quoted_reason(judged.off_record.sentence)}."
        yield f"What can be done: {ROOM_ADVICE[judged.off_record.reason]}."
    if judged.pinned:
        yield "400 policy: pinned by directory.toml."


def _history(room: Served, *, listable: bool, known: Knowledge) -> Iterator[str]:
    key = (room.server.public_key, room.room.token.lower())
    record = next((one for one in known.listed if one.facts.key == key), None)
    for event in (event for event in reversed(known.events) if event.facts.key == key):
        yield f"900 history: {event.kind} on {when(event.at)}."
    if record is None:
        state = "it will be listed by the next crawl" if listable else "nothing is remembered of rooms off the record"
        yield f"900 history: not listed so far; {state}."
    else:
        change = "" if listable else " The next crawl will take it away"
        yield (
            f"900 history: listed first on {when(record.first_listed)}, last on {when(record.last_listed)}."
            f"{change}{'.' if change else ''}"
        )
