"""What every page says of the site itself: the operator's names and texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sessioncrawler.editorial.config import Site
from sessioncrawler.site.pages.places import Place

LOGO = "logo/icon-512.png"
"""The picture of the site for previews of links, below its root."""


@dataclass(frozen=True, slots=True)
class SiteView:
    """The site as pages show it."""

    name: str
    description: str
    about: tuple[str, ...]
    """Paragraphs."""
    about_language: str
    """BCP 47 code of what the operator wrote."""
    contact: str
    contact_url: str
    """``mailto:`` or ``https:``; empty where ``contact`` is neither an address nor a link."""
    source_code: str


def site_view(site: Site) -> SiteView:
    """The operator's names and texts."""
    return SiteView(
        name=site.name,
        description=site.description,
        about=paragraphs(site.about),
        about_language=site.default_language,
        contact=site.contact,
        contact_url=contact_url(site.contact),
        source_code=site.source_code,
    )


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: empty lines separate them."""
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def contact_url(contact: str) -> str:
    """The link of the operator's contact: ``mailto:…`` for an e-mail address, itself for a web address, else empty."""
    if re.fullmatch(r"[^\s@<>?&]+@[^\s@<>?&]+\.[^\s@<>?&]+", contact):
        return f"mailto:{contact}"
    return contact if re.fullmatch(r"https?://\S+", contact) else ""


def preview_image(place: Place) -> str:
    """The absolute address of a picture for previews of links; empty where the site has no address of its own."""
    base = place.real_base
    return base and base + LOGO
