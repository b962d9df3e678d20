"""Driving a refresh inside Scrapy's process."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from rich.console import Console
from scrapy.crawler import AsyncCrawlerProcess, CrawlerProcessBase
from scrapy.exceptions import UsageError

from sessioncrawler.commands._outcome import RefreshReport
from sessioncrawler.commands._past import LivedPast
from sessioncrawler.commands._run import Refresh
from sessioncrawler.commands._terminal import show_progress, show_report


def run_refresh(
    process: CrawlerProcessBase | None, urls: dict[str, str] | None = None, past: LivedPast | None = None
) -> int:
    """Run a refresh to its end, after a ``past`` where there is one, and tell what it came to; the exit code."""
    if not isinstance(process, AsyncCrawlerProcess):
        raise UsageError("a refresh needs Scrapy's asyncio reactor: leave TWISTED_REACTOR as it is", print_help=False)
    console = Console(highlight=False)
    if console.is_terminal:
        process.settings.set("LOG_LEVEL", "ERROR", priority="spider")
    refresh = Refresh(process, urls or {})
    task = asyncio.get_event_loop().create_task(_watched(refresh, console, past))
    task.add_done_callback(_stop_reactor)
    process.start(stop_after_crawl=False)
    report = _result(task)
    show_report(report, console)
    return 0 if report.published else 1


async def _watched(refresh: Refresh, console: Console, past: LivedPast | None) -> RefreshReport:
    if past:
        console.print(f"Making a past of {past.life.days} days …")
        await past.live()
        console.print(f"{past.published} of its {past.done} crawls were published.")
    progress = asyncio.ensure_future(show_progress(refresh, console))
    try:
        return await refresh.run()
    finally:
        progress.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await progress


def _stop_reactor(_: object) -> None:
    from twisted.internet import reactor as module  # noqa: PLC0415 - importing it earlier would install the wrong one

    reactor: Any = module  # the module is replaced by the reactor itself

    with contextlib.suppress(RuntimeError):  # it stops already, after Ctrl-C
        reactor.stop()


def _result(task: asyncio.Task[RefreshReport]) -> RefreshReport:
    if task.done() and not task.cancelled():
        return task.result()
    return RefreshReport(sources=(), published=False, sentence="Stopped; nothing was published.")
