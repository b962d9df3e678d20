"""The context of the page, built in one place: a template shows it and never computes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sessioncrawler.editorial.config import Directory
from sessioncrawler.site import numbers
from sessioncrawler.site.listed import Listed
from sessioncrawler.site.reasons import reason_text
from sessioncrawler.site.rows import Provenance, Row, RowBuilder
from sessioncrawler.site.texts import ENGLISH, Texts


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many Communities were left out for one reason."""

    text: str
    count: int
    count_text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page shows."""

    texts: Texts
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
    nsfw: int
    """How many of them are not safe for work."""
    nsfw_text: str
    dropped: tuple[Dropped, ...]
    """Most frequent first."""
    dropped_summary: str
    """``12 Communities are not listed``; empty where all are."""


def build_page(
    communities: Iterable[Listed],
    directory: Directory,
    now: int,
    dropped: Mapping[str, int],
    *,
    provenance: Provenance | None = None,
    texts: Texts = ENGLISH,
) -> Page:
    """Build the context of the page.

    ``now`` is the crawl's time in Unix seconds; ``dropped`` counts Communities by the reason why they are not listed.
    Rows: pinned first, then those that can be read, by visitors a week (unknown last), by name and by identifier.
    """
    site = directory.site
    listed = list(communities)
    builder = RowBuilder(listed, directory, now, provenance=provenance, texts=texts)
    servers = len({community.server.public_key for community in listed})
    nsfw = sum(community.nsfw_reason is not None for community in listed)
    summary = f"{_communities(len(listed))} on {numbers.counted(servers, 'server', 'servers')}"
    left_out = _left_out(dropped)
    total = sum(reason.count for reason in left_out)
    return Page(
        texts=texts,
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
        rows=tuple(sorted(map(builder.row, listed), key=_order)),
        nsfw=nsfw,
        nsfw_text=numbers.grouped(nsfw),
        dropped=left_out,
        dropped_summary=f"{_communities(total)} {'is' if total == 1 else 'are'} not listed" if total else "",
    )


def contact_url(contact: str) -> str:
    """The link of the operator's contact: ``mailto:…`` for an e-mail address, itself for a web address, else empty."""
    if re.fullmatch(r"[^\s@<>?&]+@[^\s@<>?&]+\.[^\s@<>?&]+", contact):
        return f"mailto:{contact}"
    return contact if re.fullmatch(r"https?://\S+", contact) else ""


def _order(row: Row) -> tuple[bool, bool, bool, int, str, str]:
    unreadable, visitors = row.rights.startswith("-"), row.visitors or 0
    return (not row.pinned, unreadable, row.visitors is None, -visitors, row.name.casefold(), row.identifier)


def _left_out(dropped: Mapping[str, int]) -> tuple[Dropped, ...]:
    counts = [(reason_text(reason), count) for reason, count in dropped.items() if count > 0]
    return tuple(
        Dropped(reason, count, numbers.grouped(count)) for reason, count in sorted(counts, key=lambda c: (-c[1], c[0]))
    )


def _communities(number: int) -> str:
    return numbers.counted(number, "Community", "Communities")
