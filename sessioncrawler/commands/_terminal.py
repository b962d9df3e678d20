"""What a person sees while a refresh runs and when it is done."""

from __future__ import annotations

import asyncio

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sessioncrawler.commands._outcome import RefreshReport
from sessioncrawler.commands._run import SERVERS, Refresh
from sessioncrawler.text.secrets import redacted

INTERVAL = 0.2
"""Seconds between two looks at the stats."""


async def show_progress(refresh: Refresh, console: Console) -> None:
    """A progress bar on a terminal until cancelled; nothing elsewhere, where the log tells."""
    if not console.is_terminal:
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(refresh.stage, total=None, counts="")
        while True:
            await asyncio.sleep(INTERVAL)
            done, total, counts = _counts(refresh)
            progress.update(task, description=refresh.stage, completed=done, total=total, counts=counts)


def _counts(refresh: Refresh) -> tuple[int, int | None, str]:
    total, done, reached = (refresh.count(f"polls/{name}", SERVERS) for name in ("candidates", "done", "reached"))
    if total:
        return done, total, f"{reached} reachable, {done - reached} failed"
    return 0, None, f"{refresh.count('source/links', *refresh.sources)} join links"


def show_report(report: RefreshReport, console: Console) -> None:
    """The sources, the outcomes and the sentence that sums it up."""
    table = Table("Source", "Join links", box=None, pad_edge=False)
    for source in report.sources:
        table.add_row(source.name, str(source.links) if not source.trouble else source.trouble)
    console.print(table)
    console.print()
    if report.outcomes:
        table = Table("Addresses", "Outcome", "For example", box=None, pad_edge=False)
        for row in report.outcomes:
            table.add_row(f"{row.addresses:9}", row.outcome, Text("\n".join(row.examples), overflow="fold"))
        console.print(table)
        console.print()
    console.print(redacted(report.sentence), markup=False, soft_wrap=True, style=None if report.published else "red")
