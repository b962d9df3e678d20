"""``scrapy restore FILE``: a copy in place of the state."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scrapy.exceptions import UsageError

from sessioncrawler.commands._terminal_text import say
from sessioncrawler.discretion import ReadingCommand
from sessioncrawler.state import StateError
from sessioncrawler.state.copies import restore


class RestoreCommand(ReadingCommand):
    """Exit code 0 where the state is what the copy was, else 1 and the state is as before."""

    def syntax(self) -> str:
        """Which copy."""
        return "[options] FILE"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Put a copy that 'scrapy backup' wrote in place of the state"

    def long_desc(self) -> str:
        """Say what becomes of the present one."""
        return (
            f"{self.short_desc()}: all of it or nothing. What the state holds now is lost, so this needs --replace "
            "where it is not empty. The site follows with the next crawl, or at once with 'scrapy crawl directory'."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """``--replace``."""
        super().add_options(parser)
        parser.add_argument("--replace", action="store_true", help="although the state is not empty")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Restore, and say how much that was."""
        if len(args) != 1:
            raise UsageError("'scrapy restore' takes one file that 'scrapy backup' wrote", print_help=False)
        settings = self.settings
        assert settings is not None  # noqa: S101 - scrapy.cmdline sets it
        try:
            rows = restore(settings["STATE_URL"], Path(args[0]), replace=opts.replace)
        except StateError as error:
            say(str(error), sys.stderr)
            self.exitcode = 1
            return
        say(f"Restored {rows:,} rows from {args[0]}.", sys.stdout)
