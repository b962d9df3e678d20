"""Tags and languages of Communities as the pages of one language name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sessioncrawler.editorial.activity import Activity, Trend
from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable
from sessioncrawler.editorial.tags import MODERATED, NSFW, READ_ONLY, TEST, UPLOADS_OFF
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.site.i18n.languages import SiteLanguage
from sessioncrawler.site.pages.cards import Card
from sessioncrawler.text import names
from sessioncrawler.text.messages import N_

MANY = "mul"
TAG_LENGTH = 40
"""Characters of a tag that are shown."""
KINDS = {
    TagKind.USER: N_("A tag that the operators of this Community chose"),
    TagKind.RESERVED: N_("A tag that this directory gave"),
    TagKind.WARNING: N_("A warning"),
}
"""What a tag of each kind is."""
BADGES = {
    "official": (N_("official"), N_("Run by the makers of Session")),
    "we're here": (N_("we’re here"), N_("The makers of this directory can be met here")),  # noqa: RUF001 - an apostrophe
    "nsfw": (N_("nsfw"), N_("Not safe for work")),
    "not official": (N_("not official"), N_("Named like a Community of the makers of Session, but not run by them")),
    "moderated": (N_("moderated"), N_("It has enough staff for its visitors")),
    "read-only": (N_("read-only"), N_("Only its staff can write here")),
    "uploads off": (N_("no uploads"), N_("Files and pictures can’t be sent here")),  # noqa: RUF001 - an apostrophe
    "new": (N_("new"), N_("Created within the last four weeks")),
    "test": (N_("test"), N_("For tests only")),
}
"""Tags of the directory: how each is shown, and what it means. One without a text is shown as it is."""
LIMITS = frozenset({READ_ONLY, UPLOADS_OFF, TEST})
"""Tags of the directory that restrict: they do not look like praise."""
DETAILS = frozenset({MODERATED, UPLOADS_OFF})
"""Tags of the directory that a row of the list leaves to the details."""
NSFW_REASONS = {
    "tag": N_("Not safe for work: a tag of its operators says so"),
    "word": N_("Not safe for work: a word in its name says so"),
    "curator": N_("Not safe for work: the curator of this directory says so"),
}

ACTIVITIES = {
    Activity.BUSY: N_("busy"),
    Activity.STEADY: N_("steady"),
    Activity.QUIET: N_("quiet"),
    Activity.SILENT: N_("silent"),
}
TRENDS = {
    Trend.UP: N_("more than the week before"),
    Trend.LEVEL: N_("as the week before"),
    Trend.DOWN: N_("less than the week before"),
}
_ARROWS = {Trend.UP: "↗", Trend.DOWN: "↘"}
"""Shown beside the activity, where there is no room for words."""

_LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class TagLabel:
    """A tag as it is shown; ``kind`` is a class of the style sheet: ``user``, ``reserved``, ``limit``, ``warning``."""

    text: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class PulseLabel:
    """How much happens in a Community, as it is shown."""

    text: str
    trend: str
    """In words; empty where it is not known."""
    arrow: str
    """The same as a picture; empty where there is no change."""


@dataclass(frozen=True, slots=True)
class LanguageLabel:
    """A language as it is shown; ``code`` is for the HTML attribute ``lang``, empty where that would be wrong."""

    flag: str
    name: str
    code: str


def tag_text(tag: Tag) -> str:
    """A tag as it is shown, whoever wrote it; one of invisible letters is a tag all the same."""
    return names.name(tag.text, TAG_LENGTH) or names.REPLACEMENT


class Labels:
    """The labels of the cards of ``directory`` in ``language``; each tag and each language is looked up once."""

    def __init__(self, directory: Directory, language: SiteLanguage) -> None:
        self._table = LanguageTable(directory)
        self._language = language
        self._languages: dict[str, LanguageLabel] = {}
        self._tags: dict[tuple[Tag, str | None], TagLabel] = {}
        self._pulses: dict[tuple[Activity, Trend | None], PulseLabel] = {}

    def language(self, card: Card) -> LanguageLabel | None:
        """The language of a Community; None where nobody said."""
        return self.language_of(card.language)

    def language_of(self, code: str | None) -> LanguageLabel | None:
        """The language with that code; None for None."""
        if not code:
            return None
        if code not in self._languages:
            lang = code if code != MANY and _LANGUAGE_CODE.fullmatch(code) else ""
            self._languages[code] = LanguageLabel(self._table.flag(code), self._language.language_name(code), lang)
        return self._languages[code]

    def pulse(self, card: Card) -> PulseLabel | None:
        """How much happens there; None where that is not known."""
        if card.pulse is None:
            return None
        key = card.pulse.activity, card.pulse.trend
        if key not in self._pulses:
            activity, trend = key
            gettext = self._language.gettext
            words = gettext(TRENDS[trend]) if trend else ""
            self._pulses[key] = PulseLabel(
                gettext(ACTIVITIES[activity]), words, _ARROWS.get(trend, "") if trend else ""
            )
        return self._pulses[key]

    def badges(self, card: Card) -> list[TagLabel]:
        """Its standing."""
        return [self._label(tag, card.nsfw_reason) for tag in card.badges]

    def marks(self, card: Card) -> list[TagLabel]:
        """What a row of the list shows of its standing."""
        return [self._label(tag, card.nsfw_reason) for tag in card.badges if tag.text not in DETAILS]

    def tags(self, card: Card) -> list[TagLabel]:
        """What its operators say."""
        return [self._label(tag) for tag in card.tags]

    def _label(self, tag: Tag, nsfw_reason: str | None = None) -> TagLabel:
        key = (tag, nsfw_reason if tag.text == NSFW else None)
        if key not in self._tags:
            self._tags[key] = self._new_label(*key)
        return self._tags[key]

    def _new_label(self, tag: Tag, nsfw_reason: str | None) -> TagLabel:
        gettext = self._language.gettext
        text, title = tag_text(tag), gettext(KINDS[tag.kind])
        if tag.kind is not TagKind.USER:
            if tag.text in BADGES:
                text, title = map(gettext, BADGES[tag.text])
            if nsfw_reason in NSFW_REASONS:
                title = gettext(NSFW_REASONS[nsfw_reason])
        limit = tag.kind is TagKind.RESERVED and tag.text in LIMITS
        return TagLabel(text, "limit" if limit else tag.kind.value, title)
