"""What pages tell search engines in their own words: JSON-LD with the vocabulary of schema.org.

Templates write it with the filter ``tojson``, which escapes ``<``, ``>``, ``&`` and ``'``, so that no stranger's word
can end the element. A data block is no script, so the Content Security Policy needs no hash for it (HTML, "prepare the
script element").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sessioncrawler.editorial.config import Site
from sessioncrawler.site.pages.paths import Place
from sessioncrawler.text.names import well_formed

CONTEXT = "https://schema.org"
MOST_ITEMS = 100
"""Communities that the list names to search engines: the first ones; all are in the sitemap."""


def website(site: Site, place: Place) -> dict[str, Any]:
    """The site as a ``WebSite``; empty where its address is unknown, since a thing without one says nothing."""
    return {"@context": CONTEXT, **_website(site, place)} if site.url else {}


def collection(site: Site, place: Place, entries: Sequence[tuple[str, str]], name: str = "") -> dict[str, Any]:
    """The list, or a part of it called ``name``, as a ``CollectionPage``.

    ``entries`` are the names and folders of all its Communities in their order.
    """
    if not site.url:
        return {}
    items = [
        {"@type": "ListItem", "position": position, "name": well_formed(one), "url": site.url + quote(path, safe="/")}
        for position, (one, path) in enumerate(entries[:MOST_ITEMS], start=1)
    ]
    return {
        "@context": CONTEXT,
        "@type": "CollectionPage",
        "name": well_formed(name) or site.name,
        "url": place.url,
        "inLanguage": place.language.code,
        "isPartOf": _website(site, place),
        "mainEntity": {"@type": "ItemList", "numberOfItems": len(entries), "itemListElement": items},
    }


def community(site: Site, place: Place, name: str, description: str) -> dict[str, Any]:
    """The page of a Community, with the strangers' ``name`` and ``description``, which may be empty."""
    if not site.url:
        return {}
    return {
        "@context": CONTEXT,
        "@type": "WebPage",
        "name": well_formed(name),
        **({"description": well_formed(description)} if description else {}),
        "url": place.url,
        "isPartOf": _website(site, place),
    }


def _website(site: Site, place: Place) -> dict[str, Any]:
    about = {"description": site.description} if site.description else {}
    return {"@type": "WebSite", "name": site.name, "url": site.url, "inLanguage": place.language.code, **about}
