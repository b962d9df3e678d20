"""One Community as the pages of one language show it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sessioncrawler.editorial.languages import LanguageTable, language_name
from sessioncrawler.editorial.tags import NSFW
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.site.i18n.languages import site_language
from sessioncrawler.site.i18n.texts import Texts
from sessioncrawler.site.pages.cards import Card, Cards
from sessioncrawler.text import names

MANY = "mul"
TAG_LENGTH = 40
"""Characters of a tag that are shown."""

_LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag as it is shown; ``kind`` is ``user``, ``reserved`` or ``warning``, and a class of the style sheet."""

    text: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class LanguageView:
    """A language as it is shown; ``code`` is for the HTML attribute ``lang``, empty where that would be wrong."""

    flag: str
    name: str
    code: str
    tag: str
    """The BCP 47 code, ``mul`` and ``und`` included."""


@dataclass(frozen=True, slots=True)
class Row:
    """A card with what depends on the language: strings of strangers are visible text, still to be escaped."""

    card: Card
    language: LanguageView | None
    badges: tuple[TagView, ...]
    """Its standing: what the directory and warnings say."""
    tags: tuple[TagView, ...]
    """What its operators say."""
    visitors: str
    """A dash where the number is unknown."""
    created: str
    """The day; empty where it is unknown."""
    age: str
    """Empty where it is unknown."""
    posts: str
    """Posts, edits and deletions so far; empty where the server does not tell."""


class RowBuilder:
    """Makes the rows of ``cards``; each tag and each language is looked up once."""

    def __init__(self, cards: Cards, texts: Texts) -> None:
        table = LanguageTable(cards.directory)
        self._texts = texts
        self._language = site_language(texts.lang)
        self._languages = {code: _language(code, table, texts.lang) for code in cards.languages}
        self._tags: dict[tuple[Tag, str | None], TagView] = {}

    def row(self, card: Card) -> Row:
        """Make the row of one Community."""
        language = self._language
        return Row(
            card=card,
            language=self._languages[card.language] if card.language else None,
            badges=tuple([self._tag(tag, card.nsfw_reason) for tag in card.badges]),
            tags=tuple([self._tag(tag) for tag in card.tags]),
            visitors=language.number(card.visitors),
            created=language.day(card.created_at),
            age="" if card.age is None else language.age(card.age),
            posts="" if card.posts is None else language.number(card.posts),
        )

    def _tag(self, tag: Tag, nsfw_reason: str | None = None) -> TagView:
        key = (tag, nsfw_reason if tag.text == NSFW else None)
        if key not in self._tags:
            self._tags[key] = self._badge(tag, nsfw_reason) if tag.kind is not TagKind.USER else self._view(tag)
        return self._tags[key]

    def _badge(self, tag: Tag, nsfw_reason: str | None) -> TagView:
        view = self._view(tag)
        shown, title = self._texts.badges.get(tag.text, (view.text, view.title))
        if tag.text == NSFW:
            title = self._texts.nsfw_reasons.get(nsfw_reason or "", title)
        return TagView(shown, view.kind, title)

    def _view(self, tag: Tag) -> TagView:
        # A tag of invisible letters is a tag all the same.
        return TagView(
            names.name(tag.text, TAG_LENGTH) or names.REPLACEMENT, tag.kind.value, self._texts.tag_titles[tag.kind]
        )


def _language(code: str, table: LanguageTable, locale: str) -> LanguageView:
    lang = code if code != MANY and _LANGUAGE_CODE.fullmatch(code) else ""
    return LanguageView(flag=table.flag(code), name=language_name(code, locale), code=lang, tag=code)
