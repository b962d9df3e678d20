"""``scrapy backup FILE``: a copy of the state, while crawls go on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scrapy.exceptions import UsageError

from sessioncrawler.commands._terminal_text import say
from sessioncrawler.discretion import ReadingCommand
from sessioncrawler.state import StateError
from sessioncrawler.state.copies import back_up


class BackupCommand(ReadingCommand):
    """Exit code 0 where the copy was written and is on the disk, else 1."""

    def syntax(self) -> str:
        """Where the copy goes."""
        return "[options] FILE"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Keep a copy of the state, while crawls go on"

    def long_desc(self) -> str:
        """Say what is in it."""
        return (
            f"{self.short_desc()}. FILE is an SQLite database with all that the state holds at one moment, whatever "
            "the state lives in: 'scrapy restore' puts it back, also into a database of another kind."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Write the copy and say how large it is."""
        if len(args) != 1:
            raise UsageError("'scrapy backup' takes one file, such as state-2026-11-30.db", print_help=False)
        settings = self.settings
        assert settings is not None  # noqa: S101 - scrapy.cmdline sets it
        path = Path(args[0])
        try:
            rows = back_up(settings["STATE_URL"], path)
        except StateError as error:
            say(str(error), sys.stderr)
            self.exitcode = 1
            return
        say(f"Wrote {path}: {rows:,} rows, {path.stat().st_size:,} bytes.", sys.stdout)
