"""``python -m bench.screenshots SITE FOLDER``: pictures of a site's pages, on a phone and a desktop, light and dark.

Of the list, in three languages, there are pictures at more sizes.

The README's picture is that of the list on a desktop in light; ``--picture FILE`` writes it, in few bytes.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright
from rich.console import Console

from bench.looked_at import looked_at
from bench.served import served

Scheme = Literal["light", "dark"]
SCREENS: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}
LIST_SCREENS: dict[str, ViewportSize] = SCREENS | {
    "small-phone": {"width": 360, "height": 740},
    "tablet": {"width": 820, "height": 1180},
    "laptop": {"width": 1280, "height": 800},
    "large": {"width": 1920, "height": 1080},
}
LISTS = frozenset({"list", "german", "persian"})
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
COLOURS = 256
MOST = 250_000
"""Bytes of the README's picture."""


def shoot(browser: Browser, url: str, screen: str, scheme: Scheme, *, opened: bool = False) -> bytes:
    """A PNG of what a visitor of ``url`` sees first; with ``opened``, after a look at the first Community."""
    context = browser.new_context(viewport=LIST_SCREENS[screen], color_scheme=scheme, device_scale_factor=1)
    try:
        page = context.new_page()
        page.goto(url, wait_until="load")
        if opened:
            page.click("#communities h2 a >> nth=0")
            page.wait_for_selector("dialog[open]")
        return page.screenshot(animations="disabled")
    finally:
        context.close()


def slim(picture: bytes) -> bytes:
    """The same PNG with a palette of 256 colours."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def shots(site: Path) -> dict[str, tuple[str, bool]]:
    """Name of a picture → the page's address below the site's, and whether its first Community is opened."""
    return {name: (path, False) for name, path in looked_at(site).items()} | {"dialog": ("", True)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Take all pictures; 1 where there is no browser, or the README's picture is too large."""
    parser = argparse.ArgumentParser(prog="python -m bench.screenshots", description=__doc__)
    parser.add_argument("site", type=Path, help="folder of a published site")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--picture", type=Path, help="also the README's picture, as this file")
    options = parser.parse_args(arguments)
    chromium = shutil.which("chromium")
    if chromium is None:
        Console(stderr=True).print("No chromium is installed; on Debian: apt-get install chromium")
        return 1
    options.folder.mkdir(parents=True, exist_ok=True)
    with served(options.site) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (path, opened) in shots(options.site).items():
            for screen in LIST_SCREENS if name in LISTS else SCREENS:
                for scheme in SCHEMES:
                    picture = slim(shoot(browser, f"{base}/{path}", screen, scheme, opened=opened))
                    (options.folder / f"{name}-{screen}-{scheme}.png").write_bytes(picture)
        browser.close()
    return _keep(options.folder / "list-desktop-light.png", options.picture) if options.picture else 0


def _keep(source: Path, target: Path) -> int:
    picture = source.read_bytes()
    if len(picture) > MOST:
        sentence = f"{source} has {len(picture)} bytes; {target} may have {MOST}: show less of the page"
        Console(stderr=True).print(sentence, markup=False)
        return 1
    target.write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
