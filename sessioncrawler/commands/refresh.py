"""``scrapy refresh``: the directory, once, or again and again."""

from __future__ import annotations

import argparse
import asyncio
import sys

from scrapy.exceptions import UsageError

from sessioncrawler.commands._process import run_refresh
from sessioncrawler.commands._rounds import RefreshService, in_units, parse_interval
from sessioncrawler.discretion import CarefulCommand
from sessioncrawler.text.secrets import redacted


class RefreshCommand(CarefulCommand):
    """Exit code 0 only if the site was published; with ``--keep-going`` if it was stopped in peace."""

    def syntax(self) -> str:
        """Takes no arguments of its own."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Read the sources, ask all servers, publish the site"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """``--keep-going`` is for services."""
        super().add_options(parser)
        parser.add_argument(
            "--keep-going",
            metavar="INTERVAL",
            help="again and again, each time INTERVAL (45m, 1h30m) after the last one began, until a signal stops it",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run every source spider, then ``sogs``."""
        if args:
            got = redacted(args[0])
            raise UsageError(f"'scrapy refresh' takes no argument, but got {got!r}; settings are given with -s")
        if opts.keep_going is None:
            self.exitcode = run_refresh(self.crawler_process)
        else:
            # The loop that Scrapy has made for a crawl of its own, which there is none of here.
            loop = asyncio.get_event_loop()
            self.exitcode = loop.run_until_complete(self._rounds(opts).run())
            loop.close()

    def _rounds(self, opts: argparse.Namespace) -> RefreshService:
        settings = self.settings
        assert settings is not None  # noqa: S101 - scrapy.cmdline sets it
        try:
            interval = parse_interval(opts.keep_going)
        except ValueError as error:
            raise UsageError(f"{error}", print_help=False) from error
        least = settings.getint("KEEP_GOING_LEAST")
        if interval < least:
            raise UsageError(
                f"--keep-going {opts.keep_going} is more often than servers should be asked; give {in_units(least)} or "
                "more (KEEP_GOING_LEAST)",
                print_help=False,
            )
        return RefreshService(
            _once(opts),
            interval,
            jitter=min(max(settings.getfloat("KEEP_GOING_JITTER"), 0.0), 0.5),
            backoff=settings.getint("KEEP_GOING_BACKOFF"),
            longest=settings.getfloat("KEEP_GOING_LONGEST"),
        )


def _once(opts: argparse.Namespace) -> list[str]:
    """The command of a single round, with the same options; what is for this process alone is left out."""
    command = [sys.executable, "-m", "scrapy", "refresh"]
    for given in opts.set:
        command += ["-s", given]
    for name in ("logfile", "loglevel"):
        if value := getattr(opts, name):
            command += [f"--{name}", value]
    return [*command, "--nolog"] if opts.nolog else command
