"""One Community as pages show it: in the list, and with all that is known of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from babel import Locale

from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable, language_name
from sessioncrawler.editorial.tags import NSFW, PINNED
from sessioncrawler.model import Room, Sighting, Tag, TagKind
from sessioncrawler.site import dates, keys, text
from sessioncrawler.site.i18n import site_language
from sessioncrawler.site.listed import Listed
from sessioncrawler.site.places import community_paths, room_key
from sessioncrawler.site.texts import Texts

MANY = "mul"
GUESS = "guess"
TAG_LENGTH = 40
"""Characters of a tag that are shown."""

_LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where join links were found: names of sources by public key and lower-case token."""

    sources: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, sightings: Iterable[Sighting]) -> Self:
        """Gather sources from what the state remembers; they are sorted."""
        found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for sighting in sightings:
            found[sighting.link.public_key, sighting.link.token.lower()].add(sighting.source)
        return cls({room: tuple(sorted(sources)) for room, sources in found.items()})


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
    """One Community, ready to be shown: strings of strangers are visible text, still to be escaped."""

    path: str
    """The folder of its own page below the root of the site."""
    identifier: str
    """``TOKEN+serverid``: the row's HTML id, and behind ``#`` its permalink."""
    token: str
    name: str
    icon: str | None
    """Path of its icon below the root of the site; the monogram stands in its place where there is none."""
    initial: str
    hue: int
    language: LanguageView | None
    guessed: bool
    """Whether the language was guessed from the description."""
    lead: str
    """The description, or its beginning where ``description`` has the whole of it."""
    description: str
    badges: tuple[TagView, ...]
    """Its standing: what the directory and warnings say."""
    tags: tuple[TagView, ...]
    """What its operators say."""
    nsfw: bool
    visitors: int | None
    """People who visited within a week; None where the server does not tell."""
    visitors_text: str
    created: str
    """ISO 8601, UTC; empty where it is unknown, as is all about its age."""
    created_day: str
    age: int | None
    """Seconds."""
    age_text: str
    rights: str
    """What visitors may do: ``r``, ``w``, ``u`` for reading, writing, uploads; ``-`` in the place of what they may not,
    ``?`` where the server does not tell."""
    admins: int
    moderators: int
    """Visible ones that are not admins too."""
    posts_text: str
    """Posts, edits and deletions so far; empty where the server does not tell."""
    sources: tuple[str, ...]
    preview_url: str | None
    join_url: str
    base_url: str
    host_parts: tuple[str, ...]
    """``host[:port]`` in parts, between which a line may break."""
    server_id: str
    fingerprint: str
    pinned: bool


class RowBuilder:
    """Makes the views of Communities. ``listed`` are all of them: each language is looked up once.

    ``now`` is the time of the crawl in Unix seconds.
    """

    def __init__(
        self,
        listed: Collection[Listed],
        directory: Directory,
        now: int,
        *,
        texts: Texts,
        provenance: Provenance | None = None,
    ) -> None:
        table = LanguageTable(directory)
        self._now = now
        self._texts = texts
        self._language = site_language(texts.lang)
        self._sources = (provenance or Provenance()).sources
        self._locale = Locale.parse(texts.lang, sep="-")
        codes = {community.language for community in listed if community.language}
        self._paths = dict(community_paths(listed))
        self._languages = {code: _language(code, table, texts.lang) for code in codes}

    def row(self, community: Listed) -> Row:
        """Make the view of one Community."""
        server, room = community.server, community.room
        shown_name = text.name(room.name) or room.token
        lead, description = text.split_lead(text.prose(community.description))
        visitors = room.weekly_active_users
        age, age_text = dates.age(room.created, self._now, self._locale)
        badges, tags = self._tags(community)
        return Row(
            path=self._paths[room_key(community)],
            identifier=community.identifier,
            token=room.token,
            name=shown_name,
            icon=community.icon,
            initial=text.initial(shown_name),
            hue=keys.hue(server.public_key),
            language=self._languages.get(community.language or ""),
            guessed=community.language_from == GUESS,
            lead=lead,
            description=description,
            badges=badges,
            tags=tags,
            nsfw=community.nsfw_reason is not None,
            visitors=visitors,
            visitors_text=self._language.number(visitors),
            created=dates.iso(room.created),
            created_day=self._language.day(room.created),
            age=age,
            age_text=self._language.digits(age_text),
            rights=rights(room),
            admins=len(set(room.admins)),
            moderators=len(set(room.moderators) - set(room.admins)),
            posts_text=self._language.number(room.message_sequence) if room.message_sequence is not None else "",
            sources=self._sources.get((server.public_key, room.token.lower()), ()),
            preview_url=server.preview_url(room),
            join_url=server.join_link(room).url,
            base_url=server.address.base_url,
            host_parts=tuple(re.findall(r"[^.]+\.?", server.address.netloc)),
            server_id=server.server_id,
            fingerprint=keys.fingerprint(server.public_key),
            pinned=community.pinned,
        )

    def _tags(self, community: Listed) -> tuple[tuple[TagView, ...], tuple[TagView, ...]]:
        # That it is pinned is shown beside its name.
        badges = [tag for tag in community.tags if tag.kind is not TagKind.USER and tag.text != PINNED]
        tags = [tag for tag in community.tags if tag.kind is TagKind.USER]
        return (
            tuple(self._badge(tag, community.nsfw_reason) for tag in badges),
            tuple(self._view(tag) for tag in tags),
        )

    def _badge(self, tag: Tag, nsfw_reason: str | None) -> TagView:
        view = self._view(tag)
        shown, title = self._texts.badges.get(tag.text, (view.text, view.title))
        if tag.text == NSFW:
            title = self._texts.nsfw_reasons.get(nsfw_reason or "", title)
        return TagView(shown, view.kind, title)

    def _view(self, tag: Tag) -> TagView:
        # A tag of invisible letters is a tag all the same.
        return TagView(
            text.name(tag.text, TAG_LENGTH) or text.REPLACEMENT, tag.kind.value, self._texts.tag_titles[tag.kind]
        )


def rights(room: Room) -> str:
    """``rwu``, with ``-`` for what visitors may not do and ``?`` where the server does not tell.

    Nobody uploads where nobody writes.
    """
    told = {"r": room.read, "w": room.write, "u": room.write is not False and room.upload}
    return "".join("?" if may is None else letter if may else "-" for letter, may in told.items())


def _language(code: str, table: LanguageTable, locale: str) -> LanguageView:
    lang = code if code != MANY and _LANGUAGE_CODE.fullmatch(code) else ""
    return LanguageView(flag=table.flag(code), name=language_name(code, locale), code=lang, tag=code)
