"""Which topics a Community has, by the table ``[topics]`` of ``directory.toml`` (docs/directory.md)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from sessioncrawler.editorial.topics.meanings import folded
from sessioncrawler.text.messages import N_

NAMES: Mapping[str, str] = {
    "linux": N_("Linux and free software"),
    "programming": N_("Programming"),
    "privacy": N_("Privacy and security"),
    "messengers": N_("Messengers"),
    "session": N_("Session"),
    "crypto": N_("Crypto and money"),
    "technology": N_("Technology"),
    "phones": N_("Phones"),
    "games": N_("Games"),
    "music": N_("Music"),
    "arts": N_("Arts and books"),
    "memes": N_("Memes and fun"),
    "news": N_("News and politics"),
    "science": N_("Science and learning"),
    "health": N_("Health and wellbeing"),
    "sports": N_("Sports and cars"),
    "travel": N_("Travel and outdoors"),
    "radio": N_("Radio"),
    "chat": N_("Chatting"),
}
"""Names of the topics that ``directory.toml`` comes with, to be translated."""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 30
"""Words of a name that count, so that nobody makes long work by a long name."""


class Topics:
    """The topics of one ``directory.toml``: id → the tags that belong to it."""

    def __init__(self, table: Mapping[str, Iterable[str]]) -> None:
        self._order = {topic: place for place, topic in enumerate(table)}
        self._having: dict[str, set[str]] = defaultdict(set)
        for topic, tags in table.items():
            for tag in tags:
                self._having[folded(tag)].add(topic)

    def of(self, name: str, tags: Iterable[str]) -> tuple[str, ...]:
        """The ids of the topics of a Community with that ``name`` and its operators' ``tags``, in their order.

        A topic is had by a tag, or by a word of the name, or by two that follow each other (``Open Source``). Strangers
        write both: they decide which topics a Community has, and not which topics there are.
        """
        found = {topic for word in (*tags, *_words(name)) for topic in self._having.get(folded(word), ())}
        return tuple(sorted(found, key=self._order.__getitem__))

    def of_tag(self, tag: str) -> str | None:
        """The first topic to which a tag belongs; None where it belongs to none."""
        found = self._having.get(folded(tag))
        return min(found, key=self._order.__getitem__) if found else None


def topic_name(topic: str) -> str:
    """The English name of a topic, a message of the catalogues; one of the operator's own is called as its id."""
    return NAMES.get(topic) or topic.replace("-", " ").replace("_", " ").capitalize()


def _words(name: str) -> Iterator[str]:
    words = _WORD.findall(name)[:_MOST_WORDS]
    yield from words
    yield from map("".join, pairwise(words))
