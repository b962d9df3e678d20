"""The sitemap (sitemaps.org, protocol 0.9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from sessioncrawler.site.i18n.languages import LOCALES, site_language
from sessioncrawler.site.pages.paths import BROWSE, STATS, TRANSLATED, Place

MOST_ENTRIES = 50_000
"""More entries make a sitemap invalid."""
_CHANGING = {"", "about/", BROWSE, STATS}
"""Pages that change with each crawl."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page; ``changed`` is its last change in Unix seconds, None where it is not known."""

    url: str
    changed: int | None = None
    alternates: tuple[tuple[str, str], ...] = ()
    """Codes and addresses of the same page in all languages; empty where there is one."""


def sitemap(base: str, paths: Mapping[str, Sequence[str]], now: int) -> tuple[Entry, ...]:
    """Every page of a site at ``base``: those that every site has, then the folders ``paths``; empty without one.

    ``paths`` gives the codes of the languages in which each page exists. All other languages of these come last, since
    that is what is cut off where there are too many. The list, the page about the directory and that about the network
    change with each crawl, at ``now``.
    """
    if not base:
        return ()
    entries = chain(
        (entry for path in TRANSLATED for entry in _entries(base, path, LOCALES, now if path in _CHANGING else None)),
        (next(_entries(base, path, codes)) for path, codes in paths.items()),
        (entry for path, codes in paths.items() for entry in islice(_entries(base, path, codes), 1, None)),
    )
    return tuple(islice(entries, MOST_ENTRIES))


def _entries(base: str, path: str, codes: Sequence[str], changed: int | None = None) -> Iterator[Entry]:
    """The page ``path`` in each of its languages, the first of which is the default one."""
    urls = tuple((code, Place(base, site_language(code), path).url) for code in codes)
    for _, url in urls:
        yield Entry(url, changed, urls if len(urls) > 1 else ())
