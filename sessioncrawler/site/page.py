"""The context of the page, built in one place: a template shows it and never computes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sessioncrawler.editorial.config import Directory
from sessioncrawler.editorial.languages import LanguageTable, language_name
from sessioncrawler.model import Tag, TagKind
from sessioncrawler.site import keys, numbers, text
from sessioncrawler.site.listed import Listed
from sessioncrawler.site.reasons import reason_text

MANY = "mul"
TAG_LENGTH = 40
"""Characters of a tag that are shown."""

_LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_TAG_TITLES = {
    TagKind.USER: "A tag that the operators of this Community chose",
    TagKind.RESERVED: "A tag that this directory gave",
    TagKind.WARNING: "A warning",
}


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


@dataclass(frozen=True, slots=True)
class Row:
    """One Community, ready to be shown: strings of strangers are visible text, still to be escaped."""

    identifier: str
    """``TOKEN+serverid``: the row's HTML id, and behind ``#`` its permalink."""
    token: str
    name: str
    initial: str
    hue: int
    language: LanguageView | None
    lead: str
    """The description, or its beginning where ``description`` has the whole of it."""
    description: str
    tags: tuple[TagView, ...]
    visitors: int | None
    """People who visited within a week; None where the server does not tell."""
    visitors_text: str
    preview_url: str | None
    join_url: str
    host_parts: tuple[str, ...]
    """``host[:port]`` in parts, between which a line may break."""
    server_id: str
    fingerprint: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many Communities were left out for one reason."""

    text: str
    count: int
    count_text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page shows."""

    title: str
    url: str
    description: str
    """One sentence for search engines: the operator's, else ``summary``."""
    about: tuple[str, ...]
    """Paragraphs."""
    source_code: str
    contact: str
    contact_url: str
    """``mailto:`` or ``https:``; empty where ``contact`` is neither an address nor a link."""
    checked: int
    """Unix seconds of the crawl."""
    communities: int
    servers: int
    summary: str
    """``97 Communities on 14 servers``."""
    rows: tuple[Row, ...]
    dropped: tuple[Dropped, ...]
    """Most frequent first."""
    dropped_summary: str
    """``12 Communities are not listed``; empty where all are."""


def build_page(communities: Iterable[Listed], directory: Directory, now: int, dropped: Mapping[str, int]) -> Page:
    """Build the context of the page.

    ``now`` is the crawl's time in Unix seconds; ``dropped`` counts Communities by the reason why they are not listed.
    Rows: pinned first, then by visitors a week (unknown last), by name and by identifier.
    """
    site = directory.site
    listed = list(communities)
    languages = _languages((community.language for community in listed), LanguageTable(directory))
    servers = len({community.server.public_key for community in listed})
    summary = f"{_communities(len(listed))} on {numbers.counted(servers, 'server', 'servers')}"
    left_out = _left_out(dropped)
    total = sum(reason.count for reason in left_out)
    return Page(
        title=site.name,
        url=site.url,
        description=site.description or f"{summary}: a directory of public chat rooms in Session",
        about=tuple(part.strip() for part in site.about.split("\n\n") if part.strip()),
        source_code=site.source_code,
        contact=site.contact,
        contact_url=contact_url(site.contact),
        checked=now,
        communities=len(listed),
        servers=servers,
        summary=summary,
        rows=tuple(sorted((build_row(community, languages) for community in listed), key=_order)),
        dropped=left_out,
        dropped_summary=f"{_communities(total)} {'is' if total == 1 else 'are'} not listed" if total else "",
    )


def build_row(community: Listed, languages: Mapping[str, LanguageView]) -> Row:
    """Make the view of one Community; ``languages`` are the views of all codes that occur."""
    server, room = community.server, community.room
    shown_name = text.name(room.name) or room.token
    lead, description = text.split_lead(text.prose(community.description))
    visitors = room.weekly_active_users
    return Row(
        identifier=community.identifier,
        token=room.token,
        name=shown_name,
        initial=text.initial(shown_name),
        hue=keys.hue(server.public_key),
        language=languages.get(community.language or ""),
        lead=lead,
        description=description,
        tags=tuple(_tag(tag) for tag in community.tags),
        visitors=visitors,
        visitors_text=numbers.grouped(visitors),
        preview_url=server.preview_url(room),
        join_url=server.join_link(room).url,
        host_parts=tuple(re.findall(r"[^.]+\.?", server.address.netloc)),
        server_id=server.server_id,
        fingerprint=keys.fingerprint(server.public_key),
        pinned=community.pinned,
    )


def contact_url(contact: str) -> str:
    """The link of the operator's contact: ``mailto:…`` for an e-mail address, itself for a web address, else empty."""
    if re.fullmatch(r"[^\s@<>?&]+@[^\s@<>?&]+\.[^\s@<>?&]+", contact):
        return f"mailto:{contact}"
    return contact if re.fullmatch(r"https?://\S+", contact) else ""


def _order(row: Row) -> tuple[bool, bool, int, str, str]:
    visitors = row.visitors or 0
    return (not row.pinned, row.visitors is None, -visitors, row.name.casefold(), row.identifier)


def _languages(codes: Iterable[str | None], table: LanguageTable) -> dict[str, LanguageView]:
    # Once a code: a directory has few languages and many Communities.
    return {code: _language(code, table) for code in {code for code in codes if code}}


def _language(code: str, table: LanguageTable) -> LanguageView:
    lang = code if code != MANY and _LANGUAGE_CODE.fullmatch(code) else ""
    return LanguageView(flag=table.flag(code), name=language_name(code), code=lang)


def _tag(tag: Tag) -> TagView:
    return TagView(text.name(tag.text, TAG_LENGTH), tag.kind.value, _TAG_TITLES[tag.kind])


def _left_out(dropped: Mapping[str, int]) -> tuple[Dropped, ...]:
    counts = [(reason_text(reason), count) for reason, count in dropped.items() if count > 0]
    return tuple(
        Dropped(reason, count, numbers.grouped(count)) for reason, count in sorted(counts, key=lambda c: (-c[1], c[0]))
    )


def _communities(number: int) -> str:
    return numbers.counted(number, "Community", "Communities")
