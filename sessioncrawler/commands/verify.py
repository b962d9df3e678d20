"""``scrapy verify``: whether the key log in the state is as it was written."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from sessioncrawler.commands._terminal_text import say
from sessioncrawler.protocol.keys.log import KeyEntry, broken_at
from sessioncrawler.state import State, StateError
from sessioncrawler.text.dates import day_and_minute


class VerifyCommand(ScrapyCommand):
    """Exit code 0 where the chain holds, else 1. Reads the state and nothing else."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Options only."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Check that no entry of the key log was changed or removed"

    def long_desc(self) -> str:
        """Say what is checked."""
        return (
            f"{self.short_desc()}. Each entry holds the hash of the one before, so a change shows from there on. That "
            "the end is not missing shows who compares the last hash with one that was published: v1/keys.json has it."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 - Scrapy's signature
        """Print to stdout what holds, to stderr what is broken."""
        if args:
            raise UsageError(f"'scrapy verify' takes no argument, but got {args[0]!r}", print_help=False)
        settings = self.settings
        assert settings is not None  # noqa: S101 - scrapy.cmdline sets it
        try:
            with State.open(settings["STATE_URL"], create=False) as state:
                entries = state.key_log()
        except StateError as error:
            say(str(error), sys.stderr)
            self.exitcode = 1
            return
        broken = broken_at(entries)
        if broken is not None:
            say(told(broken), sys.stderr)
            self.exitcode = 1
            return
        say(written(entries), sys.stdout)


def told(broken: int) -> str:
    """What a broken chain means, and what to do."""
    return (
        f"The key log is broken at entry {broken}: it, or one before it, was changed or removed after it was written. "
        "Put the last backup of the state whose log holds in its place, and find out who can write the state. "
        f"Entries before {broken} are as they were written."
    )


def written(entries: list[KeyEntry]) -> str:
    """What holds, in one line."""
    if not entries:
        return "The key log is empty: no key was proven so far."
    last = entries[-1]
    number = f"{len(entries):,} entries" if len(entries) > 1 else "1 entry"
    return f"The key log holds: {number}, the last of {day_and_minute(last.event.at)}, with the hash {last.sha256}."
