"""Which Communities look like another one, for those who looked for one that is gone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST = 5
"""Communities that are shown."""
_WORD, _TAG, _LANGUAGE = 3, 2, 1
"""What each thing in common counts: a name is what a Community is about, a tag what people say of it."""
_MOST_WORDS = 12
"""Words of a name, and tags, that count, so that nobody makes many comparisons by a long name."""
_COMMON = 5
"""A word that more than one Community in so many has is like no word at all."""
_ALWAYS, _NEVER = 10, 100
"""One that so few have is never common; one that more than so many have always is."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What is compared of a Community: strangers' raw texts."""

    name: str
    tags: tuple[str, ...] = ()
    """The operators' own."""
    language: str | None = None
    nsfw: bool = False


class Similar:
    """Finds what looks like something among ``everybody``, whose order decides between those that are equally like it.

    It has to have a word of the name or a tag in common; the same language adds to that, and is not enough: then it
    would be the same five for all. What is not safe for work is only like what is not safe for work.
    """

    def __init__(self, everybody: Sequence[Looks]) -> None:
        self._everybody = everybody
        self._having: dict[tuple[int, str], list[int]] = defaultdict(list)
        for place, one in enumerate(everybody):
            for feature in _features(one):
                self._having[feature].append(place)
        most = min(_NEVER, max(_ALWAYS, len(everybody) // _COMMON))
        self._having = {feature: places for feature, places in self._having.items() if len(places) <= most}

    def to(self, other: Looks) -> list[int]:
        """The places of those that look most like ``other``, at most :data:`MOST`."""
        score: Counter[int] = Counter()
        for weight, text in _features(other):
            for place in self._having.get((weight, text), ()):
                score[place] += weight
        for place in [place for place in score if self._everybody[place].nsfw and not other.nsfw]:
            del score[place]
        for place in score:
            if other.language and self._everybody[place].language == other.language:
                score[place] += _LANGUAGE
        return sorted(score, key=lambda place: (-score[place], place))[:MOST]


def _features(one: Looks) -> Iterable[tuple[int, str]]:
    words = dict.fromkeys(re.findall(r"[^\W_]{2,}", _folded(one.name)))
    yield from ((_WORD, word) for word in list(words)[:_MOST_WORDS])
    tags = dict.fromkeys(map(_folded, one.tags))
    yield from ((_TAG, tag) for tag in list(tags)[:_MOST_WORDS])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
