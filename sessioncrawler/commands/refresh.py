"""``scrapy refresh``: the directory, once."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from sessioncrawler.commands._process import run_refresh


class RefreshCommand(ScrapyCommand):
    """Exit code 0 only if the site was published."""

    requires_project = True

    def syntax(self) -> str:
        """Takes no arguments of its own."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Read the sources, ask all servers, publish the site"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Run every source spider, then ``sogs``."""
        if args:
            raise UsageError(f"'scrapy refresh' takes no argument, but got {args[0]!r}; settings are given with -s")
        self.exitcode = run_refresh(self.crawler_process)
