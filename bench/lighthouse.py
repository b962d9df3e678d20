"""``python -m bench.lighthouse FOLDER``: what Lighthouse says of a site's pages, on a phone and on a desktop.

Lighthouse comes from ``npm ci``, the browser from the system (``CHROME_PATH``). The folder is served on loopback.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.looked_at import is_gone, looked_at
from bench.served import served
from bench.usage import ROOT, BenchError

LIGHTHOUSE = ROOT / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
UNSEEN = "seo"
"""The category that is not asked of a page that is not to be found."""
SCREENS = ("phone", "desktop")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"
PATIENCE = 180
"""Seconds for one page."""
FULL = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Lighthouse says of one page."""

    page: str
    screen: str
    scores: Mapping[str, float | None]
    """Category → 0 to 1; None where it could not be measured."""
    missing: tuple[str, ...]
    """Titles of the audits that cost points."""


def read(page: str, screen: str, report: Mapping[str, Any]) -> Verdict:
    """The verdict in Lighthouse's JSON report."""
    categories, audits = report["categories"], report["audits"]
    counted = {ref["id"] for name in categories for ref in categories[name]["auditRefs"] if ref["weight"]}
    costly = [audits[name] for name in sorted(counted) if audits[name]["score"] not in (None, 1)]
    return Verdict(
        page,
        screen,
        {name: category["score"] for name, category in categories.items()},
        tuple(f"{audit['title']} {audit.get('displayValue', '')}".strip() for audit in costly),
    )


def measure(base: str, page: str, screen: str, categories: Sequence[str] = CATEGORIES) -> Verdict:
    """Run Lighthouse on ``base/page``. BenchError where it does not come to an end."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "report.json")
        preset = ["--preset=desktop"] if screen == "desktop" else []
        only = f"--only-categories={','.join(categories)}"
        how = ["--quiet", "--output=json", f"--output-path={out}", f"--chrome-flags={FLAGS}", only, *preset]
        done = subprocess.run(  # noqa: S603 - our own tool and loopback's address
            [str(LIGHTHOUSE), f"{base}/{page}", *how],
            env=os.environ | {"CHROME_PATH": os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode or not out.exists():
            raise BenchError(f"Lighthouse gave up on {page or 'the list'}: {done.stderr.strip()[-500:]}")
        return read(page, screen, json.loads(out.read_text()))


def pages(folder: Path) -> dict[str, tuple[str, ...]]:
    """The pages of the site in ``folder`` that are measured, and by which categories."""
    seen = tuple(name for name in CATEGORIES if name != UNSEEN)
    return {page: seen if is_gone(folder, page) else CATEGORIES for page in looked_at(folder).values()}


def show(verdicts: Sequence[Verdict], console: Console) -> None:
    """A table of all scores from 0 to 100, and what cost points."""
    table = Table("Page", "Screen", *CATEGORIES)
    for one in verdicts:
        table.add_row(one.page or "list", one.screen, *(_score(one, name) for name in CATEGORIES))
    console.print(table)
    for line in sorted({f"{one.page or 'list'}, {one.screen}: {title}" for one in verdicts for title in one.missing}):
        console.print(line, style="yellow", markup=False)


def _score(one: Verdict, category: str) -> str:
    if category not in one.scores:
        return "-"
    score = one.scores[category]
    return "none" if score is None else f"{score * FULL:.0f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every page; 0 where all scores are 100."""
    parser = argparse.ArgumentParser(prog="python -m bench.lighthouse", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a published site")
    folder: Path = parser.parse_args(arguments).folder
    console = Console(highlight=False)
    if not LIGHTHOUSE.exists():
        console.print("Lighthouse is not installed; 'npm ci' does it.")
        return 1
    try:
        with served(folder) as base:
            wanted = pages(folder).items()
            verdicts = [measure(base, page, screen, named) for page, named in wanted for screen in SCREENS]
    except (BenchError, subprocess.TimeoutExpired) as error:
        console.print(str(error), markup=False)
        return 1
    show(verdicts, console)
    return 0 if all(score == 1 for one in verdicts for score in one.scores.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
