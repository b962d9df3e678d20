"""The pages of a published site that pictures are taken of, and that Lighthouse measures: one of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

ALWAYS = {
    "list": "",
    "about": "about/",
    "status": "status/",
    "statistics": "stats/",
    "german": "de/",
    "persian": "fa/",
    "persian-statistics": "fa/stats/",
}
"""Pages that every site has: name → folder."""
_LINES = 'class="sparks"'
"""In the page of a Community with a past."""
_GONE, _ADULT, _LEADING = 'content="noindex"', 'class="step"', 'http-equiv="refresh"'
"""In the page of a Community that is gone, in that of an adult one as well, and in one that leads elsewhere."""


def looked_at(site: Path) -> dict[str, str]:
    """Name of each page → its address below that of the site; kinds that ``site`` has none of are left out."""
    return ALWAYS | {name: quote(f"{path.relative_to(site).as_posix()}/", safe="/") for name, path in _own(site)}


def is_gone(site: Path, address: str) -> bool:
    """Whether the page at ``address`` below that of the site asks not to be found."""
    return address.startswith("c/") and _GONE in _text(site / unquote(address))


def _own(site: Path) -> Iterator[tuple[str, Path]]:
    communities = {path: _text(path) for path in _folders(site, "c/*/")}
    there = [path for path, text in communities.items() if _GONE not in text and _LEADING not in text]
    yield from _first("community", sorted(there, key=lambda path: _LINES not in communities[path]))
    hidden = [path for path, text in communities.items() if _GONE in text]
    yield from _first("adult", (path for path in hidden if _ADULT in communities[path]))
    yield from _first("gone", (path for path in hidden if _ADULT not in communities[path]))
    for name in ("language", "topic"):
        # The one with the most on it.
        yield from _first(name, sorted(_folders(site, f"{name}/*/"), key=lambda path: -len(_text(path))))
    servers = {path: text for path in _folders(site, "s/*/") if _LEADING not in (text := _text(path))}
    # One on which there is much to see.
    busy = sorted(servers, key=lambda path: -_away(servers[path]))[:1]
    yield from _first("server", busy)
    yield from _first("persian-server", (site / "fa" / path.relative_to(site) for path in busy))


def _first(name: str, paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    return ((name, path) for path in list(paths)[:1] if (path / "index.html").exists())


def _away(text: str) -> int:
    return text.count('<path class="down"') + text.count('<path class="part"')


def _folders(site: Path, pattern: str) -> Iterator[Path]:
    return (path.parent for path in sorted(site.glob(f"{pattern}index.html")))


def _text(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")
