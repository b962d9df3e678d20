"""How a directory will read a room's description, told to the room's operator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sessioncrawler.editorial import tags as rules
from sessioncrawler.editorial.codes import meant_codes
from sessioncrawler.editorial.config import Directory, Site
from sessioncrawler.editorial.hashtags import Tagged, stray_hashtags
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.editorial.languages import parse_language
from sessioncrawler.editorial.policy import OffRecord
from sessioncrawler.model import Address, Room, Server, Tag

_MOST = 10
"""Tags that one sentence names at most."""
_PERMISSIONS = "it follows from what people may do in the room"
_STAFF = "it follows from the number of admins and moderators"
_WHY_RESERVED = {
    rules.OFFICIAL: "rooms on the servers of the makers of Session have it",
    rules.PROJECT: "the makers of a directory set it for rooms in which they can be met",
    rules.MODERATED: _STAFF,
    "modded": _STAFF,
    "not modded": _STAFF,
    "not moderated": _STAFF,
    rules.READ_ONLY: _PERMISSIONS,
    rules.UPLOADS_OFF: _PERMISSIONS,
    rules.NEW: "it follows from the day on which the room was created",
    rules.PINNED: "the makers of a directory choose which rooms come first",
    rules.NOT_OFFICIAL: "a directory warns with it of rooms that are named like official ones",
    rules.TEST: "it counts only as #test, in plain letters",
}

_UNNAMED = Judge(Directory(Site("", "", "")), now=0, guess=False)
_SERVER = Server(Address("https", "localhost", 443), "")
_LANGUAGE_WORDS = frozenset({"lang", "language", "langue", "lengua", "idioma", "lingua", "sprache"})
_LANGUAGE_LIKE = re.compile("([a-z]{3,8})[:=_\uff1a-]([a-z-]{2,20})", re.IGNORECASE)
_BARE_LANGUAGE = re.compile(r"(?<![\w#\uff03])lang:([a-z-]{2,20})\W{0,3}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RoomLint:
    """How a description is read. All texts hold words of the room's operator, to be escaped."""

    shown: str
    """What readers see."""
    tags: tuple[Tag, ...]
    """The tags that follow from name and description alone."""
    language: str | None
    """BCP 47 code; ``mul`` for many languages, None where no tag says it."""
    off_record: OffRecord | None
    """Why the room will not be listed; None where its tags do not keep it out."""
    notes: tuple[str, ...]
    """What its operator may not have meant: sentences with their mend."""


def lint_room(description: str, name: str = "") -> RoomLint:
    """Read a description and a name as the pipelines do, where directory.toml does not name the room."""
    judged = _UNNAMED.judge(_SERVER, Room("", name, description))
    tagged = judged.tags.tagged
    return RoomLint(
        shown=tagged.shown,
        tags=judged.tags.tags,
        language=judged.language.code,
        off_record=judged.off_record,
        notes=(
            *_about_languages(tagged),
            *_about_adult_content(name, tagged.string_tags),
            *_about_reserved(tagged.string_tags),
            *_about_typos(tagged.string_tags),
            *_about_places(tagged),
        ),
    )


def _about_languages(tagged: Tagged) -> Iterator[str]:
    for text in tagged.languages:
        if parse_language(text) is None:
            near = meant_codes(text)
            mend = f"did you mean {' or '.join('#lang:' + code for code in near)}?" if near else "use a BCP 47 code"
            yield f"{_quoted(f'lang:{text}')} names no language that is understood; {mend}"
    codes = [code for code in map(parse_language, tagged.languages) if code]
    if len(set(codes)) > 1:
        yield f"Several languages are named, and only the first one ({codes[0]}) counts; for many, write #lang:any"
    if bare := _BARE_LANGUAGE.search(tagged.shown[-40:]):
        yield f"{_quoted(bare[0], mark='')} at the end is text, because it has no #; write #lang:{bare[1]}"


def _about_adult_content(name: str, string_tags: Sequence[str]) -> Iterator[str]:
    marks = {f"The tag {_quoted(tag)}": rules.nsfw_word(tag) for tag in string_tags}
    marks["The name"] = rules.nsfw_word(name)
    for subject, word in marks.items():
        if word:
            yield f'{subject} holds "{word.lower()}", so the room is marked as not safe for work'


def _about_reserved(string_tags: Sequence[str]) -> Iterator[str]:
    for tag in dict.fromkeys(string_tags):
        reserved = rules.reserved_name(tag)
        if reserved in _WHY_RESERVED and tag.casefold() != rules.TEST:
            yield f"The tag {_quoted(tag)} is ignored, because only a directory sets it: {_WHY_RESERVED[reserved]}"


def _about_typos(string_tags: Sequence[str]) -> Iterator[str]:
    for tag in dict.fromkeys(string_tags):
        if not rules.nsfw_word(tag) and (meant := _meant(tag.casefold())):
            yield f"The tag {_quoted(tag)} has no special meaning; did you mean #{meant}?"


def _about_places(tagged: Tagged) -> Iterator[str]:
    if tagged.left_out:
        bounds = f"at most {rules.MAX_TAGS} tags of at most {rules.MAX_TAG_LENGTH} characters"
        verb = "is" if len(tagged.left_out) == 1 else "are"
        yield f"{_listed(tagged.left_out)} {verb} left out: a directory keeps {bounds}; use fewer or shorter ones"
    if stray := stray_hashtags(tagged.shown):
        verb = "stands" if len(stray) == 1 else "stand"
        yield f"{_listed(stray)} {verb} within the text, and only hashtags at the very end are tags; move them there"


def _meant(tag: str) -> str:
    """Return the special tag for which ``tag`` (without case) is a typing error; empty where it is none."""
    if (language := _LANGUAGE_LIKE.fullmatch(tag)) and parse_language(language[2]):
        word = language[1]
        return f"lang:{language[2]}" if word in _LANGUAGE_WORDS or _slip(word, "lang") else ""
    if tag in _LANGUAGE_WORDS:
        return "lang:xx, with the code of the language in place of xx and without a space"
    word = re.sub("[-_.']", "", tag)
    if word != "sfw" and _slip(word, rules.NSFW):
        return rules.NSFW
    if word != "enlisted" and (_slip(word, rules.UNLISTED) or word == rules.UNLISTED != tag):
        return rules.UNLISTED
    # Too many words are one letter away from "test" (text, best): only letters in the wrong order are a typing error.
    return rules.TEST if _slip(word, rules.TEST) and sorted(word) == sorted(rules.TEST) else ""


def _slip(word: str, meant: str) -> bool:
    """Whether one letter is missing, too many or wrong, or two neighbours have changed places."""
    start = _same(word, meant)
    word, meant = word[start:], meant[start:]
    end = _same(word[::-1], meant[::-1])
    word, meant = word[: len(word) - end], meant[: len(meant) - end]
    if len(word) == len(meant) == 2:  # noqa: PLR2004 - two neighbours
        return word == meant[::-1]
    return bool(word or meant) and len(word) <= 1 and len(meant) <= 1


def _same(one: str, other: str) -> int:
    """Return how many letters two words have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(one), len(other)))


def _listed(tags: Sequence[str]) -> str:
    more = f" and {len(tags) - _MOST} more" if len(tags) > _MOST else ""
    return ", ".join(map(_quoted, tags[:_MOST])) + more


def _quoted(text: str, mark: str = "#") -> str:
    """Return a text of the operator for a sentence, bounded."""
    return mark + (text if len(text) <= rules.MAX_TAG_LENGTH else text[: rules.MAX_TAG_LENGTH] + "…")
