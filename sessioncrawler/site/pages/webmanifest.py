"""The web app manifest (W3C), with which a phone puts the site on its home screen."""

from __future__ import annotations

from typing import Any

from sessioncrawler.editorial.config import Site

ICONS = {"icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512}
"""Files of ``logo/`` and the sides of these squares in pixels; 180 is what Apple's devices ask for."""


def manifest(site: Site) -> dict[str, Any]:
    """The manifest of a site; its links begin where it is, at the root."""
    logos = [
        {"src": f"logo/{name}", "sizes": f"{side}x{side}", "type": "image/png", "purpose": "any"}
        for name, side in ICONS.items()
    ]
    return {
        "name": site.name,
        "short_name": site.name,
        **({"description": site.description} if site.description else {}),
        "id": "./",
        "start_url": "./index.html",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": "#fbfbf9",
        "theme_color": "#0b6e45",
        "icons": [{"src": "favicon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}, *logos],
    }
