"""Which languages and topics have a page: strangers decide how many languages and Communities there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from sessioncrawler.editorial.codes import UNDETERMINED
from sessioncrawler.editorial.topics.meanings import named_language
from sessioncrawler.editorial.topics.table import Topics
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.paths import LANGUAGES, TOPICS

MOST_LANGUAGES = 100
MOST_ROOMS = 200
_FAIR = 4
"""One server has at most one in so many of the places of a shelf that is too small for all."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """All Communities of one language, or about one topic, at least one of which is safe for work."""

    name: str
    """A BCP 47 code, or the id of a topic."""
    path: str
    """The folder of its page below that of a language of the site."""
    feed: str
    """The path of its news feed below the root of the site."""
    cards: tuple[Card, ...]
    """In the order of the list."""

    @property
    def is_language(self) -> bool:
        """Whether it is that of a language."""
        return self.path.startswith(LANGUAGES)

    @property
    def safe(self) -> tuple[Card, ...]:
        """Those that are safe for work."""
        return tuple(card for card in self.cards if not card.nsfw)

    def shown(self, most: int) -> tuple[Card, ...]:
        """Those that its page names, at most ``most``: where there are more, no server has all the places."""
        if len(self.cards) <= most:
            return self.cards
        seen: Counter[str] = Counter()
        late: list[tuple[bool, int]] = []
        for number, card in enumerate(self.cards):
            seen[card.key[0]] += 1
            late.append((seen[card.key[0]] > most // _FAIR, number))
        chosen = sorted(number for _, number in sorted(late)[:most])
        return tuple(self.cards[number] for number in chosen)


@dataclass(frozen=True)
class Shelves:
    """All shelves of a site: those of languages by code, those of topics by id."""

    languages: Mapping[str, Shelf] = field(default_factory=dict)
    topics: Mapping[str, Shelf] = field(default_factory=dict)
    table: Topics = field(default_factory=lambda: Topics({}))

    @classmethod
    def of(cls, cards: Cards, most_languages: int = MOST_LANGUAGES) -> Self:
        """The shelves of ``cards``.

        Topics are those of ``directory.toml``, in its order. Of languages there are at most ``most_languages``: those
        that are spoken on the most servers, so that nobody crowds out the others with rooms in every language there is.
        """
        table = cards.directory.topics
        by_language: dict[str, list[Card]] = defaultdict(list)
        by_topic: dict[str, list[Card]] = {topic: [] for topic in table}
        for card in {card.key: card for card in cards.in_order}.values():
            if card.language and card.language != UNDETERMINED:
                by_language[card.language].append(card)
            for topic in card.topics:
                by_topic.setdefault(topic, []).append(card)
        spoken = sorted(
            (code for code, found in by_language.items() if _safe(found)),
            key=lambda code: (-_servers(by_language[code]), -len(by_language[code]), code),
        )
        return cls(
            {code: _shelf(code, LANGUAGES, "lang", by_language[code]) for code in spoken[:most_languages]},
            {topic: _shelf(topic, TOPICS, "topic", found) for topic, found in by_topic.items() if _safe(found)},
            Topics(table),
        )

    @property
    def all(self) -> tuple[Shelf, ...]:
        """Languages first."""
        return (*self.languages.values(), *self.topics.values())

    def of_tag(self, tag: str) -> Shelf | None:
        """The shelf to which a tag of operators leads: that of the language which it names, or of its topic."""
        code, topic = named_language(tag), self.table.of_tag(tag)
        return self.languages.get(code or "") or self.topics.get(topic or "")


def _safe(cards: Iterable[Card]) -> bool:
    return not all(card.nsfw for card in cards)


def _servers(cards: Iterable[Card]) -> int:
    return len({card.key[0] for card in cards})


def _shelf(name: str, folder: str, feeds: str, cards: Sequence[Card]) -> Shelf:
    return Shelf(name, f"{folder}{name}/", f"feed/{feeds}/{name}.xml", tuple(cards))
