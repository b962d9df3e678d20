"""``scrapy verify``: whether a site or a mirror is what its directory published; or whether the key log is whole."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from pathlib import Path

from scrapy.exceptions import UsageError
from w3lib.url import file_uri_to_path

from sessioncrawler.commands._terminal_text import say
from sessioncrawler.commands.trust._places import check_folder, check_web, is_web
from sessioncrawler.discretion import ReadingCommand
from sessioncrawler.opendata.signatures import public_key
from sessioncrawler.protocol.keys.log import KeyEntry, broken_at
from sessioncrawler.publish.checking import Checked, Demands, UnreadableError, check
from sessioncrawler.state import State, StateError
from sessioncrawler.text.dates import day_and_minute
from sessioncrawler.text.secrets import redacted

_LONGEST_KEY = 4096
"""Bytes of a file with a public key: it has some 110."""


class VerifyCommand(ReadingCommand):
    """Exit code 0 where all holds, else 1. Of a site it reads the open data and nothing else, else the state alone."""

    def syntax(self) -> str:
        """A site, or nothing."""
        return "[options] [SITE]"

    def short_desc(self) -> str:
        """One line for ``scrapy``."""
        return "Check that a site or a mirror is as it was published; without SITE: the key log of the state"

    def long_desc(self) -> str:
        """Say what is checked."""
        return (
            f"{self.short_desc()}. SITE is a folder, file:// or http(s)://: the manifest of its open data is checked "
            "by the public key of the directory, and every file that it names by size and SHA-256. "
            "In the key log each entry holds the hash of the one before, so a change shows from there on. That its end "
            "is not missing shows who compares the last hash with one that was published: v1/keys.json has it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """``--key`` says whom to believe, ``--max-age`` how long."""
        super().add_options(parser)
        parser.add_argument("--key", metavar="KEY", help="public key of the directory, or a file that holds it")
        parser.add_argument("--max-age", metavar="HOURS", type=float, help="fail where the data are older")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print to stdout what holds, to stderr what is wrong."""
        if len(args) > 1:
            raise UsageError(f"'scrapy verify' takes one site, but got {len(args)}", print_help=False)
        if args:
            self._verify_site(args[0], opts)
        elif opts.key or opts.max_age is not None:
            raise UsageError("--key and --max-age are about a site: name its folder or address", print_help=False)
        else:
            self._verify_log()

    def _verify_site(self, site: str, opts: argparse.Namespace) -> None:
        settings = self.settings
        assert settings is not None  # noqa: S101 - scrapy.cmdline sets it
        key, now = _key(opts.key) if opts.key else "", int(time.time())
        demands = Demands(key, now, opts.max_age, settings.getint("VERIFY_BYTES"))
        checking = partial(check, demands=demands)
        if not is_web(site) and "://" in site and not site.startswith("file://"):
            raise UsageError(f"{redacted(site)!r} is neither a folder nor file:// or http(s)://", print_help=False)
        try:
            if is_web(site):
                checked = check_web(site, checking, settings)
            else:
                checked = check_folder(Path(file_uri_to_path(site) if "://" in site else site), checking)
        except UnreadableError as error:
            checked = Checked(wrong=[f"{site} {error}."])
        for sentence in checked.holds:
            say(sentence, sys.stdout)
        for sentence in checked.wrong:
            say(sentence, sys.stderr)
        if not key and not checked.wrong:
            say(
                "Nothing says who made these files: give the public key of the directory with --key, from a place that "
                "whoever copied them cannot change.",
                sys.stderr,
            )
        self.exitcode = 1 if checked.wrong else 0

    def _verify_log(self) -> None:
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


def _key(told: str) -> str:
    """The public key that was given as such, or as a file; UsageError where it is none."""
    try:
        path = Path(told)
        if path.is_file():
            with path.open("rb") as file:
                told = file.read(_LONGEST_KEY).decode("utf-8", "replace")
        public_key(told)
    except (OSError, ValueError) as error:
        words = f"it cannot be read ({error.strerror})" if isinstance(error, OSError) else error
        raise UsageError(f"--key cannot be used: {words}", print_help=False) from error
    return told


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
