"""Chips: what one may filter the list by, where there is something to choose from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace

from sessioncrawler.editorial.activity import Activity
from sessioncrawler.editorial.tags import NEW
from sessioncrawler.editorial.topics.table import topic_name
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.pages.cards import Card
from sessioncrawler.site.pages.labels import Labels
from sessioncrawler.site.pages.paths import LANGUAGES, TOPICS
from sessioncrawler.text.messages import N_

MOST_LANGUAGES = 10
MOST_TOPICS = 16
UNTOLD = frozenset({"und", "mul"})
"""Codes that say no language."""
STANDINGS: tuple[tuple[str, str, Callable[[Card], bool]], ...] = (
    ("writable", N_("You can write here"), lambda card: card.write is True),
    ("busy", N_("Busy"), lambda card: card.pulse is not None and card.pulse.activity is Activity.BUSY),
    ("new", N_("New"), lambda card: any(tag.text == NEW for tag in card.badges)),
)
"""Words of the search behind ``is:``, as they are shown, and which Communities they mean."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One word of the search, as a link or a button; what strangers wrote in it is still to be escaped."""

    field: str
    """``is``, ``lang`` or ``topic``."""
    value: str
    label: str
    flag: str
    count: int
    """Communities that it shows; those that are not safe for work are not counted, since they are hidden at first."""
    path: str = ""
    """The folder of the page that shows the same; empty where there is none."""


def chips(
    cards: Iterable[Card], labels: Labels, language: SiteLanguage, pages: Container[str] = ()
) -> tuple[Chip, ...]:
    """The chips of a list of ``cards`` in ``language``: standings, languages, topics, the most frequent first.

    ``pages`` are the folders of the shelves that there are.
    """
    shown = [card for card in cards if not card.nsfw]
    found = (*_standings(shown, language), *_languages(shown, labels), *_topics(shown, language))
    return tuple(replace(chip, path=chip.path if chip.path in pages else "") for chip in found)


def _standings(shown: list[Card], language: SiteLanguage) -> Iterator[Chip]:
    for value, text, holds in STANDINGS:
        count = sum(map(holds, shown))
        # What all have, or none, divides nothing.
        if 0 < count < len(shown):
            yield Chip("is", value, language.gettext(text), "", count)


def _languages(shown: list[Card], labels: Labels) -> Iterator[Chip]:
    counts: defaultdict[str, int] = defaultdict(int)
    for card in shown:
        if card.language and card.language not in UNTOLD:
            counts[card.language] += 1
    for code, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_LANGUAGES]:
        if label := labels.language_of(code):
            yield Chip("lang", code.lower(), label.name, label.flag, count, f"{LANGUAGES}{code}/")


def _topics(shown: list[Card], language: SiteLanguage) -> Iterator[Chip]:
    counts = Counter(topic for card in shown for topic in card.topics)
    for topic, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_TOPICS]:
        yield Chip("topic", topic, language.gettext(topic_name(topic)), "", count, f"{TOPICS}{topic}/")
