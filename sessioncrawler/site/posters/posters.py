"""Which Communities have a poster: drawing takes time, and strangers decide how many there are, and their names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sessioncrawler.editorial.languages import language_name
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.site.pages.every_page import SITE_POSTER
from sessioncrawler.site.pages.paths import COMMUNITIES
from sessioncrawler.site.posters.drawing import Words, draws, poster
from sessioncrawler.site.posters.fonts import FOLDERS, Fonts

FOLDER = "poster/"
MOST = 500
MOST_NEW = 40
_VERSION = 1
"""Of how posters look: with another one all are drawn anew."""


def _nothing_kept() -> Mapping[str, str]:
    return {}


def _no_contents(_: Collection[str]) -> Mapping[str, bytes]:
    return {}


def _keep_nothing(_: Mapping[str, tuple[str, bytes]], __: Collection[str]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class KeptPosters:
    """Where posters are kept from one publication to the next."""

    digests: Callable[[], Mapping[str, str]] = _nothing_kept
    contents: Callable[[Collection[str]], Mapping[str, bytes]] = _no_contents
    keep: Callable[[Mapping[str, tuple[str, bytes]], Collection[str]], None] = _keep_nothing
    """Remembers posters that were drawn, by name with their digests, and forgets all but the named ones."""


@dataclass(frozen=True, slots=True)
class PosterRules:
    """How many posters there are, and with which fonts they are drawn."""

    most: int = MOST
    """Communities that have one, those that have been listed for longest; 0: none."""
    most_new: int = MOST_NEW
    """Posters that are drawn in one publication; the others follow in later ones."""
    folders: tuple[str, ...] = FOLDERS


class Posters:
    """The posters of ``cards``, as far as they are kept or may be drawn now: known before anything is drawn."""

    def __init__(self, cards: Cards, kept: KeptPosters, rules: PosterRules, since: Callable[[Card], int]) -> None:
        self._fonts = Fonts(rules.folders)
        self._kept = kept
        self._site = cards.directory.site.name
        self._drawn: dict[str, tuple[Card, Words, str]] = {}
        self._reused: set[str] = set()
        known = kept.digests() if rules.most else {}
        for card in _candidates(cards, since)[: rules.most]:
            words = _words(card, self._site)
            name, digest = _name(card), _digest(card, words)
            if not draws(words, self._fonts):
                continue
            if known.get(name) == digest or (name in known and len(self._drawn) >= rules.most_new):
                self._reused.add(name)
            elif len(self._drawn) < rules.most_new:
                self._drawn[name] = (card, words, digest)

    def path(self, card: Card) -> str:
        """The path of the poster of a Community below the root of the site; empty where it has none."""
        name = _name(card)
        return FOLDER + name if name in self._drawn or name in self._reused else ""

    def files(self, icons: Callable[[], Mapping[tuple[str, str], bytes]]) -> Iterator[tuple[str, bytes]]:
        """Name below :data:`FOLDER` and PNG of every poster, that of the site first; new ones are kept.

        ``icons`` reads icons by ``host[:port]`` and lower-case token.
        """
        yield SITE_POSTER.removeprefix(FOLDER), poster(Words(self._site, "", self._site), self._fonts)
        contents = self._kept.contents(self._reused) if self._reused else {}
        yield from sorted(contents.items())
        shown = icons() if any(card.icon for card, *_ in self._drawn.values()) else {}
        new: dict[str, tuple[str, bytes]] = {}
        for name, (card, words, digest) in sorted(self._drawn.items()):
            icon = shown.get(("".join(card.host_parts), card.key[1].lower())) if card.icon else None
            new[name] = digest, poster(words, self._fonts, icon)
            yield name, new[name][1]
        self._kept.keep(new, {*new, *contents})


def _candidates(cards: Cards, since: Callable[[Card], int]) -> list[Card]:
    """Those that may have one; those that have been listed for longest come first, so no flood takes their place."""
    safe: Iterable[Card] = {card.key: card for card in cards.all if not card.nsfw}.values()
    return sorted(safe, key=lambda card: (since(card), card.path))


def _words(card: Card, site: str) -> Words:
    told = [_people(card.visitors)] if card.visitors else []
    if card.language and not card.guessed:
        told.append(language_name(card.language))
    return Words(card.name, " · ".join(told), site)


def _people(number: int) -> str:
    """In two digits, so that a poster is not drawn anew with each visitor."""
    if number < 100:  # noqa: PLR2004 - two digits
        return f"{number:,} visitors a week"
    step = 10 ** (len(str(number)) - 2)
    return f"{number // step * step:,}+ visitors a week"


def _name(card: Card) -> str:
    return f"c/{card.path.removeprefix(COMMUNITIES).rstrip('/')}.png"


def _digest(card: Card, words: Words) -> str:
    text = "\0".join((str(_VERSION), words.name, words.told, words.site, card.icon or ""))
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
