"""The sitemap (sitemaps.org, protocol 0.9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.site.pages.paths import STATS, TRANSLATED, Place

MOST_ENTRIES = 50_000
"""More entries make a sitemap invalid."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page; ``changed`` is its last change in Unix seconds, None where it is not known."""

    url: str
    changed: int | None = None
    alternates: tuple[tuple[str, str], ...] = ()
    """Codes and addresses of the same page in all languages; empty where there is one."""


def sitemap(base: str, paths: Iterable[str], now: int) -> tuple[Entry, ...]:
    """Every page of a site at ``base``: the translated ones, then the folders ``paths``; empty without a ``base``.

    The list, the page about the directory and that about the network change with each crawl, at ``now``.
    """
    if not base:
        return ()
    entries = [*_translated(base, now), *(Entry(base + quote(path, safe="/")) for path in paths)]
    return tuple(entries[:MOST_ENTRIES])


def _translated(base: str, now: int) -> Iterator[Entry]:
    for path in TRANSLATED:
        for code in LOCALES:
            place = Place(base, site_language(code), path)
            alternates = tuple((language.code, url) for language, _, url in place.translations)
            yield Entry(place.url, now if path in {"", "about/", STATS} else None, alternates)
