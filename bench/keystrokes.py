"""``python -m bench.keystrokes``: how long a phone takes from a key to what it finds, in a list of 5,000 Communities.

A phone (390 by 844) with a CPU four times slower than this one types into the list's search, in Chromium. The same keys
go into a bare field, which says what of it is the machine's. Texts are those of ``bench.render`` with made-up words
behind them, so that there are as many words as real ones have. ``--site FOLDER`` measures a site that is there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import median

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from bench.render import COMMUNITIES, DIRECTORY, NOW, communities
from bench.served import served
from sessioncrawler.editorial.config import parse_directory
from sessioncrawler.items import CommunityItem
from sessioncrawler.knowledge.known import Knowledge
from sessioncrawler.publish.edition import Edition
from sessioncrawler.publish.pages import the_list, the_search_index
from sessioncrawler.site.i18n.languages import DEFAULT

SLOWER = 4
"""How many times slower the CPU is made."""
MOST = 100
"""Milliseconds that a key may take."""
PAUSE = 150
"""Milliseconds between two keys."""
PATIENCE = 60_000
"""Milliseconds after which something is broken."""
WORDS, SAID = 40_000, 12
"""Made-up words there are to draw from, and how many a Community has of them."""
LETTERS = ("bcdfghklmnprstvz", "aeiou")
KEYS = "linux chat"
SLIP = "prviacy"
STROKES = """
window.strokes = [];
addEventListener("keydown", ({ timeStamp }) => {
  requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => strokes.push(performance.now() - timeStamp);
    painted.port2.postMessage(null);
  });
}, true);
"""
"""Writes down how long each key takes until its frame is laid out and painted."""
BARE = '<!doctype html><meta name="viewport" content="width=device-width"><input id="filter" type="search">'


def world(folder: Path, count: int, seed: int) -> None:
    """The list of so many Communities in ``folder``, and its search index."""
    rng = Random(seed)  # noqa: S311 - a benchmark that can be repeated
    words = ["".join(rng.choice(LETTERS[at % 2]) for at in range(rng.randrange(4, 12))) for _ in range(WORDS)]
    # As in every language, some words are frequent and most are rare.
    weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))
    found = [_longer(item, rng.choices(words, cum_weights=weights, k=SAID)) for item in communities(count, seed)]
    known = Knowledge(parse_directory(DIRECTORY, "directory.toml"), NOW)
    edition = Edition(known, sorted(found, key=lambda item: (item.identifier, item.server.public_key)))
    files = {"index.html": the_list(edition, DEFAULT), **dict(the_search_index(edition))}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _longer(item: CommunityItem, words: Sequence[str]) -> CommunityItem:
    return replace(item, description=" ".join([item.description or "", *words]).strip())


@contextmanager
def phone(browser: Browser, url: str) -> Iterator[Page]:
    """A page on a slow phone, come to rest."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    try:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.add_init_script(STROKES)
        slow = context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        if url:
            page.goto(url, wait_until="load")
        else:
            page.set_content(BARE)
            page.evaluate(STROKES)
        page.wait_for_timeout(1500)
        yield page
        _fast(slow)
    finally:
        context.close()


def _fast(session: CDPSession) -> None:
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def press(page: Page, keys: Sequence[str]) -> list[float]:
    """Milliseconds that each of ``keys`` took, one after the other."""
    page.evaluate("strokes.length = 0")
    for key in keys:
        page.keyboard.press("Space" if key == " " else key)
        page.wait_for_timeout(PAUSE)
    for _ in range(PATIENCE // PAUSE):
        if page.evaluate("strokes.length") >= len(keys):
            break
        page.wait_for_timeout(PAUSE)
    took: list[float] = page.evaluate("strokes")
    return took


def _until(page: Page, expression: str) -> None:
    for _ in range(PATIENCE // 20):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    raise TimeoutError(f"{expression} never came to hold")


def visit(browser: Browser, url: str) -> dict[str, list[float]]:
    """Milliseconds of the keys of one visitor, by what they are."""
    found: dict[str, list[float]] = {}
    with phone(browser, "") as page:
        page.tap("#filter")
        found["a bare field"] = press(page, KEYS)
    with phone(browser, url) as page:
        page.tap("#filter")
        # At once: the index is on its way, or is being read.
        found["first key, at once after the tap"] = press(page, KEYS[:1])
        found["further keys, while the index is read"] = press(page, KEYS[1:4])
    with phone(browser, url) as page:
        page.tap("#filter")
        _until(page, "Rooms.complete()")
        found["a slip, before the words are learnt"] = press(page, SLIP)[3:]
    with phone(browser, url) as page:
        page.tap("#filter")
        _until(page, "Rooms.complete()")
        page.wait_for_timeout(5000)
        found["first key, all is ready"] = press(page, KEYS[:1])
        found["further keys"] = press(page, KEYS[1:])
        found["clearing (Escape)"] = press(page, ["Escape"])
        found["a slip, once the words are learnt"] = press(page, SLIP)[3:]
        found["taking letters away"] = press(page, ["Backspace"] * len(SLIP))
    return found


def table(measured: Mapping[str, Sequence[float]]) -> Table:
    """Median and worst of each kind."""
    shown = Table("what", "keys", "median, ms", "worst, ms", f"above {MOST} ms")
    for what, took in measured.items():
        above = sum(one > MOST for one in took)
        shown.add_row(what, str(len(took)), f"{median(took):.0f}", f"{max(took):.0f}", str(above) if above else "")
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where there is no browser."""
    parser = argparse.ArgumentParser(prog="python -m bench.keystrokes", description=__doc__)
    parser.add_argument("--communities", type=int, default=COMMUNITIES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--site", type=Path, help="folder of a published site, instead of one that is made for this")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    chromium = shutil.which("chromium")
    if chromium is None:
        console.print("No chromium is installed; on Debian: apt-get install chromium")
        return 1
    with tempfile.TemporaryDirectory() as made:
        folder = options.site or Path(made)
        if not options.site:
            world(folder, options.communities, options.seed)
        all_of: dict[str, list[float]] = {}
        with served(folder) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for _ in range(options.rounds):
                for what, took in visit(browser, f"{base}/").items():
                    all_of.setdefault(what, []).extend(took)
            browser.close()
    console.print(table(all_of))
    console.print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0


if __name__ == "__main__":
    sys.exit(main())
