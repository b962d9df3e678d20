"""``scrapy check-config``: whether ``directory.toml`` is right.

Scrapy calls a command by the last part of its module's name, hence the hyphen.
"""  # noqa: N999 - see above

from __future__ import annotations

import argparse
import sys
import time

from scrapy.exceptions import UsageError

from sessioncrawler.commands._terminal_text import say
from sessioncrawler.discretion import ReadingCommand
from sessioncrawler.editorial.config import DirectoryError, find_directory, read_directory
from sessioncrawler.editorial.config.advice import advise
from sessioncrawler.publish.signing import signing_key


class CheckConfigCommand(ReadingCommand):
    """Exit code 0 if a crawl would accept the file and the key, warnings or not; 1 if not. Asks no network."""

    def syntax(self) -> str:
        """Takes the path of the file."""
        return "[options] [PATH]"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Check directory.toml: what is wrong in it, and what does nothing"

    def long_desc(self) -> str:
        """Say which file is meant."""
        return (
            f"{self.short_desc()}. Without PATH it is the file that the setting DIRECTORY_CONFIG names, else "
            "directory.toml of this folder, else the one in the egg. The key that SIGNING_KEY names is tried, too."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Print mistakes and warnings to stderr, a summary to stdout."""
        if len(args) > 1:
            raise UsageError(f"'scrapy check-config' takes one path, but got {len(args)}", print_help=False)
        assert self.settings is not None  # noqa: S101 - scrapy.cmdline sets it
        path = find_directory(args[0] if args else self.settings["DIRECTORY_CONFIG"])
        try:
            advice = advise(read_directory(path), str(path), int(time.time()))
            key = signing_key(self.settings)
        except (DirectoryError, ValueError) as error:
            say(str(error), sys.stderr)
            self.exitcode = 1
            return
        for warning in advice.warnings:
            say(f"Warning: {warning}", sys.stderr)
        count = len(advice.warnings)
        verdict = "all fine" if not count else f"fine, with {count} warning{'s' * (count > 1)}"
        say(f"{path}: {advice.summary}: {verdict}", sys.stdout)
        if key:
            say(f"The open data will be signed. Their public key: {key.public}", sys.stdout)
